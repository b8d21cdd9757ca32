import { hostOf } from "../../targets/target.ts";
import { cadvisorSelection } from "../../render/cadvisor.ts";
import type { Listening, Shell } from "../service.ts";

/** Started for the one that shares its loopback. */
export const cadvisorShell: Shell<Listening> = {
  process: ({ place, settings, trust }) => ({
    args: [
      ...cadvisorSelection,
      "--housekeeping_interval=15s",
      `--listen_ip=${hostOf(place.listen)}`,
      `--port=${settings.port}`,
      "--storage_duration=1m",
    ],
    files: {},
    onChange: {},
    // Without TLS and a password: only what shares its loopback asks.
    health: trust.health("/healthz", 60, trust.access("prometheus", "prometheus")),
  }),
};
