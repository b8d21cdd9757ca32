import type { FileCheck } from "../../../provider/types.ts";
import type { Place } from "../../targets/target.ts";
import type { Shell } from "../service.ts";
import { reloaded, reread } from "./on-change.ts";
import { type OwnFiles, ownFiles } from "./own-files.ts";

/** Peculiarities of an exporter of the Prometheus family. */
export interface ExporterFacts<S> extends OwnFiles<S> {
  readonly checks?: readonly FileCheck[];
  /** Variables that it takes settings from. They hold no secret: its account can read them on its machine. */
  readonly env?: (place: Place, settings: S) => Readonly<Record<string, string>>;
  /** Path that answers when it is ready. */
  readonly health: string;
}

/** See {@link ../exporter.ts}. */
export const exporterShell = <S>({
  checks = [],
  env,
  health,
  ...own
}: ExporterFacts<S>): Shell<S> => ({
  process: ({ child, place, settings, texts, trust }) => {
    const listener = trust.peerListener(place, ["operator", "prometheus"], child);
    return {
      ...(env && { env: env(place, settings) }),
      files: { ...texts, ...ownFiles(own, settings), ...listener },
      // A change of its own files restarts it.
      onChange: { ...reread(listener), ...reloaded(texts) },
      checks,
      health: trust.health(health, 30, trust.asker("operator")),
    };
  },
});
