/** What the groups about Windows hosts share. */
import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

export const windowsOwner = (topic: string): Owner => ({
  name: `windows-${topic}`,
  service: "windows",
  team: "sre",
  scope: "host",
  layer: "basic",
  board: hostBoard,
  target: { job: "windows", instance: "a:9182", host: "a" },
});
