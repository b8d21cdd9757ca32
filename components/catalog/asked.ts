/** Shared by services whose one exporter probes many servers, each a separate target. */
import { about, hostPort, name } from "../config/fields.ts";
import type { ScrapeJob } from "../render/prometheus.ts";
import { core } from "../targets/fields.ts";
import type { Traits } from "../targets/kinds.ts";
import { hostOf, isLoopback, portOf } from "../targets/target.ts";
import type { Complaint, JobsInput, Run } from "./service.ts";

/** The field that says where a server is, as its exporter reaches it. */
export const askedAt = (description: string, example: string) =>
  about(hostPort, { description, example });

/** The field that says from where a server is asked. */
export const askedFrom = about(name.default(core), {
  description: "Target whose exporter asks it: `core`, or a name of `vigil:targets`.",
  example: "core",
});

/** A server that an exporter asks about. */
interface Asked {
  readonly address: string;
}

interface Asking<I extends Asked> {
  readonly instances: Readonly<Record<string, I>>;
}

/** An exporter for each target that servers are asked from: it asks those that are near it. */
export const runsNear = <I extends Asked & { readonly on: string }, S extends Asking<I>>(
  settings: S,
): Run<S>[] =>
  [...new Set(Object.values(settings.instances).map((one) => one.on))].sort().map((on) => {
    const near = Object.entries(settings.instances).filter(([, one]) => one.on === on);
    const [first = ""] = near.map(([name]) => name);
    return {
      on,
      settings: { ...settings, instances: Object.fromEntries(near) },
      onAt: ["instances", first, "on"],
    };
  });

/**
 * Servers that cannot be asked about, or would be twice.
 *
 * @param what - What they are: `Redis`.
 */
export const askedComplaints =
  (what: string) =>
  ({ instances }: Asking<Asked>, traits: Traits): Complaint[] => [
    ...ownLoopback(what, instances, traits),
    ...askedTwice(instances),
  ];

type Servers = Asking<Asked>["instances"];

/** The series of both would be one. */
const askedTwice = (instances: Servers): Complaint[] => {
  const all = Object.entries(instances);
  return all.flatMap(([one, { address }], at) => {
    const [before] = all.slice(0, at).find(([, other]) => other.address === address) ?? [];
    if (before === undefined) return [];
    const reason = `is the address of ${before} as well; each server is watched once`;
    return [{ path: ["instances", one, "address"], reason }];
  });
};

/** Servers that an exporter in a container of its own would look for inside it. */
const ownLoopback = (what: string, instances: Servers, { images }: Traits): Complaint[] =>
  Object.entries(instances)
    .filter(([, { address }]) => images && isLoopback(hostOf(address)))
    .map(([one, { address }]) => ({
      path: ["instances", one, "address"],
      reason: `is the exporter's own loopback, where no ${what} is; name the machine`,
      value: `host.docker.internal:${portOf(address)}`,
    }));

/**
 * The servers as targets of a job, each asked about at the exporter and named by its own address.
 *
 * @param asFor - How the exporter is asked about one. @default its address
 */
export const askedTargets = <I extends Asked>(
  { host, place, settings }: Pick<JobsInput<Asking<I>>, "host" | "place" | "settings">,
  asFor: (one: I) => string = ({ address }) => address,
): ScrapeJob["targets"] =>
  Object.entries(settings.instances)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => {
      const at = hostOf(one.address);
      const machine = isLoopback(at) || at === "host.docker.internal" ? host : at;
      const labels = { host: machine, instance: `${machine}:${portOf(one.address)}` };
      return { address: asFor(one), labels, prober: place.address };
    });
