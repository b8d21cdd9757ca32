import { styleText } from "node:util";

/** Where progress is written: standard error, or a collector in tests. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/** One piece of work under way. */
export interface Step {
  /** Says what is being done now. */
  readonly update: (how: string) => void;
  /** Ends it well. */
  readonly done: (how: string) => void;
  /** Ends it badly. */
  readonly fail: (reason: string) => void;
}

/** Shows work that takes a while. */
export interface Progress {
  readonly start: (what: string, how: string) => Step;
  /** A line that stays. */
  readonly note: (text: string) => void;
}

/** How {@link createProgress} behaves. */
export interface ProgressOptions {
  readonly screen?: Screen;
  readonly env?: NodeJS.ProcessEnv;
  /** @default 30_000 ms between signs of life in a pipe. */
  readonly heartbeat?: number;
  /** Milliseconds, for tests. */
  readonly now?: () => number;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Progress on a terminal (one live line) or in a pipe (plain lines and a sign of life). */
export function createProgress({
  screen = process.stderr,
  env = process.env,
  heartbeat = 30_000,
  now = () => performance.now(),
}: ProgressOptions = {}): Progress {
  const live = screen.isTTY === true && env["TERM"] !== "dumb" && !env["CI"];
  const paint = (style: "green" | "red" | "dim", text: string): string =>
    live && !env["NO_COLOR"] ? styleText(style, text, { validateStream: false }) : text;
  /** Steps within steps: only the innermost one has the live line. */
  const active: object[] = [];
  const line = (text: string) => screen.write(live ? `\r\x1b[2K${text}\n` : `${text}\n`);

  return {
    note: (text) => void line(text),
    start(what, first) {
      const begun = now();
      const self = {};
      active.push(self);
      let how = first;
      let tick = 0;
      const elapsed = () => showDuration(now() - begun);
      const beat = () => {
        if (!live) return void screen.write(`  … ${what}: ${how}, ${elapsed()}\n`);
        if (active.at(-1) !== self) return;
        const text = `${frames[tick++ % frames.length] ?? ""} ${what}: ${how}, ${elapsed()}`;
        screen.write(`\r\x1b[2K${text.slice(0, (screen.columns || 80) - 1)}`);
      };
      if (live) beat();
      else screen.write(`→ ${what}: ${how}\n`);
      const timer = setInterval(beat, live ? 100 : heartbeat);
      timer.unref();
      const end = (mark: string, text: string) => {
        clearInterval(timer);
        active.splice(active.indexOf(self), 1);
        line(`${mark} ${what}: ${text} ${paint("dim", `(${elapsed()})`)}`);
      };
      return {
        update: (next) => void (how = next),
        done: (text) => {
          end(paint("green", "✓"), text);
        },
        fail: (reason) => {
          end(paint("red", "✗"), reason);
        },
      };
    },
  };
}

/** A duration in words: `0.4 s`, `12 s`, `3 min 5 s`. */
export function showDuration(milliseconds: number): string {
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Progress that shows nothing. */
export const silent: Progress = {
  note: () => undefined,
  start: () => ({ update: () => undefined, done: () => undefined, fail: () => undefined }),
};
