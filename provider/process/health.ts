import { request } from "node:https";
import type { HealthInputs } from "../types.ts";

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks once. @returns undefined when ready, otherwise why not. */
export async function ask(health: HealthInputs): Promise<string | undefined> {
  try {
    const { status } = await get(health, health.url);
    return status === 200 ? undefined : `it answered ${status}`;
  } catch (error) {
    return reasonOf(error as Error);
  }
}

/** The metrics a process offers beside its health; undefined where there are none. */
export async function metricsOf(health: HealthInputs): Promise<string | undefined> {
  try {
    const { status, text } = await get(health, new URL("/metrics", health.url).href);
    return status === 200 ? text : undefined;
  } catch {
    return undefined;
  }
}

function get(health: HealthInputs, url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        ca: health.ca,
        ...(health.username !== undefined && {
          auth: `${health.username}:${health.password ?? ""}`,
        }),
        cert: health.certificate,
        key: health.key,
        agent: false,
        timeout: 5000,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
        });
      },
    );
    call.on("timeout", () => call.destroy(new Error("no answer within 5 s")));
    call.on("error", reject);
    call.end();
  });
}

/** An AggregateError of several addresses has no message of its own. */
function reasonOf(error: Error): string {
  return error.message || ("code" in error ? String(error.code) : error.name);
}
