import * as pulumi from "@pulumi/pulumi";
import type { Secret } from "../../config/fields.ts";
import { webFiles } from "../../render/web.ts";
import type { Shell } from "../service.ts";
import { reread } from "./on-change.ts";

/** Peculiarities of an exporter that takes its certificates by flags of its own. */
export interface FlagFacts<S> {
  /** Open texts by path. */
  readonly files?: (settings: S) => Readonly<Record<string, string>>;
  /** Secret texts by path. */
  readonly secrets?: (
    settings: S,
    reveal: (secret: Secret) => string,
  ) => Readonly<Record<string, string>>;
  /** Path that answers when it is ready. */
  readonly health: string;
}

/** See {@link ../exporter.ts}. */
export const flagShell = <S>({
  files = () => ({}),
  health,
  secrets = () => ({}),
}: FlagFacts<S>): Shell<S> => ({
  process: ({ child, place, settings, texts, trust }) => {
    const { certificate, key } = trust.identity(place, child);
    const listener = { [webFiles.certificate]: certificate, [webFiles.key]: key };
    const secret = secrets(settings, (one) => one.reveal());
    return {
      files: {
        ...texts,
        ...files(settings),
        ...Object.fromEntries(
          Object.entries(secret).map(([path, text]) => [path, pulumi.secret(text)]),
        ),
        ...listener,
        [webFiles.clients]: trust.clients,
      },
      // It looks at its own certificate on each connection, and at everything else when it starts.
      onChange: reread(listener),
      health: trust.health(health, 30, trust.asker("operator")),
    };
  },
});
