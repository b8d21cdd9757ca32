import { isIP } from "node:net";
import { kinds } from "../kinds.ts";
import type { Ground, Place, Site, Workload } from "../target.ts";
import {
  configFolder,
  dataFolder,
  type DockerTargetConfig,
  hostGateway,
  hostRoot,
  physicalName,
  publishedPort,
} from "./names.ts";

/** Where a workload will stand; see {@link Place}. */
function placeOf(config: DockerTargetConfig, site: Site): Place {
  const { beside, name, port, sees = "itself" } = site;
  const common = { name, config: configFolder, data: dataFolder(config, site) };
  const loopback = ["127.0.0.1"];
  if (beside !== undefined) {
    // The namespace is shared with one other process, and nothing else can reach its loopback.
    const address = `127.0.0.1:${port}`;
    const subjects = { dnsNames: ["localhost"], ipAddresses: loopback };
    return {
      ...common,
      ...rootOf(sees),
      listen: address,
      address,
      url: undefined,
      machinePort: undefined,
      subjects,
    };
  }
  if (sees === "host") {
    // It has the machine's own interfaces, so it cannot listen on the estate's network only: peers
    // come through the bridge's gateway. TLS and a login are what protects it.
    const reached = config.address ?? hostGateway;
    return {
      ...common,
      ...rootOf(sees),
      listen: `:${port}`,
      address: `${reached}:${port}`,
      url: undefined,
      machinePort: port,
      subjects: subjectsOf(reached, "localhost", ...loopback),
    };
  }
  const published = publishedPort(config, site);
  const shown = config.address ?? reachable(config.bind);
  const own = [name, physicalName(config.stack, name), "localhost", ...loopback];
  return {
    ...common,
    listen: `:${port}`,
    address: `${config.address ?? name}:${port}`,
    url: published === undefined ? undefined : `https://${shown}:${published}`,
    machinePort: published,
    subjects: subjectsOf(...own, shown),
  };
}

/** Names and addresses apart, each once. */
function subjectsOf(...all: readonly string[]): Place["subjects"] {
  const each = [...new Set(all)];
  return {
    dnsNames: each.filter((one) => isIP(one) === 0),
    ipAddresses: each.filter((one) => isIP(one) > 0),
  };
}

/** `0.0.0.0` is an address to listen on and none to ask. */
function reachable(bind = "127.0.0.1"): string {
  return bind === "0.0.0.0" ? "127.0.0.1" : bind;
}

function rootOf(sees: Workload["sees"]): { root?: string } {
  return sees === "host" ? { root: hostRoot } : {};
}

/** Where the containers of a stack stand. */
export const dockerGround = (config: DockerTargetConfig): Ground => ({
  traits: kinds.docker,
  host: config.host,
  place: (site) => placeOf(config, site),
  // Where the official images keep their pages and consoles.
  programHome: (binary) => `/usr/share/${binary}`,
});
