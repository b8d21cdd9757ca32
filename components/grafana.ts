import * as pulumi from "@pulumi/pulumi";
import { Login } from "../provider/resources.ts";
import type { Config } from "./config/schema.ts";
import { grafanaFiles, renderGrafanaIni } from "./render/grafana.ts";
import type { Place, Running, Target } from "./targets/target.ts";
import { machineName, type Trust } from "./trust.ts";

export interface GrafanaArgs {
  readonly target: Target;
  readonly trust: Trust;
  readonly place: Place;
  readonly settings: Config["grafana"];
  readonly username: string;
}

/** The Grafana server. Its content is declared by `GrafanaContent`. */
export class Grafana extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: GrafanaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Grafana", name, {}, opts);
    const { place, settings, target, trust, username } = args;
    const child = { parent: this };
    // Grafana's built-in key for what it stores encrypted is the same everywhere.
    const secretKey = new Login(`${name}-secret-key`, { username: "grafana" }, child);
    const identity = trust.identity(place, child);
    const address = place.listen.slice(0, place.listen.lastIndexOf(":"));
    this.running = target.run(
      {
        place,
        binary: "grafana",
        image: {
          reference: settings.image,
          uid: 472,
          gid: 0,
          entrypoint: "/usr/share/grafana/bin/grafana",
        },
        args: [
          "server",
          `--config=${place.config}/${grafanaFiles.config}`,
          `--homepath=${target.programHome("grafana")}`,
        ],
        env: {},
        files: {
          [grafanaFiles.certificate]: identity.certificate,
          [grafanaFiles.config]: renderGrafanaIni({
            address,
            config: place.config,
            data: place.data,
            port: settings.port,
            url: place.url,
            username,
            metricsUsername: machineName,
          }),
          [grafanaFiles.key]: identity.key,
          [grafanaFiles.metricsPassword]: trust.machine.password,
          [grafanaFiles.password]: trust.person.password,
          [grafanaFiles.secretKey]: secretKey.password,
        },
        onChange: {},
        checks: [],
        port: settings.port,
        health: {
          path: "/api/health",
          ca: trust.authority,
          username,
          password: trust.person.password,
          timeoutSeconds: 120,
        },
        memoryMegabytes: settings.memory,
        sees: "itself",
        persistent: true,
      },
      child,
    );
    this.registerOutputs({});
  }
}
