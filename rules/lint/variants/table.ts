/**
 * What happens in the field to the series of every alert, and what must be true then: said once for
 * all of them. Each variant lives in environments of its own, so that one run of promtool holds all
 * of an alert, and none may disturb another.
 */
import type { Labels, VariantName } from "../../lib/alert.ts";
import { seconds } from "../../../lib/duration.ts";
import { follow, type Sample, type Samples } from "../../lib/fixture.ts";
import {
  between,
  born,
  each,
  extended,
  type One,
  relabel,
  restarted,
  since,
  together,
  union,
  until,
} from "./samples.ts";
import { targetLabels } from "../inventory.ts";
import { disturbed, exactly, inEnvironment, mapValues, type Scenario } from "./scenario.ts";
import type { Subject } from "./subject.ts";
import { unknownNumbers } from "./unknown.ts";

export interface Variant {
  /** What happens. */
  readonly about: string;
  /** What must be true then. */
  readonly must: string;
  readonly scenarios: (subject: Subject, name: string) => readonly Scenario[];
}

/** Steps after the first firing one in which it must go on. */
const onward = 2;

const lengthOf = (samples: Samples): number =>
  Math.max(0, ...[...samples.values()].map((values) => values.length));

/** The firing series, long enough to be looked at for a while after. */
const firingFor = (subject: Subject, more: number): Samples =>
  extended(
    subject.firing,
    Math.max(subject.from + 1 + more, lengthOf(subject.firing)),
    subject.kindOf,
  );

/** The same target and object, as a second copy of the exporter reports it. */
function copyLabels(subject: Subject, { labels }: One, number: number): Record<string, string> {
  const added = { pod: `exporter-${number}`, container: "exporter", endpoint: "metrics" };
  const own = sameFacts(subject)
    ? Object.entries(added).filter(([label]) => !(label in labels))
    : [];
  const instance = labels["instance"];
  return {
    ...Object.fromEntries(own),
    ...(number > 1 && instance !== undefined && { instance: `${instance}${number}` }),
    ...(number > 1 &&
      labels["host"] !== undefined &&
      !("host" in subject.identity) && { host: `${labels["host"]}${number}` }),
  };
}

const copy = (subject: Subject, samples: Samples, number: number): Samples =>
  relabel(samples, (one) => copyLabels(subject, one, number));

/** Whether its object is the target itself: two targets are two objects then. */
const isTarget = ({ identity }: Subject): boolean => "instance" in identity;

/** Whether copies of the program tell the same, as opposed to each what it does itself. */
const sameFacts = ({ alert }: Subject): boolean => alert.copies === "same";

/** The step at which something happens that must not disturb: while it waits, or just after it fired. */
const turn = ({ forSteps, from }: Subject): number =>
  forSteps > 1 ? from - Math.floor(forSteps / 2) : from + 1;

/** Labels by which a program tells where an object is and what it is made of: they change while it lives. */
const changeable = [
  "container_id",
  "goversion",
  "host_ip",
  "image",
  "image_id",
  "internal_ip",
  "kernel_version",
  "node",
  "nodename",
  "pod",
  "pod_ip",
  "release",
  "revision",
  "uid",
  "version",
];

/** Those of an alert's series that neither tell its object nor are asked for. */
function looseLabels(subject: Subject): string[] {
  const names = each(subject.firing).flatMap(({ labels, metric }) =>
    changeable.filter(
      (label) =>
        label in labels && !(label in subject.identity) && !subject.matched(metric).has(label),
    ),
  );
  return [...new Set(names)].sort();
}

/** When something ends: what is counted is at rest by then, and it is watched until it is forgotten. */
const ending = ({ forSteps, memory }: Subject): { later: number; watch: number } => ({
  later: Math.min(memory, 100),
  watch: Math.min(memory + forSteps, 400),
});

const twinOf = (one: One, label: string): One => ({
  ...one,
  labels: { ...one.labels, [label]: `${one.labels[label]}2` },
});

