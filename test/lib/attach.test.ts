import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { attach } from "../../lib/attach.ts";
import { checkout, temporary } from "../kit/workshop.ts";

describe("a program on the caller's terminal", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("that says all is done after %s was interrupted", async (signal, wanted) => {
    const ready = join(temporary(), "ready");
    const line = `trap 'exit 0' TERM; : >'${ready}'; sleep 1 & wait`;
    const code = attach("sh", ["-c", line], { cwd: checkout });
    while (!existsSync(ready)) await sleep(10);
    process.emit(signal);
    expect(await code).toBe(wanted);
  });

  it("says on its own how it ended", async () => {
    expect(await attach("true", [], { cwd: checkout })).toBe(0);
    expect(await attach("sh", ["-c", "exit 3"], { cwd: checkout })).toBe(3);
    const failed = attach("sh", ["-c", "sleep 0.1; exit 3"], { cwd: checkout });
    process.emit("SIGINT");
    expect(await failed).toBe(3);
  });
});
