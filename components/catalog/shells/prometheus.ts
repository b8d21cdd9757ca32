import type { Destinations } from "../../config/remote-write-schema.ts";
import { certificateRules } from "../../render/certificates.ts";
import { files } from "../../render/prometheus.ts";
import { remoteWriteFiles } from "../../render/remote-write.ts";
import type { Trust } from "../../trust.ts";
import type { Shell } from "../service.ts";
import { reloaded, reread } from "./on-change.ts";
import { secretFiles } from "./secrets.ts";

/** The settings that it takes from its section. */
interface Settings {
  readonly remoteWrite: Destinations;
}

/** Its files for the receivers of samples, and how it picks up their changes. */
function remoteWriting(settings: Settings["remoteWrite"], trust: Trust) {
  const { authorities, certificates, secrets } = remoteWriteFiles(settings);
  for (const [name, { certificate }] of Object.entries(settings)) {
    if (certificate) trust.watch(`vigil:prometheus.remoteWrite.${name}`, certificate);
  }
  const credentials = { ...certificates, ...secretFiles(secrets) };
  return {
    files: { ...authorities, ...credentials },
    onChange: reread(credentials),
  };
}

/** Collects and keeps samples, and evaluates the rules. */
export const prometheusShell: Shell<Settings> = {
  process: ({ child, estate, name, place, settings, texts, trust }) => {
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
    const remote = remoteWriting(settings.remoteWrite, trust);
    const reloads = { ...texts, [certificateRules]: trust.certificateRules() };
    return {
      files: {
        ...reloads,
        [files.authority]: trust.authorities,
        ...remote.files,
        ...passwords,
        ...own,
      },
      // Not the authority: Prometheus reads a new one, and from then on asks without its login.
      onChange: { ...reloaded(reloads), ...reread({ ...own, ...passwords }), ...remote.onChange },
      checks: [
        { binary: "promtool", args: ["check", "config", files.config] },
        { binary: "promtool", args: ["check", "web-config", files.web] },
      ],
      health: trust.health("/-/ready", 120, trust.access(name, name)),
    };
  },
};
