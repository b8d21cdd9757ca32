import * as pulumi from "@pulumi/pulumi";
import type { Login } from "../provider/resources.ts";
import type { Config } from "./config/schema.ts";
import { reread } from "./exporter.ts";
import { receiverSecrets } from "./render/alertmanager.ts";
import { processorAccess } from "./render/processor.ts";
import { webFiles } from "./render/web.ts";
import type { Place, Running, Target } from "./targets/target.ts";
import type { Trust } from "./trust.ts";

export interface AlertmanagerArgs {
  readonly target: Target;
  readonly trust: Trust;
  readonly place: Place;
  readonly settings: Config["alertmanager"];
  /** Text of alertmanager.yml. */
  readonly config: string;
  readonly receivers: Config["receivers"];
  /** Token by which the processor knows this Alertmanager; undefined where there is no processor. */
  readonly processorToken: Login | undefined;
  /** Whether a Grafana asks it. */
  readonly withGrafana: boolean;
}

/** Groups alerts, silences what follows from others, and tells people. */
export class Alertmanager extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: AlertmanagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Alertmanager", name, {}, opts);
    const { place, processorToken, receivers, settings, target, trust } = args;
    const child = { parent: this };
    const secretTexts = Object.fromEntries(
      Object.entries(receiverSecrets(receivers)).map(([file, one]) => [
        file,
        pulumi.secret(one.reveal()),
      ]),
    );
    const processorTexts = processorToken && {
      [processorAccess.authority]: trust.authority,
      [processorAccess.token]: processorToken.password,
    };
    const askers = ["alertmanager", "operator", "prometheus"] as const;
    const listener = trust.peerListener(
      place,
      [
        ...askers,
        ...(processorToken ? (["processor"] as const) : []),
        ...(args.withGrafana ? (["grafana"] as const) : []),
      ],
      child,
    );
    this.running = target.run(
      {
        place,
        binary: "alertmanager",
        image: { reference: settings.image, uid: 65534, gid: 65534 },
        args: [
          // One instance: nobody to gossip with, so no listener for it.
          "--cluster.listen-address=",
          // So that its metrics tell whom it could not reach.
          "--enable-feature=receiver-name-in-metrics",
          `--config.file=${place.config}/alertmanager.yml`,
          `--data.retention=${settings.retention}`,
          `--storage.path=${place.data}`,
          `--web.config.file=${place.config}/${webFiles.config}`,
          ...(place.url === undefined ? [] : [`--web.external-url=${place.url}`]),
          `--web.listen-address=${place.listen}`,
        ],
        env: {},
        files: {
          "alertmanager.yml": args.config,
          ...secretTexts,
          ...processorTexts,
          ...listener,
        },
        onChange: {
          "alertmanager.yml": "reload",
          ...Object.fromEntries(
            Object.keys({ ...secretTexts, ...processorTexts }).map(
              (file) => [file, "reread"] as const,
            ),
          ),
          ...reread(listener),
        },
        checks: [{ binary: "amtool", args: ["check-config", "alertmanager.yml"] }],
        port: settings.port,
        health: trust.health("/-/ready", 30, trust.asker("alertmanager")),
        memoryMegabytes: settings.memory,
        sees: "itself",
        persistent: true,
      },
      child,
    );
    this.registerOutputs({});
  }
}
