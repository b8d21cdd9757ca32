/** Contradictions between a configuration and the estate that it becomes. */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { removeCommand } from "./config/commands.ts";
import { type ConfigProblem, hint, mistake } from "./config/mistakes.ts";
import type { Config } from "./config/schema.ts";
import type { Plan } from "./plan.ts";
import { hostOf } from "./targets/target.ts";

/**
 * Names that a given certificate lacks: one by which a part of the estate is reached would only show as a failed
 * scrape.
 */
function uncovered(config: Config, { deployments }: Plan): ConfigProblem[] {
  if (config.tls === undefined) return [];
  const certificate = new X509Certificate(config.tls.certificate);
  const reached = deployments.flatMap(({ place }) =>
    place === undefined || place.apart === true
      ? []
      : [hostOf(place.address), ...(place.url === undefined ? [] : [new URL(place.url).hostname])],
  );
  const missing = [...new Set(reached)]
    .filter((host) => !(isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)))
    .sort();
  if (missing.length === 0) return [];
  return [
    mistake(
      ["tls", "certificate"],
      `does not carry ${missing.join(", ")}, by which parts of the estate are reached`,
    ),
  ];
}

/**
 * Thresholds of instances that nobody scrapes. Targets of other scrapers (`vigil:rules.services`) are not known here,
 * so any instance of such services is accepted.
 */
function unwatched({ rules }: Config, { groups, jobs }: Plan): ConfigProblem[] {
  const instances = new Map(
    jobs.map(({ name, targets }) => [name, targets.map(({ labels }) => labels["instance"] ?? "")]),
  );
  const all = [...instances.values()].flat().sort();
  const of = (alert: string): readonly string[] | undefined => {
    // An alert that was not loaded is about a job that nobody scrapes here.
    const group = groups.find(({ alerts }) => alert in alerts);
    if (group?.job !== undefined && instances.has(group.job)) return instances.get(group.job);
    return rules.services.length === 0 ? all : undefined;
  };
  return Object.entries(rules.instances).flatMap(([instance, thresholds]) => {
    const strangers = Object.keys(thresholds).filter(
      (alert) => of(alert)?.includes(instance) === false,
    );
    if (strangers.length === 0) return [];
    const known = [...new Set(strangers.flatMap((alert) => of(alert) ?? []))].sort();
    const path = ["rules", "instances", instance];
    const reason = `is not an instance that ${strangers.join(", ")} watches; ${hint(instance, known)}`;
    return [mistake(path, reason, removeCommand(path))];
  });
}

/** Name of a flag, however many dashes it is written with. */
const flagOf = (argument: string): string => argument.replace(/^-+/, "").split("=", 1)[0] ?? "";

/**
 * Arguments of the stack's own that Vigil gives already: a program ends at a flag that it gets twice, or takes
 * the last one, and then the estate's assumptions do not hold.
 */
function givenTwice({ deployments }: Plan): ConfigProblem[] {
  const problems = deployments.flatMap(({ args, service, settings: { extraArgs = [] } }) => {
    if (extraArgs.length === 0) return [];
    const given = new Set(args().map(flagOf));
    return extraArgs.flatMap((one, index) => {
      const path = [service.key, "extraArgs", index];
      const reason = `is ${one}, but Vigil sets --${flagOf(one)} itself`;
      return given.has(flagOf(one)) ? [mistake(path, reason, removeCommand(path))] : [];
    });
  });
  // Of several processes each is told the same.
  return [...new Map(problems.map((one) => [one.path, one])).values()];
}

/** Targets of a job that nothing tells apart: the series of both would be one, and neither true. */
function sameTwice({ deployments, jobs }: Plan): ConfigProblem[] {
  return jobs.flatMap(({ name, targets }) => {
    const seen = new Set<string>();
    return targets.flatMap((one) => {
      const labels = JSON.stringify(Object.entries(one.labels).sort());
      if (!seen.has(labels)) {
        seen.add(labels);
        return [];
      }
      const { key = "probes" } =
        deployments.find(({ service }) => service.name === name)?.service ?? {};
      const { instance = one.address } = one.labels;
      return [mistake([key], `watches ${instance} twice, and nothing tells the two apart`)];
    });
  });
}

/** Mistakes in a configuration that show only once the plan is known. */
export const againstPlan = (config: Config, plan: Plan): ConfigProblem[] => [
  ...uncovered(config, plan),
  ...unwatched(config, plan),
  ...givenTwice(plan),
  ...sameTwice(plan),
];
