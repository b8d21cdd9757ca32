import type { RawConfig } from "../../components/config/parse.ts";
import { parseConfig } from "./parse.ts";
import { notLoaded } from "../../components/content.ts";
import { loadMakers, type Makers } from "../../components/monitoring.ts";

/** For a configuration with mistakes, which the program complains of before it makes anything. */
const none: Makers = {
  shells: new Map(),
  targets: new Map(),
  content: notLoaded,
};

/** What makes the resources of a configuration, as the program loads it before it starts. */
export async function makersOf(raw: RawConfig, absent: readonly string[] = []): Promise<Makers> {
  const { config } = parseConfig(raw, new Date());
  return config === undefined ? none : loadMakers(config, new Set(absent));
}
