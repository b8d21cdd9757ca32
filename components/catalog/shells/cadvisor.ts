import type { Shell } from "../service.ts";

/** Started for the one that shares its loopback. */
export const cadvisorShell: Shell<unknown> = {
  process: ({ trust }) => ({
    files: {},
    onChange: {},
    // Without TLS and a password: only what shares its loopback asks.
    health: trust.health("/healthz", 60, trust.access("prometheus", "prometheus")),
  }),
};