/** A counter that from some step on grows thirty times as fast: a moment may be as bad as that. */
function surge(values: readonly Sample[], at: number): Sample[] {
  const number = (index: number): number => {
    const value = values[index];
    return typeof value === "number" ? value : 0;
  };
  const base = number(at - 1);
  return values.map((value, index) =>
    index < at || typeof value !== "number" ? value : base + (value - base) * 30,
  );
}

/** Quiet series beside the firing ones, where they are known to be quiet when those fire. */
function calmBeside({ from, kindOf, quiet }: Subject): Samples {
  return quiet && from <= quiet.at ? extended(quiet.samples, from + 1, kindOf) : new Map();
}

export const variants = {
  neighbour: {
    about: "another environment or cluster has an object of the same name",
    must: "each is judged by its own series, whichever comes first",
    scenarios: (subject, name) => {
      const firing = firingFor(subject, 0);
      const calm = calmBeside(subject);
      const { from } = subject;
      const inCluster = (samples: Samples, env: string, cluster: string): Samples =>
        relabel(inEnvironment(samples, env), ({ labels }) => ({
          // Before what it had: fixtures with several clusters stay several.
          cluster: cluster + (labels["cluster"] ?? ""),
        }));
      const clusters = (what: string, fires: string, other: string): Scenario => {
        const env = `${name}-${what}`;
        return {
          samples: union(inCluster(firing, env, fires), inCluster(calm, env, other)),
          claims: [exactly(env, 1, from)],
        };
      };
      const both = `${name}-both`;
      return [
        {
          samples: union(
            inEnvironment(calm, `${name}-a`),
            inEnvironment(firing, `${name}-b`),
            inEnvironment(calm, `${name}-c`),
          ),
          claims: [
            exactly(`${name}-a`, 0, from),
            exactly(`${name}-b`, 1, from),
            exactly(`${name}-c`, 0, from),
          ],
        },
        {
          samples: union(inCluster(firing, both, "a"), inCluster(firing, both, "b")),
          claims: [exactly(both, 2, from)],
        },
        clusters("first", "a", "b"),
        clusters("last", "b", "a"),
      ];
    },
  },
  namesake: {
    about: "another job has an object of the same name",
    must: "each is judged by its own series, whichever comes first",
    scenarios: (subject, name) => {
      const { alert, from } = subject;
      const other = (samples: Samples, prefix: string): Samples =>
        relabel(samples, ({ labels: { job } }): Labels => {
          const its = alert.target["job"] ?? job;
          return job !== undefined && job === its ? { job: `${prefix}-${job}` } : {};
        });
      return ["a", "z"].map((prefix) => {
        const env = `${name}-${prefix}`;
        const beside = other(inEnvironment(calmBeside(subject), env), prefix);
        return {
          // A series without its own job is the same for both: the firing ones count.
          samples: union(beside, inEnvironment(firingFor(subject, 0), env)),
          claims: [exactly(env, 1, from)],
        };
      });
    },
  },
  replica: {
    about: "a second copy of the exporter reports the same objects",
    must: "one alert for one object, and quiet stays quiet; where the target is the object, one for each",
    scenarios: (subject, name) => {
      const count = isTarget(subject) ? 2 : 1;
      const twice = (samples: Samples): Samples =>
        union(copy(subject, samples, 1), copy(subject, samples, 2));
      const calm =
        sameFacts(subject) || isTarget(subject)
          ? disturbed(subject, `${name}-quiet`, ({ values }) => values)
          : [];
      return [
        {
          samples: inEnvironment(twice(firingFor(subject, 0)), name),
          claims: [exactly(name, count, subject.from)],
        },
        ...calm.map((one) => ({ ...one, samples: twice(one.samples) })),
      ];
    },
  },
  restart: {
    about: "the exporter restarts and has other labels of its own",
    must: "fires through without starting again; where the program reports about itself, once at most",
    scenarios: (subject, name) => {
      if (isTarget(subject)) return [];
      const at = turn(subject);
      const end = subject.from + onward;
      const all = firingFor(subject, onward + 1);
      const before = mapValues(copy(subject, all, 1), ({ values }) => until(values, at));
      const after = mapValues(copy(subject, all, 2), ({ values }) => since(values, at));
      return [
        {
          samples: inEnvironment(union(before, after), name),
          claims: [
            sameFacts(subject)
              ? exactly(name, 1, subject.from, end)
              : { env: name, from: 0, to: end, least: 0, most: 1 },
          ],
        },
      ];
    },
  },
  relabelled: {
    about: "a label that tells no object changes its value, or has two",
    must: "one alert for one object, which fires through",
    scenarios: (subject, name) =>
      looseLabels(subject).flatMap((label) => {
        const end = subject.from + onward;
        const at = turn(subject);
        const all = each(firingFor(subject, onward + 1));
        const changing = (one: One): boolean =>
          label in one.labels && !subject.matched(one.metric).has(label);
        const make = (env: string, change: (one: One) => One[]): Scenario => ({
          samples: inEnvironment(
            together(all.flatMap((one) => (changing(one) ? change(one) : [one]))),
            env,
          ),
          claims: [exactly(env, 1, subject.from, end)],
        });
        return [
          make(`${name}-${label}-changes`, (one) => [
            { ...one, values: until(one.values, at) },
            { ...twinOf(one, label), values: since(one.values, at) },
          ]),
          make(`${name}-${label}-twice`, (one) => [one, twinOf(one, label)]),
        ];
      }),
  },
  moved: {
    about: "what is looked up about an object has two values, for a moment or for good",
    must: "evaluated without error, one alert for one object",
    scenarios: (subject, name) =>
      [...new Set([...subject.carried.values()].flatMap((labels) => [...labels]))].flatMap(
        (label) => {
          const { forSteps, from } = subject;
          const at = Math.max(1, turn(subject));
          const end = from + forSteps + 4;
          const all = each(firingFor(subject, forSteps + 5));
          const moves = ({ labels, metric }: One): boolean =>
            label in labels && (subject.carried.get(metric)?.has(label) ?? false);
          const make = (env: string, change: (one: One) => One[]): Scenario => ({
            samples: inEnvironment(
              together(all.flatMap((one) => (moves(one) ? change(one) : [one]))),
              env,
            ),
            claims: [
              // What goes on firing after its condition ended does so with the value it had.
              { env, from: 0, to: end, least: 0, most: subject.keepSteps > 0 ? 2 : 1 },
              ...(subject.keepSteps > 0 ? [] : [exactly(env, 1, end)]),
            ],
          });
          return [
            make(`${name}-${label}-twice`, (one) => [one, twinOf(one, label)]),
            make(`${name}-${label}-moment`, (one) => [
              { ...one, values: until(one.values, at + 3) },
              { ...twinOf(one, label), values: since(one.values, at) },
            ]),
            make(`${name}-${label}-other-first`, (one) => [
              { ...twinOf(one, label), values: between(one.values, 0, at + 3) },
              { ...one, values: since(one.values, at) },
            ]),
          ];
        },
      ),
  },
  mounted: {
    about: "a disk is mounted in a second place, as a bind mount or a subvolume is",
    must: "it is one disk: one alert",
    scenarios: (subject, name) => {
      const samples = firingFor(subject, 0);
      const isMounted = ({ labels }: One): boolean => "device" in labels && "mountpoint" in labels;
      const twice = each(samples).filter(isMounted);
      if (twice.length === 0) return [];
      const again = twice.map((one) => ({
        ...one,
        labels: { ...one.labels, mountpoint: `${one.labels["mountpoint"]}srv/again` },
      }));
      return [
        {
          samples: inEnvironment(union(samples, together(again)), name),
          claims: [exactly(name, 1, subject.from)],
        },
      ];
    },
  },
  born: {
    about: "a counter with labels of its own is exported from its first event on",
    must: "fires for the first event as for any other",
    scenarios: (subject, name) => {
      const all = firingFor(subject, 1);
      // Without labels it is there, at zero, as soon as its program is.
      const isBorn = ({ labels, metric }: One): boolean =>
        subject.kindOf(metric) === "counter" &&
        Object.keys(labels).some((label) => !targetLabels.includes(label));
      if (!each(all).some(isBorn)) return [];
      // The target was there for longer than anybody looks back.
      const late = subject.from + 1 + subject.memory;
      const changed = mapValues(all, (one) => [
        ...Array<Sample>(subject.memory).fill(isBorn(one) ? "_" : (one.values[0] ?? "_")),
        ...(isBorn(one) ? born(one.values) : one.values),
      ]);
      return [{ samples: inEnvironment(changed, name), claims: [exactly(name, 1, late)] }];
    },
  },
  removed: {
    about: "an object is taken away on purpose, its target answers or is gone, too",
    must: "what was quiet stays quiet, what fired ends",
    scenarios: (subject, name) => {
      const { from, keepSteps, memory } = subject;
      const gone = from + 1 + keepSteps + memory + 1;
      // What looks back for days ends when those have passed; nobody wants to wait for it here.
      const patient = memory > 1500;
      const fired = mapValues(firingFor(subject, patient ? 0 : gone + 1), ({ values }) =>
        until(values, from + 1),
      );
      return [
        ...disturbed(
          subject,
          `${name}-object`,
          ({ metric, values }, at) => (metric === "up" ? values : until(values, at)),
          ending(subject),
        ),
        ...(isTarget(subject)
          ? disturbed(
              subject,
              `${name}-target`,
              ({ values }, at) => until(values, at),
              ending(subject),
            )
          : []),
        ...(patient
          ? []
          : [
              {
                samples: inEnvironment(fired, `${name}-fired`),
                claims: [exactly(`${name}-fired`, 0, gone)],
              },
            ]),
      ];
    },
  },
  lost: {
    about: "the target does not answer any more",
    must: "stays quiet: that the target is down has an alert of its own",
    scenarios: (subject, name) =>
      subject.readsUp
        ? []
        : disturbed(subject, name, ({ values }, at) => until(values, at), ending(subject)),
  },
  unknown: {
    about:
      "a value says unknown or not applicable: NaN, a time of zero, a limit of 0 or −1, what the inventory knows of",
    must: "stays quiet",
    scenarios: unknownNumbers,
  },
  reset: {
    about: "what is watched restarts, its counters begin at zero",
    must: "stays quiet",
    scenarios: (subject, name) =>
      disturbed(subject, name, ({ metric, values }, at) =>
        subject.kindOf(metric) === "counter" ? restarted(values, at) : values,
      ),
  },
  burst: {
    about: "what is counted goes wrong for a moment, and is well again",
    must: "a critical alert stays quiet: a range shows the moment for as long as it is, which its wait must outlast",
    scenarios: (subject, name) => {
      const { alert, firing, forSteps, from, kindOf, keepSteps, memory, quiet, step } = subject;
      const pages = ["critical", "emergency"].includes(alert.severity);
      const isCounted = each(firing).some(({ metric }) => kindOf(metric) === "counter");
      if (!pages || !isCounted || forSteps === 0 || keepSteps > 0 || !quiet || alert.resolves)
        return [];
      // Its condition was met, for the moment; then all is well.
      const met = from - forSteps;
      const over = met + 3;
      const heavy = mapValues(extended(firing, over, kindOf), ({ metric, values }) =>
        kindOf(metric) === "counter" ? surge(values, met) : values,
      );
      const samples = follow(heavy, over, quiet.samples, kindOf, seconds(step));
      const end = over + Math.min(quiet.at, memory + forSteps);
      return [{ samples: inEnvironment(samples, name), claims: [exactly(name, 0, 0, end)] }];
    },
  },
} as const satisfies Readonly<Record<VariantName, Variant>>;
