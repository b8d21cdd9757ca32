import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config/schema.ts";
import { reread } from "./exporter.ts";
import { certificateRules } from "./render/certificates.ts";
import { files, type ScrapeJob, webLimits } from "./render/prometheus.ts";
import type { Place, Running, Target } from "./targets/target.ts";
import type { Trust } from "./trust.ts";

export interface PrometheusArgs {
  readonly target: Target;
  readonly trust: Trust;
  readonly place: Place;
  readonly settings: Config["prometheus"];
  /** Text of prometheus.yml. */
  readonly config: string;
  readonly jobs: readonly ScrapeJob[];
  /** Text by path: `rules/general.yml`. */
  readonly rules: Readonly<Record<string, string>>;
  /** Whether a Grafana asks it. */
  readonly withGrafana: boolean;
}

/** Collects and keeps samples, and evaluates the rules. */
export class Prometheus extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Prometheus", name, {}, opts);
    const { place, settings, target, trust } = args;
    const child = { parent: this };
    const { retention } = settings;
    const own = {
      ...trust.askerFiles("prometheus"),
      ...trust.listener(
        place,
        [
          trust.person,
          trust.login("prometheus", "prometheus"),
          ...(args.withGrafana ? [trust.login("grafana", "prometheus")] : []),
        ],
        child,
      ),
    };
    const passwords = Object.fromEntries(
      args.jobs
        .filter(({ access }) => access === "login")
        .map(({ name: job }) => [files.password(job), trust.login("prometheus", job).password]),
    );
    const rules = { ...args.rules, [certificateRules]: trust.certificateRules() };
    this.running = target.run(
      {
        place,
        binary: "prometheus",
        image: { reference: settings.image, uid: 65534, gid: 65534 },
        // The admin API and remote lifecycle calls stay off: both are opt-in flags.
        args: [
          `--config.file=${place.config}/${files.config}`,
          // Told once more after half the default: what was lost while Alertmanager started comes soon.
          "--rules.alert.resend-delay=30s",
          `--storage.tsdb.path=${place.data}`,
          `--storage.tsdb.retention.size=${retention.size}`,
          `--storage.tsdb.retention.time=${retention.time}`,
          ...webLimits,
          `--web.config.file=${place.config}/${files.web}`,
          ...(place.url === undefined ? [] : [`--web.external-url=${place.url}`]),
          `--web.listen-address=${place.listen}`,
        ],
        env: {},
        files: {
          [files.config]: args.config,
          ...rules,
          [files.authority]: trust.authority,
          ...passwords,
          ...own,
        },
        onChange: {
          // Not the authority: Prometheus reads a new one, and from then on asks without its login.
          [files.config]: "reload",
          ...Object.fromEntries(Object.keys(rules).map((file) => [file, "reload"] as const)),
          ...reread({ ...own, ...passwords }),
        },
        checks: [
          { binary: "promtool", args: ["check", "config", files.config] },
          { binary: "promtool", args: ["check", "web-config", files.web] },
        ],
        port: settings.port,
        health: trust.health("/-/ready", 120, trust.access("prometheus", "prometheus")),
        memoryMegabytes: settings.memory,
        sees: "itself",
        persistent: true,
      },
      child,
    );
    this.registerOutputs({});
  }
}
