import { certificateRules } from "../../render/certificates.ts";
import { files, webLimits } from "../../render/prometheus.ts";
import { webArgs } from "../../render/web.ts";
import type { Shell } from "../service.ts";
import { reloaded, reread } from "./on-change.ts";

/** What it takes of its section. */
interface Settings {
  readonly retention: { readonly size: string; readonly time: string };
}

/** Collects and keeps samples, and evaluates the rules. */
export const prometheusShell: Shell<Settings> = {
  process: ({ child, estate, name, place, settings, texts, trust }) => {
    const { retention } = settings;
    const own = {
      ...trust.askerFiles(name),
      ...trust.listener(
        place,
        [
          trust.operator,
          trust.login(name, name),
          ...(estate.has("grafana") ? [trust.login("grafana", name)] : []),
        ],
        child,
      ),
    };
    const passwords = Object.fromEntries(
      estate.jobs
        .filter(({ access }) => access === "login")
        .map(({ name: job }) => [files.password(job), trust.login(name, job).password]),
    );
    const reloads = { ...texts, [certificateRules]: trust.certificateRules() };
    return {
      // The admin API and remote lifecycle calls stay off: both are opt-in flags.
      args: [
        `--config.file=${place.config}/${files.config}`,
        // Told once more after half the default: what was lost while Alertmanager started comes soon.
        "--rules.alert.resend-delay=30s",
        `--storage.tsdb.path=${place.data}`,
        `--storage.tsdb.retention.size=${retention.size}`,
        `--storage.tsdb.retention.time=${retention.time}`,
        ...webLimits,
        ...webArgs(place),
      ],
      files: { ...reloads, [files.authority]: trust.authority, ...passwords, ...own },
      // Not the authority: Prometheus reads a new one, and from then on asks without its login.
      onChange: { ...reloaded(reloads), ...reread({ ...own, ...passwords }) },
      checks: [
        { binary: "promtool", args: ["check", "config", files.config] },
        { binary: "promtool", args: ["check", "web-config", files.web] },
      ],
      health: trust.health("/-/ready", 120, trust.access(name, name)),
    };
  },
};
