import { run } from "../../lib/process.ts";
import { failure } from "../kit/workshop.ts";

test("gives back both streams", async () => {
  expect(await run("sh", ["-c", "echo out; echo err >&2"])).toMatch(/out\n|err\n/);
});

test.each([
  ["fails", "echo why; exit 7", "sh failed with 7: why"],
  ["is ended by a signal", "kill -TERM $$", "sh was ended by SIGTERM: no output"],
  [
    "names a full disk among other lines",
    "echo 'x: No space left on device'; seq 9; exit 1",
    "No space left",
  ],
])("when it %s, the error says so", async (_, script, message) => {
  expect((await failure(run("sh", ["-c", script]))).message).toContain(message);
});

test("a program that takes too long is ended", async () => {
  const error = await failure(run("sleep", ["60"], { timeout: 50 }));
  expect(error.message).toBe("sleep was ended by SIGTERM: no output");
});

test("a program that is not there is named", async () => {
  const error = await failure(run("no-such-program", [], { timeout: 60_000 }));
  expect(error.message).toMatch(/^no-such-program cannot be started: .*(ENOENT|EACCES)/);
});
