import type { FileCheck } from "../../../provider/types.ts";
import { webArgs } from "../../render/web.ts";
import type { Place } from "../../targets/target.ts";
import type { Shell } from "../service.ts";
import { reloaded, reread } from "./on-change.ts";

/** What is particular about an exporter of the Prometheus family. */
export interface ExporterFacts {
  /** Beside those of the listener. */
  readonly args: (place: Place) => readonly string[];
  readonly checks?: readonly FileCheck[];
  /** Path that answers when it is ready. */
  readonly health: string;
}

/** See {@link ../exporter.ts}. */
export const exporterShell = ({ args, checks = [], health }: ExporterFacts): Shell<unknown> => ({
  process: ({ child, place, texts, trust }) => {
    const listener = trust.peerListener(place, ["operator", "prometheus"], child);
    return {
      // Nobody opens it, so it need not know by which address.
      args: [...args(place), ...webArgs({ ...place, url: undefined })],
      files: { ...texts, ...listener },
      onChange: { ...reread(listener), ...reloaded(texts) },
      checks,
      health: trust.health(health, 30, trust.asker("operator")),
    };
  },
});
