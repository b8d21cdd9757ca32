import { ask, type Question } from "../../lib/ask.ts";
import { poll } from "../../lib/poll.ts";
import { messageOf, VigilError } from "../errors.ts";
import { isRecord } from "../values.ts";
import type { Layout } from "./layout.ts";
import { reach } from "./reach.ts";

/** Seconds an ended process may still be counted as running. */
const settling = 20;

/** The supervisor's view of a process. */
export interface Supervised {
  readonly status: string;
  readonly pid: number;
  readonly exitCode: number;
  readonly restarts: number;
}

type Method = NonNullable<Question["method"]>;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One request of process-compose's REST API over its socket. */
export async function call(
  layout: Layout,
  method: Method,
  path: string,
  seconds = 60,
): Promise<Answer> {
  const { body, status } = await reach(layout.socket, (socket) =>
    ask(`http://localhost${path}`, { socket, method, seconds }),
  );
  return { status, body: parsed(body) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function command(layout: Layout, method: Method, path: string): Promise<void> {
  let why: string;
  try {
    const { status, body } = await call(layout, method, path);
    if (status === 200) return;
    why = isRecord(body) ? String(body["error"]) : `it answered ${status}`;
  } catch (error) {
    why = messageOf(error);
  }
  throw new VigilError(
    `The supervisor of ${layout.home} refused ${method} ${path}`,
    why,
    `See ${layout.log}, and run again.`,
  );
}

/** True when the supervisor answers. */
export async function isUp(layout: Layout): Promise<boolean> {
  try {
    return (await call(layout, "GET", "/live", 5)).status === 200;
  } catch {
    return false;
  }
}

/** The supervisor's view of `name`; undefined when it does not answer or does not know it. */
export async function stateOf(layout: Layout, name: string): Promise<Supervised | undefined> {
  try {
    const { status, body } = await call(layout, "GET", `/process/${name}`, 5);
    if (status !== 200 || !isRecord(body)) return undefined;
    return {
      status: String(body["status"]),
      pid: Number(body["pid"]),
      exitCode: Number(body["exit_code"]),
      restarts: Number(body["restarts"]),
    };
  } catch {
    return undefined;
  }
}

/** The last lines a process printed; none when the supervisor does not answer. */
export async function lastLines(layout: Layout, name: string, count: number): Promise<string[]> {
  try {
    const { body } = await call(layout, "GET", `/process/logs/${name}/${count}/0`, 5);
    const lines: unknown = isRecord(body) ? body["logs"] : undefined;
    return Array.isArray(lines) ? lines.map((line) => String(line).trimEnd()) : [];
  } catch {
    return [];
  }
}

/** True for a process that is up now. */
export function isRunning(state: Supervised | undefined): boolean {
  return state?.status === "Running";
}

/** Makes the running supervisor follow its project file: it restarts only what changed. */
export async function reload(layout: Layout): Promise<void> {
  await command(layout, "POST", "/project/configuration");
}

/**
 * Restarts one process, or starts it where it has ended. Not by the supervisor's own restart, which
 * sleeps through the back-off first.
 */
export async function restart(layout: Layout, name: string): Promise<void> {
  await call(layout, "PATCH", `/process/stop/${name}`);
  // For a moment after its end the supervisor still counts it as running.
  const { status } = await poll(
    () => call(layout, "POST", `/process/start/${name}`),
    (answer) => answer.status === 200,
    { every: 20, within: settling * 1000 },
  );
  if (status !== 200) await command(layout, "POST", `/process/start/${name}`);
}
