import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pins } from "../../lib/pins.ts";
import type { Inventory } from "../metrics/format.ts";
import type { InventoryFile } from "./inventory.ts";

/** The inventories below a project's folder, by file name. */
export function readInventory(root: string): ReadonlyMap<string, InventoryFile> {
  const folder = join(root, "rules", "metrics");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return new Map(
    names
      .sort()
      .map((name) => [name, JSON.parse(readFileSync(join(folder, name), "utf8")) as InventoryFile]),
  );
}

/** Files of `rules/metrics/` and of its folder `deployed` by the scrape job of an estate that they are of. */
const ofJob = {
  alertmanager: `deployed/alertmanager-${pins.alertmanager}.json`,
  blackbox: `deployed/blackbox_exporter-${pins.blackbox_exporter}.json`,
  cadvisor: `deployed/cadvisor-${pins.cadvisor}.json`,
  // Nothing of Vigil builds Grafana, and the processor has one way to be run.
  grafana: "grafana-12.json",
  node: `deployed/node_exporter-${pins.node_exporter}.json`,
  postgres: `deployed/postgres_exporter-${pins.postgres_exporter}.json`,
  probe: `deployed/blackbox_exporter-${pins.blackbox_exporter}.json`,
  processor: "alert-processor-0.1.0.json",
  prometheus: `deployed/prometheus-${pins.prometheus}.json`,
  redis: `deployed/redis_exporter-${pins.redis_exporter}.json`,
} as const;

/** What each program that an estate deploys tells there, by scrape job. */
export function readDeployed(root: string): Readonly<Record<keyof typeof ofJob, Inventory>> {
  const folder = join(root, "rules", "metrics");
  return Object.fromEntries(
    Object.entries(ofJob).map(([job, file]) => [
      job,
      JSON.parse(readFileSync(join(folder, file), "utf8")) as Inventory,
    ]),
  ) as Record<keyof typeof ofJob, Inventory>;
}
