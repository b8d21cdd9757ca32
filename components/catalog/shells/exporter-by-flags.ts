import { webFiles } from "../../render/web.ts";
import type { Shell } from "../service.ts";
import { reread } from "./on-change.ts";
import { type OwnFiles, ownFiles } from "./own-files.ts";

/** Peculiarities of an exporter that takes its certificates by flags of its own. */
export interface FlagFacts<S> extends OwnFiles<S> {
  /** Path that answers when it is ready. */
  readonly health: string;
}

/** See {@link ../exporter.ts}. */
export const flagShell = <S>({ health, ...own }: FlagFacts<S>): Shell<S> => ({
  process: ({ child, place, settings, texts, trust }) => {
    const { certificate, key } = trust.identity(place, child);
    const listener = { [webFiles.certificate]: certificate, [webFiles.key]: key };
    return {
      files: {
        ...texts,
        ...ownFiles(own, settings),
        ...listener,
        [webFiles.clients]: trust.clients,
      },
      // It looks at its own certificate on each connection, and at everything else when it starts.
      onChange: reread(listener),
      health: trust.health(health, 30, trust.asker("operator")),
    };
  },
});
