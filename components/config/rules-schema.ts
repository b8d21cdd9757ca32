import { z } from "zod";
import { about, day, httpUrl, name, relativePath, section } from "./fields.ts";

const switchedOff = z.strictObject({
  reason: about(
    z.string().refine((text) => text.trim() !== "", { error: "must give a reason" }),
    {
      description: "Why nobody needs to be notified.",
      example: "'disk is being replaced'",
    },
  ),
  until: about(day, {
    description: "First day on which it fires again, in UTC.",
    example: "2027-01-31",
  }),
});

const objective = z
  .number()
  .gt(0, { error: "is not an objective; write a ratio: 0.999 for 99.9 %" })
  .lt(1, { error: "leaves no budget for errors; write a share below 1: 0.999 for 99.9 %" });

/** Settings of the rules that a stack gets. */
export const rules = section({
  thresholds: about(z.record(z.string(), z.number()).default({}), {
    description: "Threshold by alert name, in the unit of the alert.",
    example: "0.9",
  }),
  instances: about(z.record(z.string(), z.record(z.string(), z.number())).default({}), {
    description:
      "Thresholds for single instances: alert names under the value of the label `instance`.",
    example: "0.9",
  }),
  off: about(z.record(z.string(), switchedOff).default({}), {
    description: "Alerts that are switched off for a while, by name.",
  }),
  objectives: about(z.record(z.string(), objective).default({}), {
    description: "Objectives of service levels by name, as shares: 0.999 for 99.9 %.",
    example: "0.995",
  }),
  services: about(z.array(name).default([]), {
    description:
      "Services whose rules are loaded in addition to those for what the estate watches.",
    example: "redis",
  }),
  extra: about(z.record(name, relativePath).default({}), {
    description: "Your own rule files by name: paths relative to the project folder.",
    example: "rules.d/mine.yml",
  }),
  runbookBase: about(httpUrl.optional(), {
    description: "Where your copy of `runbooks/` is served; alerts link there.",
    example: "https://wiki.example.com/runbooks",
  }),
});
