import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config/schema.ts";
import { cadvisorSelection } from "./exporters.ts";
import type { Place, Target } from "./targets/target.ts";
import type { Trust } from "./trust.ts";

export interface CadvisorArgs {
  readonly target: Target;
  readonly trust: Trust;
  readonly place: Place;
  readonly settings: Config["cadvisor"];
}

/**
 * Metrics of the containers of a Docker host, by their ids: the engine's socket, which would add their
 * names, is as good as root on the host and is not given. cAdvisor speaks no TLS, so it shares the loopback of
 * Prometheus, the one program that asks it, and listens on no network.
 */
export class Cadvisor extends pulumi.ComponentResource {
  constructor(name: string, args: CadvisorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Cadvisor", name, {}, opts);
    const { place, settings, target, trust } = args;
    target.run(
      {
        place,
        binary: "cadvisor",
        image: { reference: settings.image, uid: 65534, gid: 65534 },
        args: [
          ...cadvisorSelection,
          "--housekeeping_interval=15s",
          `--listen_ip=${place.listen.slice(0, place.listen.lastIndexOf(":"))}`,
          `--port=${settings.port}`,
          "--storage_duration=1m",
        ],
        env: {},
        files: {},
        onChange: {},
        checks: [],
        port: settings.port,
        // Without TLS and a password: only what shares its loopback asks.
        health: trust.health("/healthz", 60, trust.access("prometheus", "prometheus")),
        memoryMegabytes: settings.memory,
        sees: "host",
        beside: "prometheus",
        persistent: false,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
