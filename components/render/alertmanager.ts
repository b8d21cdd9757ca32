import type { Channels, Receivers } from "../../rules/lib/alertmanager.ts";
import { configured } from "../channels/index.ts";
import type { Secret } from "../config/fields.ts";
import type { AlertmanagerTellings, Spoken } from "../tellings.ts";

/** One secret each, by file in the configuration folder of Alertmanager. */
export type SecretFiles = Readonly<Record<string, Secret>>;

/** Puts secrets into files of Alertmanager. */
class Files {
  readonly #folder: string;
  readonly #secrets = new Map<string, Secret>();
  constructor(folder: string) {
    this.#folder = folder;
  }
  /** Where a secret is; one that has a file already gets no second one. */
  at(name: string, secret: Secret): string {
    const known = [...this.#secrets].find(([, one]) => one === secret)?.[0];
    const path = known ?? `secrets/${name}`;
    this.#secrets.set(path, secret);
    return `${this.#folder}/${path}`;
  }
  get secrets(): SecretFiles {
    return Object.fromEntries(this.#secrets);
  }
}

/** Channels as alertmanager.yml has them. */
const channelsOf = (spoken: readonly Spoken[], files: Files, prefix = ""): Channels =>
  Object.fromEntries(
    spoken.flatMap(({ kind: { alertmanager, name, temper }, processorTells, settings: one }) => {
      if (alertmanager === undefined) return [];
      const { section } = alertmanager;
      const settings = alertmanager.settings(one, (file, secret) =>
        files.at(prefix + file, secret),
      );
      return [[name, { temper, section, settings, ...(processorTells && { processorTells }) }]];
    }),
  );

/** Who is notified, and the files in which Alertmanager finds their secrets. */
function written(
  { besides, channels, heartbeat, hours, teams }: AlertmanagerTellings,
  folder: string,
): { readonly receivers: Receivers; readonly secrets: SecretFiles } {
  const files = new Files(folder);
  const own = channelsOf(channels, files);
  const byTeam = Object.entries(teams).map(([team, kinds]) => {
    const spoken = configured(kinds).map(([kind, settings]) => ({ kind, settings }));
    return [team, channelsOf(spoken, files, `team-${team}-`)] as const;
  });
  const receivers: Receivers = {
    channels: own,
    ...(besides.length > 0 && { besides }),
    ...(heartbeat && { heartbeat: { urlFile: files.at("heartbeat-url", heartbeat.url) } }),
    ...(byTeam.length > 0 && { teams: Object.fromEntries(byTeam) }),
    ...(hours && { hours }),
  };
  return { receivers, secrets: files.secrets };
}

/** The receivers as alertmanager.yml names them: files in place of secrets. */
export const receiverFiles = (tellings: AlertmanagerTellings, folder: string): Receivers =>
  written(tellings, folder).receivers;

/** The secrets of the receivers, by file. */
export const receiverSecrets = (tellings: AlertmanagerTellings): SecretFiles =>
  written(tellings, "").secrets;

/** Who is notified of alerts: `email`, `slack`, `team-dba`. A heartbeat is nobody. */
export const toldOf = ({ channels, teams }: AlertmanagerTellings): string[] =>
  [
    ...channels.map(({ kind }) => kind.name),
    ...Object.keys(teams).map((team) => `team-${team}`),
  ].sort();
