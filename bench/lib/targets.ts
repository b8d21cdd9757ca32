import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../../lib/poll.ts";
import { fromYaml } from "../../lib/yaml.ts";
import { files, username } from "../../components/render/prometheus.ts";
import { ask } from "../../lib/ask.ts";
import { type TargetHealth } from "../../cli/estate/client.ts";
import { stackFolder } from "../../cli/state/home.ts";
import type { Estate } from "./estate.ts";

/** Targets at one moment. */
export interface Seen {
  /** Targets that prometheus.yml has. */
  readonly wanted: number;
  /** Targets that Prometheus knows. */
  readonly known: number;
  readonly up: number;
}

interface PrometheusYml {
  readonly scrape_configs: readonly {
    readonly static_configs: readonly { readonly targets: readonly string[] }[];
  }[];
}

/** Asks Prometheus with what lies in its own folder; undefined until it is there and answers. */
export async function seeTargets({ folder, prometheus, stack }: Estate): Promise<Seen | undefined> {
  const own = join(stackFolder(folder, stack), "services/prometheus");
  const text = (file: string): Promise<string> => readFile(join(own, file), "utf8");
  try {
    const [authority, config, password] = await Promise.all(
      [files.authority, files.config, files.password("prometheus")].map(text),
    );
    const { body } = await ask(`${prometheus}/api/v1/targets?state=active`, {
      authority: authority ?? "",
      login: { username, password: password ?? "" },
    });
    const { data } = JSON.parse(body) as { data: { activeTargets: TargetHealth[] } };
    const { scrape_configs: jobs } = fromYaml(config ?? "") as PrometheusYml;
    return {
      wanted: jobs.flatMap(({ static_configs: lists }) => lists.flatMap((one) => one.targets))
        .length,
      known: data.activeTargets.length,
      up: data.activeTargets.filter(({ health }) => health === "up").length,
    };
  } catch {
    return undefined;
  }
}

/** Moments of a warm-up in milliseconds since it began. */
export interface Moments {
  /** Prometheus answers. */
  readonly answers: number;
  /** Prometheus knows every target. */
  readonly knows: number;
  /** Every target was scraped well. */
  readonly all: number;
}

/**
 * Watches until every target is up.
 *
 * @throws Error when `seconds` are over or `signal` is aborted.
 */
export async function watchTargets(
  estate: Estate,
  { begun, seconds, signal }: { begun: number; seconds: number; signal: AbortSignal },
): Promise<Moments> {
  let answers: number | undefined;
  let knows: number | undefined;
  const look = async (): Promise<Moments | undefined> => {
    const seen = await seeTargets(estate);
    const at = performance.now() - begun;
    if (seen === undefined) return undefined;
    answers ??= at;
    if (seen.known === seen.wanted) knows ??= at;
    return seen.up === seen.wanted ? { answers, knows: knows ?? at, all: at } : undefined;
  };
  const left = begun + seconds * 1000 - performance.now();
  const patience = { every: 100, within: left, signal };
  const moments = await poll(look, (found) => found !== undefined, patience);
  if (moments === undefined) throw new Error(`not every target was up within ${seconds} s`);
  return moments;
}
