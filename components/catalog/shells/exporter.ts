import type { FileCheck } from "../../../provider/types.ts";
import type { Shell } from "../service.ts";
import { reloaded, reread } from "./on-change.ts";

/** Peculiarities of an exporter of the Prometheus family. */
export interface ExporterFacts {
  readonly checks?: readonly FileCheck[];
  /** Path that answers when it is ready. */
  readonly health: string;
}

/** See {@link ../exporter.ts}. */
export const exporterShell = ({ checks = [], health }: ExporterFacts): Shell<unknown> => ({
  process: ({ child, place, texts, trust }) => {
    const listener = trust.peerListener(place, ["operator", "prometheus"], child);
    return {
      files: { ...texts, ...listener },
      onChange: { ...reread(listener), ...reloaded(texts) },
      checks,
      health: trust.health(health, 30, trust.asker("operator")),
    };
  },
});
