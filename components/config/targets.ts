import { services } from "../catalog/index.ts";
import type { Run, Service, Listening } from "../catalog/service.ts";
import { nearest } from "../../lib/nearest.ts";
import { nameOf, runsOf } from "../runs.ts";
import { core, elsewhereKinds, kindsOf, reachedAt } from "../targets/fields.ts";
import { hostTraits, type Traits, traitsOf } from "../targets/kinds.ts";
import { isLoopback } from "../targets/target.ts";
import { removeCommand, setCommand } from "./commands.ts";
import { type ConfigProblem, hint, mistake } from "./mistakes.ts";
import type { Config } from "./schema.ts";

const all: readonly Service[] = services;

/** A process that a stack wants, and what its target is like; undefined where there is no such target. */
export interface Wanted {
  /** Of its component and its place. */
  readonly name: string;
  readonly service: Service;
  /** What its whole section says. */
  readonly settings: Listening;
  readonly run: Run<Listening>;
  readonly traits: Traits | undefined;
}

/** The traits of a stack's target; undefined where there is none of that name. */
function traitsAt(config: Partial<Config>, on: string): Traits | undefined {
  const { hosts = {}, target, targets = {} } = config;
  if (on === core) return target && traitsOf(target);
  if (Object.hasOwn(hosts, on)) return hostTraits;
  const one = Object.hasOwn(targets, on) ? targets[on] : undefined;
  const [kind] = one === undefined ? [] : kindsOf(one);
  return kind && traitsOf(kind);
}

/** The processes of every section that is valid, whether or not the stack has the service. */
export const wantedBy = (config: Partial<Config>): Wanted[] =>
  all.flatMap((service) => {
    const settings = config[service.key as keyof Config] as Listening | undefined;
    if (settings === undefined) return [];
    return runsOf(service, settings, Object.keys(config.hosts ?? {})).map((run) => ({
      name: nameOf(service, run),
      service,
      settings,
      run,
      traits: traitsAt(config, run.on),
    }));
  });

/** Targets that a service is to stand on and that there are not. */
function unknown(wanted: readonly Wanted[], { hosts, targets }: Partial<Config>): ConfigProblem[] {
  if (hosts === undefined || targets === undefined) return [];
  const known = [core, ...Object.keys(targets), ...Object.keys(hosts)];
  return wanted.flatMap(({ run, service }) => {
    if (known.includes(run.on)) return [];
    const path = [service.key, ...run.onAt];
    const reason = `is ${run.on}, which is neither in vigil:targets nor in vigil:hosts; ${hint(run.on, known, "known:")}`;
    return [mistake(path, reason, setCommand(path, nearest(run.on, known) ?? core))];
  });
}

/** Two processes of one name would be one. */
function twice(wanted: readonly Wanted[]): ConfigProblem[] {
  const names = new Set<string>();
  return wanted.flatMap(({ name, run, service }) => {
    if (!names.has(name)) {
      names.add(name);
      return [];
    }
    const path = [service.key, ...run.onAt];
    return [mistake(path, `makes a second ${name}`, removeCommand(path))];
  });
}

/** Mistakes in `vigil:targets`, and in what is placed there. */
export function targetProblems(config: Partial<Config>): ConfigProblem[] {
  const { target, targets = {} } = config;
  const within = Object.entries(targets).flatMap(([name, one]) => {
    const path = ["targets", name];
    if (name === core) {
      const reason =
        "is the name of the target that vigil:target deploys the estate to; choose another";
      return [mistake(path, reason, removeCommand(path))];
    }
    if (kindsOf(one).length === 0) {
      const [kind = ""] = elsewhereKinds;
      const reason = `has no kind; give it ${elsewhereKinds.join(" or ")}`;
      return [mistake(path, reason, setCommand([...path, kind, "engine"]))];
    }
    // From a container of the core the loopback is its own.
    if (target === undefined || traitsOf(target).loopbackOnly) return [];
    return reachedAt(one).flatMap(([field, address]) => {
      if (!isLoopback(address)) return [];
      const at = [...path, ...field];
      const reason = "is the loopback of Prometheus itself; name the machine";
      return [mistake(at, reason, setCommand(at))];
    });
  });
  const wanted = wantedBy(config);
  return [...within, ...unknown(wanted, config), ...twice(wanted)];
}
