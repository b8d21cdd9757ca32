import type { Owner, Scope } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

/** What the groups for the security team share; each looks at one job. */
export const securityOwner = (topic: string, job: string, port: number, scope: Scope): Owner => ({
  name: `security-${topic}`,
  service: "security",
  team: "security",
  scope,
  layer: "service",
  board: hostBoard,
  target: { job, instance: `a:${port}`, host: "a" },
});
