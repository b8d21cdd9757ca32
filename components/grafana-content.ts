import * as pulumi from "@pulumi/pulumi";
// Deep modules: the index loads hundreds of resources.
import { ContactPoint, type ContactPointArgs } from "@pulumiverse/grafana/alerting/contactPoint.js";
import { Dashboard, type DashboardArgs } from "@pulumiverse/grafana/oss/dashboard.js";
import { DataSource, type DataSourceArgs } from "@pulumiverse/grafana/oss/dataSource.js";
import { Folder, type FolderArgs } from "@pulumiverse/grafana/oss/folder.js";
import { Provider } from "@pulumiverse/grafana/provider.js";
import { datasourceUid } from "../dashboards/lib/theme.ts";
import type { ChannelSettings } from "./channels/index.ts";
import type { ReceiverSettings } from "./config/receivers-schema.ts";
import type { Trust } from "./trust.ts";

/** Arguments of its resources, by type. */
export interface GrafanaArgs {
  "grafana:alerting/contactPoint:ContactPoint": ContactPointArgs;
  "grafana:oss/dashboard:Dashboard": DashboardArgs;
  "grafana:oss/dataSource:DataSource": DataSourceArgs;
  "grafana:oss/folder:Folder": FolderArgs;
}

export interface GrafanaContentArgs {
  readonly url: string;
  /** `user:password` or a token; the person's login on the estate's own server when absent. */
  readonly auth?: pulumi.Input<string>;
  /** PEM the server's certificate is checked against; the public ones' when undefined. */
  readonly authority: pulumi.Input<string> | undefined;
  readonly trust: Trust;
  /** `host:port` as Grafana reaches them; undefined where the estate has none. */
  readonly prometheus: string | undefined;
  readonly alertmanager: string | undefined;
  readonly scrapeInterval: string;
  readonly channels: Pick<ChannelSettings, "slack"> & Pick<ReceiverSettings, "email" | "webhook">;
  /** Dashboard JSON by uid. */
  readonly boards: Readonly<Record<string, string>>;
}

function contactPoint({
  email,
  slack,
  webhook,
}: GrafanaContentArgs["channels"]): ContactPointArgs | undefined {
  if (!email && !slack && !webhook) return undefined;
  return {
    name: "vigil",
    ...(email && { emails: [{ addresses: [email.to] }] }),
    ...(slack && {
      slacks: [
        {
          url: pulumi.secret(slack.url.reveal()),
          ...(slack.channel !== undefined && { recipient: slack.channel }),
        },
      ],
    }),
    ...(webhook && { webhooks: [{ url: pulumi.secret(webhook.url.reveal()) }] }),
  };
}

function dataSource(
  kind: keyof typeof datasourceUid,
  { scrapeInterval, trust }: GrafanaContentArgs,
  address: string,
  opts: pulumi.CustomResourceOptions,
): DataSource {
  const { authority: tlsCACert } = trust;
  const secret = (texts: Readonly<Record<string, pulumi.Input<string>>>) =>
    pulumi.secret(pulumi.all(texts).apply((all) => JSON.stringify(all)));
  const asUser = () => {
    const { password, username } = trust.access("grafana", "prometheus");
    const settings = { httpMethod: "POST", timeInterval: scrapeInterval, tlsAuthWithCACert: true };
    return {
      basicAuthEnabled: true,
      basicAuthUsername: username,
      jsonDataEncoded: JSON.stringify(settings),
      secureJsonDataEncoded: secret({ basicAuthPassword: password, tlsCACert }),
    };
  };
  const asHolder = () => {
    const { certificate: tlsClientCert, key: tlsClientKey } = trust.asker("grafana");
    const settings = { implementation: "prometheus", tlsAuth: true, tlsAuthWithCACert: true };
    return {
      jsonDataEncoded: JSON.stringify(settings),
      secureJsonDataEncoded: secret({ tlsCACert, tlsClientCert, tlsClientKey }),
    };
  };
  return new DataSource(
    `grafana-${kind}`,
    {
      name: kind === "prometheus" ? "Prometheus" : "Alertmanager",
      type: kind,
      uid: datasourceUid[kind],
      url: `https://${address}`,
      isDefault: kind === "prometheus",
      ...(kind === "prometheus" ? asUser() : asHolder()),
    },
    opts,
  );
}

/** The content of Grafana, as managed resources: changed here, never by hand. */
export class GrafanaContent extends pulumi.ComponentResource {
  constructor(name: string, args: GrafanaContentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:GrafanaContent", name, {}, opts);
    const { trust } = args;
    const { password, username } = trust.operator;
    const provider = new Provider(
      name,
      {
        // A literal: made from another resource's output it would mark everything as changed.
        url: args.url,
        auth: pulumi.secret(args.auth ?? pulumi.interpolate`${username}:${password}`),
        ...(args.authority !== undefined && { caCert: args.authority }),
      },
      { parent: this },
    );
    // One after the other: of two writers that each bring a secret, one holds Grafana's database and
    // the other its encryption key, and on SQLite both wait until they fail.
    let last: pulumi.Resource = provider;
    const child = () => ({ parent: this, provider, dependsOn: last });
    const folder = new Folder(`${name}-folder`, { title: "Vigil", uid: "vigil" }, child());
    last = folder;
    for (const kind of ["prometheus", "alertmanager"] as const) {
      const address = args[kind];
      if (address !== undefined) last = dataSource(kind, args, address, child());
    }
    for (const [uid, configJson] of Object.entries(args.boards)) {
      const board = { configJson, folder: folder.uid, overwrite: true };
      last = new Dashboard(`${name}-${uid}`, board, child());
    }
    const contact = contactPoint(args.channels);
    // Deleting first would tear the old one out of the policy that uses it.
    if (contact) {
      new ContactPoint(`${name}-contact`, contact, { ...child(), deleteBeforeReplace: false });
    }
    this.registerOutputs({});
  }
}
