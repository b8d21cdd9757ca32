/**
 * Loaded into a processor before its program. Its wall clock is wrong by what a file says; and where it
 * waits for others, by `core/times.ts`, it waits as much shorter as they are faster here than in an estate.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const file = process.env["CHAIN_CLOCK"] ?? "";
let by = 0;

function read(): void {
  by = Number(readFileSync(file, "utf8")) || 0;
}

const Machine = Date;

globalThis.Date = new Proxy(Machine, {
  construct: (target, args: readonly unknown[], newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [Machine.now() + by], newTarget) as Date,
  apply: () => new Machine(Machine.now() + by).toString(),
  get: (target, name, receiver) =>
    name === "now" ? () => Machine.now() + by : (Reflect.get(target, name, receiver) as unknown),
});

read();
setInterval(read, 250).unref();

const speed = Number(process.env["CHAIN_SPEED"] ?? 1);
const usual = "const second = 1_000;";

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (!url.endsWith("/alert-processor/core/times.ts")) return loaded;
    const source = readFileSync(new URL(url), "utf8");
    // Without it the chain would wait for minutes that it does not have.
    if (!source.includes(usual)) throw new Error(`${url} does not say "${usual}" any more`);
    return { ...loaded, source: source.replace(usual, `const second = ${1_000 / speed};`) };
  },
});
