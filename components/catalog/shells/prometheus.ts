import { certificateRules } from "../../render/certificates.ts";
import { files } from "../../render/prometheus.ts";
import type { Shell } from "../service.ts";
import { reloaded, reread } from "./on-change.ts";

/** Collects and keeps samples, and evaluates the rules. */
export const prometheusShell: Shell<unknown> = {
  process: ({ child, estate, name, place, texts, trust }) => {
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
