import type { Channels, Receivers } from "../../rules/lib/alertmanager.ts";
import type { Secret } from "../config/fields.ts";
import type { ReceiverSettings } from "../config/receivers-schema.ts";

type TeamConfig = NonNullable<ReceiverSettings["teams"]>[string];
type MailServer = ReceiverSettings["email"];

/** One secret each, by file in the configuration folder of Alertmanager. */
export type SecretFiles = Readonly<Record<string, Secret>>;

interface Told<R> {
  readonly receivers: R;
  readonly secrets: SecretFiles;
}

/** Channels with files in place of secrets. Whoever it is, mail goes over the one mail server. */
function channelsOf(
  { email, pagerduty, slack, webhook }: TeamConfig,
  server: MailServer,
  file: (name: string) => string,
  path: (file: string) => string,
): Told<Channels> {
  const [urlFile, slackFile, keyFile] = [
    file("webhook-url"),
    file("slack-url"),
    file("pagerduty-key"),
  ];
  return {
    receivers: {
      ...(webhook && { webhook: { urlFile: path(urlFile) } }),
      ...(email &&
        server && {
          email: {
            to: email.to,
            from: server.from,
            smarthost: server.smarthost,
            username: server.username,
            passwordFile: path(mailPassword),
          },
        }),
      ...(slack && { slack: { channel: slack.channel, urlFile: path(slackFile) } }),
      ...(pagerduty && { pagerduty: { routingKeyFile: path(keyFile) } }),
    },
    secrets: {
      ...(webhook && { [urlFile]: webhook.url }),
      ...(slack && { [slackFile]: slack.url }),
      ...(pagerduty && { [keyFile]: pagerduty.routingKey }),
    },
  };
}

const mailPassword = "secrets/email-password";
const heartbeatUrl = "secrets/heartbeat-url";

function split(config: ReceiverSettings, folder: string): Told<Receivers> {
  const { email, heartbeat, hours, teams = {} } = config;
  const path = (file: string): string => `${folder}/${file}`;
  const own = channelsOf(config, email, (name) => `secrets/${name}`, path);
  const byTeam = Object.entries(teams).map(
    ([team, one]) =>
      [team, channelsOf(one, email, (name) => `secrets/team-${team}-${name}`, path)] as const,
  );
  return {
    receivers: {
      ...own.receivers,
      ...(heartbeat && { heartbeat: { urlFile: path(heartbeatUrl) } }),
      ...(byTeam.length > 0 && {
        teams: Object.fromEntries(byTeam.map(([team, { receivers }]) => [team, receivers])),
      }),
      ...(hours && { hours }),
    },
    secrets: Object.assign(
      { ...own.secrets },
      email && { [mailPassword]: email.password },
      heartbeat && { [heartbeatUrl]: heartbeat.url },
      ...byTeam.map(([, { secrets }]) => secrets),
    ) as SecretFiles,
  };
}

/** The receivers as alertmanager.yml names them: files in place of secrets. */
export const receiverFiles = (config: ReceiverSettings, folder: string): Receivers =>
  split(config, folder).receivers;

/** The secrets of the receivers, by file. */
export const receiverSecrets = (config: ReceiverSettings): SecretFiles => split(config, "").secrets;

/** Who is told of alerts: `email`, `slack`, `team-dba`. A heartbeat is nobody. */
export function toldOf(config: ReceiverSettings): string[] {
  const { email, pagerduty, slack, teams = {}, webhook } = config;
  return [
    ...Object.entries({ email, pagerduty, slack, webhook }).flatMap(([name, one]) =>
      one ? [name] : [],
    ),
    ...Object.keys(teams).map((team) => `team-${team}`),
  ].sort();
}
