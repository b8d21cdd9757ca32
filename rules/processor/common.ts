/** What the groups about the alert processor share. */
import type { Owner, Series } from "../lib/alert.ts";
import { processorBoard } from "../lib/boards.ts";

export const job = "processor";

/** Labels of one processor. */
export const server = ["cluster", "env", "host", "instance", "job"] as const;

/** Owner of one group about the alert processor. */
export const processorOwner = (topic: string): Owner => ({
  name: `processor-${topic}`,
  service: "processor",
  team: "sre",
  scope: "target",
  layer: "service",
  board: processorBoard,
  target: { job, instance: "a:9095", host: "a" },
});

/** A metric of the processor by its own name. */
export const own = (name: string): string => `vigil_processor_${name}`;

/** The same metric of another program, which no rule about the processor may look at. */
export const decoy = (metric: string, values: string): Series => ({
  [`${metric}{job="node",instance="a:9100"}`]: values,
});

/** Alerts taken in, by what became of them. */
export const received = own("alerts_received_total");

/** Series of all its results. */
export const results = (changed: string, repeated: string, poisoned: string): Series => ({
  [`${received}{result="changed"}`]: changed,
  [`${received}{result="repeated"}`]: repeated,
  [`${received}{result="poisoned"}`]: poisoned,
});
