import { collectorFlags, type Lacks } from "../rules/lib/needs.ts";
import type { Config } from "./config/schema.ts";
import { nodeSelection } from "./exporters.ts";
import { channelNames, hearingNames } from "./render/processor-channels.ts";
import type { Target } from "./targets/target.ts";

const noSocket =
  "Vigil's own gets neither the socket, which is as good as root on the host, nor root";
const oneModule = "Vigil's own blackbox exporter asks for a page over HTTP, and nothing else";
const contract = "nothing that the estate scrapes tells of that";
const fixed = "the estate's own has its targets in its configuration";

/** As every estate is made today. */
const everywhere: Lacks = {
  "several hosts": "the estate has one",
  "container disks": noSocket,
  "container names": noSocket,
  "container networks": noSocket,
  "container threads": "Vigil's own runs without it, which is too much",
  "kernel log": "Vigil's own is not root, and would tell an eternal 0",
  "content probes": oneModule,
  "dns probes": oneModule,
  "grpc probes": oneModule,
  "icmp probes": oneModule,
  "kubernetes discovery": fixed,
  "service discovery": fixed,
  "target limit": "the estate's own has none",
  "remote write": "the estate's own has none",
  "several alertmanagers": "the estate has one, without a cluster",
  "several prometheus": "the estate has one",
  "application metrics": contract,
  "business metrics": contract,
  "inference metrics": contract,
  "journey metrics": contract,
};

/** Collectors of the node exporter that are off. */
const collectorsLeftOut = (): Lacks =>
  Object.fromEntries(
    Object.entries(collectorFlags)
      .filter(([, flag]) => !nodeSelection.some((given) => given.split("=")[0] === flag))
      .map(([need]) => [need, "Vigil's own runs without it"]),
  );

/** What no estate has, however it is configured. */
export const lacksAnywhere = (): Lacks => ({ ...everywhere, ...collectorsLeftOut() });

/**
 * What an estate does not have of what alerts need, each with the reason: those alerts could never fire
 * and are not loaded. Pure but for `platform`.
 *
 * @param platform - Of the machine that `up` is run on.
 */
export function lacksOf(
  { processor }: Config,
  { kind }: Pick<Target, "kind">,
  platform: NodeJS.Platform = process.platform,
): Lacks {
  const mac = kind === "local" && platform === "darwin";
  return {
    ...lacksAnywhere(),
    ...(!mac && { macos: "the estate's host runs Linux" }),
    ...(channelNames(processor).length === 0 && { "processor channels": "it has none" }),
    ...(hearingNames(processor).length === 0 && { "processor ears": "it is not set" }),
    ...(processor.heartbeat === undefined && { "processor heartbeat": "it is not set" }),
  };
}
