import type { Shell } from "../service.ts";

/** Peculiarities of a program that shares the loopback of Prometheus. */
export interface BesideFacts {
  /** Path that answers when it is ready. */
  readonly health: string;
  /** Seconds that it may take until then. @default 30 */
  readonly patience?: number;
}

/** See {@link ../exporter.ts}. */
export const besideShell = ({ health, patience = 30 }: BesideFacts): Shell<unknown> => ({
  process: ({ texts, trust }) => ({
    files: texts,
    onChange: {},
    // Without TLS and a password: only what shares its loopback asks.
    health: trust.health(health, patience, trust.access("prometheus", "prometheus")),
  }),
});
