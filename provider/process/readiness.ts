import { poll } from "../../lib/poll.ts";
import { VigilError } from "../errors.ts";
import { redact } from "../redact.ts";
import type { ProcessInputs } from "../types.ts";
import { askHealth } from "./health.ts";
import { foldersOf, layoutOf } from "./layout.ts";
import { isRunning, lastLines, stateOf, type Supervised } from "./api.ts";
import { exclusively } from "./lock.ts";
import { startIfDown } from "./supervisor.ts";

/** A process that ended this often while it was waited for will not become ready by waiting. */
const hopeless = 3;

const shownLines = 15;

/**
 * Waits until a process answers 200. A supervisor that ends meanwhile is started again.
 * @throws VigilError with its last log lines when it does not within its time or keeps ending.
 */
export async function waitUntilReady(
  inputs: ProcessInputs,
  secrets: readonly string[],
): Promise<void> {
  const layout = layoutOf(inputs.home);
  let first = await stateOf(layout, inputs.name);
  let answer = "it was not asked";
  const look = async (): Promise<{ state: Supervised | undefined; ready: boolean }> => {
    const state = await stateOf(layout, inputs.name);
    const refusal = isRunning(state) ? await askHealth(inputs.health) : answer;
    answer = refusal ?? answer;
    if (state === undefined) {
      await exclusively(layout, () => startIfDown(layout));
      first = undefined;
    }
    return { state, ready: refusal === undefined };
  };
  const endsAgain = (state: Supervised | undefined): boolean =>
    (state?.restarts ?? 0) - (first?.restarts ?? 0) >= hopeless;
  const { ready, state } = await poll(look, (now) => now.ready || endsAgain(now.state), {
    every: 50,
    within: inputs.health.timeoutSeconds * 1000,
  });
  if (ready) return;
  const { words, log } = await lastWords(inputs, secrets);
  throw new VigilError(
    `${inputs.name} did not become ready`,
    `${reason(state, answer, inputs)}\nIts last output:\n${words}`,
    `The whole log is ${log}. Correct what it names and run again; if it only needs longer than ` +
      `${inputs.health.timeoutSeconds} s to start, raise its timeout.`,
  );
}

/** The end of a process's log without secrets, and where the whole of it is. */
export async function lastWords(
  inputs: ProcessInputs,
  secrets: readonly string[],
): Promise<{ readonly words: string; readonly log: string }> {
  const layout = layoutOf(inputs.home);
  const tail = (await lastLines(layout, inputs.name, shownLines)).join("\n").trim();
  const { key, password } = inputs.health;
  const words = redact(tail, [...secrets, ...[key, password].filter((one) => one !== undefined)]);
  return { words: words || "(none)", log: foldersOf(layout, inputs.name).log };
}

function reason(state: Supervised | undefined, answer: string, inputs: ProcessInputs): string {
  if (state === undefined) return "its supervisor does not answer, though it was started again";
  const asked = `${inputs.health.url}: ${answer}`;
  if (isRunning(state) && state.restarts === 0) return asked;
  return `it ended with exit code ${state.exitCode}, ${state.restarts} restarts; ${asked}`;
}
