import { setTimeout as sleep } from "node:timers/promises";
import { createProgress, showDuration, silent, type ProgressOptions } from "../../lib/progress.ts";

function collect(tty: boolean, more: Partial<ProgressOptions> = {}) {
  let text = "";
  const screen = { isTTY: tty, columns: 30, write: (chunk: string) => (text += chunk) };
  let time = 0;
  const now = () => (time += 1000);
  const progress = createProgress({ screen, env: {}, now, ...more });
  return { progress, text: () => text };
}

test("in a pipe: a line at the start, signs of life, a line at the end with the time", async () => {
  const { progress, text } = collect(false, { heartbeat: 10 });
  const step = progress.start("tiny 1.2.3", "getting it");
  step.update("downloading");
  await sleep(100);
  progress.note("a note");
  step.done("done");
  const lines = text().split("\n");
  expect(lines[0]).toBe("→ tiny 1.2.3: getting it");
  expect(lines[1]).toMatch(/^ {2}… tiny 1.2.3: downloading, \d/);
  expect(lines).toContain("a note");
  expect(lines.at(-2)).toMatch(/^✓ tiny 1.2.3: done \(.*\)$/);
  expect(text()).not.toContain("\x1b");
});

test("on a terminal: one live line, cut to its width, of the innermost step only", async () => {
  const { progress, text } = collect(true, { env: { NO_COLOR: "1" } });
  const outer = progress.start("outer", "a way that is much longer than the terminal is wide");
  const inner = progress.start("inner", "working");
  const before = text().length;
  await sleep(250);
  const painted = text().slice(before);
  expect(painted).toContain("inner: working");
  expect(painted).not.toContain("outer");
  inner.done("well");
  outer.fail("badly");
  expect(text()).toContain("✗ outer: badly");
  expect(
    text()
      .split("\r\x1b[2K")
      .every((line) => !line.startsWith("⠋") || line.length < 30),
  ).toBe(true);
  expect(text()).not.toContain("\x1b[32m");
});

test("a terminal that does not tell its width gets whole lines", () => {
  let text = "";
  const screen = { isTTY: true, columns: 0, write: (chunk: string) => (text += chunk) };
  createProgress({ screen, env: {}, now: () => 0 })
    .start("tiny", "getting it")
    .done("done");
  expect(text).toContain("tiny: getting it, 0.0 s");
});

test("colour only where it is wanted", () => {
  const { progress, text } = collect(true);
  progress.start("x", "y").done("z");
  expect(text()).toContain("\x1b[32m✓");
  silent.start("x", "y").done("z");
  silent.start("x", "y").fail("z");
  silent.start("x", "y").update("z");
  silent.note("x");
});

test.each([
  [400, "0.4 s"],
  [12_000, "12 s"],
  [185_000, "3 min 5 s"],
  [179_800, "3 min 0 s"],
])("%d ms is %s", (milliseconds, text) => {
  expect(showDuration(milliseconds)).toBe(text);
});
