/** Programs that watch or serve, and that the provider may start as processes. */
const servers = {
  alertmanager: "0.33.1",
  blackbox_exporter: "0.28.0",
  grafana: "12.3.4",
  node_exporter: "1.11.1",
  postgres_exporter: "0.19.1",
  prometheus: "3.5.3",
  redis_exporter: "1.86.0",
} as const satisfies Readonly<Record<string, string>>;

/** The version of every program that Vigil obtains, once. Node's own is in tools/.node-version. */
export const pins = {
  ...servers,
  actionlint: "1.7.12",
  cadvisor: "0.57.0",
  go: "1.26.8",
  "process-compose": "1.64.1",
  pulumi: "3.259.0",
} as const satisfies Readonly<Record<string, string>>;

/** Names of the programs that a process may be, beside those of the repository. */
export const serverNames: readonly string[] = Object.keys(servers);

/** A program whose version is pinned. */
export type Pinned = keyof typeof pins;

/** Reference of a published image whose tags are `v` and the version. */
export const imageOf = (repository: string, program: Pinned, prefix = "v"): string =>
  `${repository}:${prefix}${pins[program]}`;
