/** What a chain is made of: what can fire, who is notified, and which part can break how. Pure. */
import type { FaultKind } from "./fault.ts";

export type Memory = "sqlite" | "postgres";

/** Something that an alert is about. */
export interface Watched {
  readonly object: string;
  readonly severity: string;
  /** Never fires: whoever is told of it was told of what never was. */
  readonly never?: true;
}

/** Who is notified: a stand-in for a channel. */
export interface Listener {
  readonly channel: string;
  readonly severities: readonly string[];
}

export interface Shape {
  readonly memory: Memory;
  readonly objects: readonly Watched[];
  readonly listeners: readonly Listener[];
  /** Names of processors. */
  readonly processors: readonly string[];
  /** Names of parts by what can happen to them. */
  readonly faults: Readonly<Record<FaultKind, readonly string[]>>;
}

export const alertmanagers = ["alertmanager-a", "alertmanager-b"] as const;

const severities = { emergency: 4, critical: 6, warning: 6, info: 3 } as const;

const objects: readonly Watched[] = Object.entries(severities).flatMap(([severity, count]) => [
  ...Array.from({ length: count }, (_, index) => ({
    object: `${severity}-${index + 1}`,
    severity,
  })),
  { object: `${severity}-never`, severity, never: true } as const,
]);

const listeners: readonly Listener[] = [
  { channel: "everything", severities: Object.keys(severities) },
  { channel: "urgent", severities: ["emergency", "critical"] },
  { channel: "mail", severities: ["emergency"] },
];

/** Names of the connections that can be cut. */
export const links = {
  scrape: "prometheus to exporter",
  alerts: (one: string): string => `prometheus to ${one}`,
  gossip: (one: string): string => `peer to ${one}`,
  webhook: (one: string): string => `${one} to processor`,
  list: (one: string): string => `processor to ${one}`,
  channel: (one: string): string => `processor to ${one}`,
  database: (one: string): string => `${one} to database`,
} as const;

/** The chain with a file for memory, or with two replicas on PostgreSQL. */
export function shapeOf(memory: Memory): Shape {
  const shared = memory === "postgres";
  const processors = shared ? ["processor-1", "processor-2"] : ["processor-1"];
  const servers = ["prometheus", ...alertmanagers, ...processors];
  const database = shared ? ["database"] : [];
  const channels = listeners.map(({ channel }) => channel);
  const webhooks = alertmanagers.map(links.webhook);
  return {
    memory,
    objects,
    listeners,
    processors,
    faults: {
      kill: [...servers, ...database],
      stop: [...servers, ...database],
      forget: alertmanagers,
      cut: [
        links.scrape,
        ...alertmanagers.map(links.alerts),
        ...alertmanagers.map(links.gossip),
        ...webhooks,
        ...alertmanagers.map(links.list),
        ...channels.map(links.channel),
        ...(shared ? processors.map(links.database) : []),
      ],
      // With PostgreSQL the processors keep nothing on their own disks.
      full: ["prometheus", ...alertmanagers, ...(shared ? database : processors)],
      clock: processors,
      late: webhooks,
      double: webhooks,
      moved: alertmanagers.map(links.alerts),
      refuse: channels,
    },
  };
}
