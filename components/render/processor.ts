import { toYaml } from "../../lib/yaml.ts";
import type { ProcessorReceiver } from "../../rules/lib/alertmanager.ts";
import { partsOf } from "../config/processor-proxy-schema.ts";
import type { Secret } from "../config/fields.ts";
import type { ProcessorSettings } from "../config/processor-schema.ts";
import { peopleOf } from "../people.ts";
import { processorTellings, type Said } from "../tellings.ts";
import type { Place } from "../targets/target.ts";
import { channelSecrets, renderChannels } from "./processor-channels.ts";
import { username } from "./prometheus.ts";
import { clientFiles, webFiles } from "./web.ts";

/** Files of the processor in its configuration folder. */
export const processorFiles = {
  authority: "ca.crt",
  config: "processor.yml",
  heartbeat: "secrets/heartbeat-url",
  /** By which Prometheus reads its metrics. */
  metricsPassword: "secrets/metrics-password",
  postgres: "secrets/postgres-url",
  postgresAuthority: "postgres.crt",
  /** By which a proxy that signs in is known. */
  proxy: "secrets/proxy",
  /** The key for signing links and sessions. */
  secret: "secrets/signing-key",
  /** Bearer tokens of Alertmanager. */
  tokens: "secrets/tokens",
} as const;

/** Files of Alertmanager by which it reaches the processor. */
export const processorAccess = {
  authority: "processor/ca.crt",
  token: "processor/token",
} as const;

/** How Alertmanager reaches the processor. */
export const processorReceiver = (place: Place, folder: string): ProcessorReceiver => ({
  url: `https://${place.address}/v1/alerts`,
  tokenFile: `${folder}/${processorAccess.token}`,
  authorityFile: `${folder}/${processorAccess.authority}`,
});

/** The secrets of the configuration, by file. */
export function processorSecrets(
  settings: ProcessorSettings,
  said: Said,
): Readonly<Record<string, Secret>> {
  const { heartbeat } = processorTellings(settings, said);
  return {
    ...channelSecrets(settings, said),
    ...(heartbeat && { [processorFiles.heartbeat]: heartbeat.url }),
    ...(settings.proxy && { [processorFiles.proxy]: settings.proxy.secret }),
    ...(settings.postgres && { [processorFiles.postgres]: settings.postgres.url }),
  };
}

const proxyOf = (settings: NonNullable<ProcessorSettings["proxy"]>) => {
  const { act = "", from, groupsHeader, look = "", signOutUrl, userHeader } = settings;
  return {
    act: partsOf(act),
    from: partsOf(from),
    groupsHeader,
    look: partsOf(look),
    secretFile: processorFiles.proxy,
    ...(signOutUrl !== undefined && { signOutUrl }),
    userHeader,
  };
};

/** The text of processor.yml. Same input, same bytes; holds no secret. */
export function renderProcessor(
  processor: ProcessorSettings,
  said: Said,
  place: Place,
  alertmanager: Place | undefined,
): string {
  const { postgres } = processor;
  const { heartbeat } = processorTellings(processor, said);
  const { look } = peopleOf(processor);
  const { channels, subscriptions } = renderChannels(processor, said);
  return toYaml({
    ...(alertmanager && {
      alertmanager: {
        caFile: processorFiles.authority,
        certFile: clientFiles.certificate,
        keyFile: clientFiles.key,
        url: `https://${alertmanager.address}`,
      },
    }),
    channels,
    ...(heartbeat && {
      heartbeat: { private: heartbeat.private, urlFile: processorFiles.heartbeat },
    }),
    listen: place.listen,
    metrics: { passwordFile: processorFiles.metricsPassword, username },
    ...(processor.proxy && { proxy: proxyOf(processor.proxy) }),
    ...(look.length > 0 && { readers: look }),
    publicUrl: processor.url ?? place.url ?? `https://${place.address}`,
    retentionDays: processor.retentionDays,
    secretFile: processorFiles.secret,
    subscriptions,
    store: postgres
      ? {
          kind: "postgres",
          urlFile: processorFiles.postgres,
          ...(postgres.authority !== undefined && { caFile: processorFiles.postgresAuthority }),
        }
      : { kind: "sqlite", path: `${place.data}/memory.db` },
    tokensFile: processorFiles.tokens,
    webFile: webFiles.config,
  });
}
