import type { Channels, Receivers } from "../../rules/lib/alertmanager.ts";
import { type ChannelSettings, configured } from "../channels/index.ts";
import type { Secret } from "../config/fields.ts";
import type { ReceiverSettings } from "../config/receivers-schema.ts";

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

type Kinds = Partial<ChannelSettings>;

/** Channels as alertmanager.yml has them. */
const channelsOf = (settings: Kinds, files: Files, prefix = ""): Channels =>
  Object.fromEntries(
    configured(settings).flatMap(([{ alertmanager, name, temper }, one]) => {
      if (alertmanager === undefined) return [];
      const { section } = alertmanager;
      const told = alertmanager.settings(one, (file, secret) => files.at(prefix + file, secret));
      return [[name, { temper, section, settings: told }] as const];
    }),
  );

/** A team's channels, with what they share with those of whoever is on call. */
const withShared = (own: Kinds, shared: Kinds): Kinds =>
  Object.fromEntries(
    Object.entries(own).flatMap(([kind, one]) =>
      one === undefined ? [] : [[kind, { ...shared[kind as keyof Kinds], ...one }]],
    ),
  );

/** Who is told, and the files in which Alertmanager finds their secrets. */
function written(
  { heartbeat, hours, teams = {}, ...own }: ReceiverSettings,
  folder: string,
): { readonly receivers: Receivers; readonly secrets: SecretFiles } {
  const files = new Files(folder);
  const channels = channelsOf(own as Kinds, files);
  const byTeam = Object.entries(teams).map(([team, one]) => {
    const settings = withShared(one as Kinds, own as Kinds);
    return [team, channelsOf(settings, files, `team-${team}-`)] as const;
  });
  const receivers: Receivers = {
    channels,
    ...(heartbeat && { heartbeat: { urlFile: files.at("heartbeat-url", heartbeat.url) } }),
    ...(byTeam.length > 0 && { teams: Object.fromEntries(byTeam) }),
    ...(hours && { hours }),
  };
  return { receivers, secrets: files.secrets };
}

/** The receivers as alertmanager.yml names them: files in place of secrets. */
export const receiverFiles = (config: ReceiverSettings, folder: string): Receivers =>
  written(config, folder).receivers;

/** The secrets of the receivers, by file. */
export const receiverSecrets = (config: ReceiverSettings): SecretFiles =>
  written(config, "").secrets;

/** Who is told of alerts: `email`, `slack`, `team-dba`. A heartbeat is nobody. */
export function toldOf(config: ReceiverSettings): string[] {
  const { channels = {}, teams = {} } = receiverFiles(config, "");
  return [...Object.keys(channels), ...Object.keys(teams).map((team) => `team-${team}`)].sort();
}
