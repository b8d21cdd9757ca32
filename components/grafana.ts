import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { Login } from "../provider/resources.ts";
import type { Config } from "./config/schema.ts";
import { grafanaFiles, renderGrafanaIni } from "./render/grafana.ts";
import type { Place, Running, Target } from "./targets/target.ts";
import type { Trust } from "./trust.ts";

export interface GrafanaArgs {
  readonly target: Target;
  readonly trust: Trust;
  readonly place: Place;
  readonly settings: Config["grafana"];
  readonly username: string;
}

/**
 * Grafana takes its admin's password into a new database only, and opens what it stored encrypted
 * only with the same key. Both are made anew after a `down` that kept the data, and the password
 * may be changed: then a database of their own. After a `down` the same `up` fills it with the declared
 * content; after a changed password the next one does, when it sees that the content is missing. The
 * key's 192 random bits keep the password from being guessed by the name.
 */
function databaseOf(username: string, secrets: pulumi.Input<string>[]): pulumi.Output<string> {
  const digest = (parts: string[]): string =>
    createHash("sha256")
      .update(JSON.stringify([username, ...parts]))
      .digest("hex")
      .slice(0, 12);
  return pulumi.unsecret(pulumi.all(secrets).apply((parts) => `grafana-${digest(parts)}.db`));
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
    const metrics = trust.access("prometheus", "grafana");
    const address = place.listen.slice(0, place.listen.lastIndexOf(":"));
    const database = databaseOf(username, [trust.person.password, secretKey.password]);
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
          [grafanaFiles.config]: database.apply((file) =>
            renderGrafanaIni({
              address,
              config: place.config,
              data: place.data,
              database: file,
              port: settings.port,
              url: place.url,
              username,
              metricsUsername: metrics.username,
            }),
          ),
          [grafanaFiles.key]: identity.key,
          [grafanaFiles.metricsPassword]: metrics.password,
          [grafanaFiles.password]: trust.person.password,
          [grafanaFiles.secretKey]: secretKey.password,
        },
        onChange: {},
        checks: [],
        port: settings.port,
        health: {
          path: "/api/health",
          ca: trust.authority,
          access: { username, password: trust.person.password },
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
