import * as pulumi from "@pulumi/pulumi";
import type { Secret } from "../../config/fields.ts";

/** Files that an exporter gets beside those of its listener. */
export interface OwnFiles<S> {
  /** Open texts by path. */
  readonly files?: (settings: S) => Readonly<Record<string, string>>;
  /** Secret texts by path. */
  readonly secrets?: (
    settings: S,
    reveal: (secret: Secret) => string,
  ) => Readonly<Record<string, string>>;
}

/** They by path, the secret ones marked as such. */
export const ownFiles = <S>(
  { files = () => ({}), secrets = () => ({}) }: OwnFiles<S>,
  settings: S,
): Record<string, pulumi.Input<string>> => ({
  ...files(settings),
  ...Object.fromEntries(
    Object.entries(secrets(settings, (one) => one.reveal())).map(([path, text]) => [
      path,
      pulumi.secret(text),
    ]),
  ),
});
