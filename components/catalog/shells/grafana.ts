import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { Login } from "../../../provider/resources.ts";
import { GrafanaContent } from "../../grafana-content.ts";
import { grafanaFiles, renderGrafanaIni } from "../../render/grafana.ts";
import { hostOf } from "../../targets/target.ts";
import type { Secret } from "../../config/fields.ts";
import type { Shell } from "../service.ts";

/**
 * Grafana takes its admin's password into a new database only, and opens what it stored encrypted
 * only with the same key. Both are made again after a `down` that kept the data, and the password
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

/** The settings that it takes from its section. */
interface Settings {
  readonly port: number;
  readonly url?: string | undefined;
  readonly auth?: Secret | undefined;
  readonly authority?: string | undefined;
}

/** The estate's own server, and what people see in it or in somebody else's. */
export const grafanaShell: Shell<Settings> = {
  process: ({ child, estate, name, place, settings, trust }) => {
    // Grafana's built-in key for what it stores encrypted is the same everywhere.
    const secretKey = new Login(`${name}-secret-key`, { username: name }, child);
    const identity = trust.identity(place, child);
    const metrics = trust.access("prometheus", name);
    const { username } = estate.common.login;
    const { password } = trust.operator;
    const ini = databaseOf(username, [password, secretKey.password]).apply((database) =>
      renderGrafanaIni({
        address: hostOf(place.listen),
        config: place.config,
        data: place.data,
        database,
        port: settings.port,
        url: place.url,
        username,
        metricsUsername: metrics.username,
      }),
    );
    return {
      files: {
        [grafanaFiles.certificate]: identity.certificate,
        [grafanaFiles.config]: ini,
        [grafanaFiles.key]: identity.key,
        [grafanaFiles.metricsPassword]: metrics.password,
        [grafanaFiles.password]: password,
        [grafanaFiles.secretKey]: secretKey.password,
      },
      onChange: {},
      health: trust.health("/api/health", 120, { username, password }),
    };
  },
  content: ({ estate, name, parent, place, running, settings, trust }) => {
    const elsewhere = place === undefined;
    const url = elsewhere ? settings.url : place.url;
    // A server that is not published cannot be given anything.
    if (url === undefined) return;
    const { auth, authority } = settings;
    const { common, cadence, boards } = estate;
    new GrafanaContent(
      `${name}-content`,
      {
        url,
        ...(elsewhere && auth && { auth: pulumi.secret(auth.reveal()) }),
        authority: elsewhere ? authority : trust.authority,
        trust,
        prometheus: estate.place("prometheus")?.address,
        alertmanager: estate.place("alertmanager")?.address,
        scrapeInterval: cadence.scrapeInterval,
        channels: { ...common.receivers, ...common.channels },
        boards,
      },
      { parent, ...(running && { dependsOn: [...running.resources] }) },
    );
  },
};
