import { request } from "node:https";
import type { HealthInputs } from "../types.ts";

/** Asks once. @returns undefined when ready, otherwise why not. */
export function ask(health: HealthInputs): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = request(
      health.url,
      {
        ca: health.ca,
        auth: `${health.username}:${health.password}`,
        agent: false,
        timeout: 5000,
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200 ? undefined : `it answered ${answer.statusCode ?? "?"}`);
      },
    );
    call.on("timeout", () => call.destroy(new Error("no answer within 5 s")));
    call.on("error", (error) => {
      // An AggregateError of several addresses has no message of its own.
      resolve(error.message || ("code" in error ? String(error.code) : error.name));
    });
    call.end();
  });
}
