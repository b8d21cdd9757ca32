import * as pulumi from "@pulumi/pulumi";
import type { FileCheck, OnChange } from "../provider/types.ts";
import { webFiles } from "./render/web.ts";
import type { Image, Place, Running, Target, Workload } from "./targets/target.ts";
import type { Trust } from "./trust.ts";

export interface ExporterArgs {
  readonly target: Target;
  readonly trust: Trust;
  readonly place: Place;
  readonly binary: string;
  readonly image: Image;
  /** Beside those of the listener. */
  readonly args: readonly string[];
  /** Configuration files read again on SIGHUP. */
  readonly files: Readonly<Record<string, string>>;
  readonly checks: readonly FileCheck[];
  readonly healthPath: string;
  readonly port: number;
  readonly memoryMegabytes: number;
  readonly sees: Workload["sees"];
}

/** Every listener of the Prometheus family looks at its files by itself on each connection. */
export const reread = (files: object): OnChange =>
  Object.fromEntries(Object.keys(files).map((file) => [file, "reread"] as const));

/** A program of the Prometheus family that tells metrics to Prometheus and to whoever runs `up`. */
export class Exporter extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: ExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Exporter", name, {}, opts);
    const { place, target, trust } = args;
    const child = { parent: this };
    const listener = trust.peerListener(place, ["operator", "prometheus"], child);
    const reload = Object.keys(args.files).map((file) => [file, "reload"] as const);
    this.running = target.run(
      {
        place,
        binary: args.binary,
        image: args.image,
        args: [
          ...args.args,
          `--web.config.file=${place.config}/${webFiles.config}`,
          `--web.listen-address=${place.listen}`,
        ],
        env: {},
        files: { ...args.files, ...listener },
        onChange: { ...reread(listener), ...Object.fromEntries(reload) },
        checks: args.checks,
        port: args.port,
        health: trust.health(args.healthPath, 30, trust.asker("operator")),
        memoryMegabytes: args.memoryMegabytes,
        sees: args.sees,
        persistent: false,
      },
      child,
    );
    this.registerOutputs({});
  }
}
