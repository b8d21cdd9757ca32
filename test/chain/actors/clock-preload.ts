/** Loaded into a process before its program: its wall clock is wrong by what a file says. */
import { readFileSync } from "node:fs";

const file = process.env["CHAIN_CLOCK"] ?? "";
let by = 0;

function read(): void {
  by = Number(readFileSync(file, "utf8")) || 0;
}

const Machine = Date;

globalThis.Date = new Proxy(Machine, {
  construct: (target, args: [], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [Machine.now() + by] : args, newTarget) as Date,
  apply: () => new Machine(Machine.now() + by).toString(),
  get: (target, name, receiver) =>
    name === "now" ? () => Machine.now() + by : (Reflect.get(target, name, receiver) as unknown),
});

read();
setInterval(read, 250).unref();
