/** What the function is told of the heartbeat, in and out, and of Alertmanager. */
import { X509Certificate } from "node:crypto";
import { checkUrl } from "../channels/guard.ts";
import type { AlertmanagerTarget } from "../service/alertmanager-api.ts";
import type { HeartbeatTarget } from "../service/heartbeat.ts";
import { silenceSeconds } from "../service/listening.ts";

export interface WatchSettings {
  /** Seconds without a heartbeat after which an alert fires. */
  readonly silence: number;
  /** What is told each minute as long as heartbeats arrive; undefined for nobody. */
  readonly heartbeat: HeartbeatTarget | undefined;
  /** Whose list to compare with; undefined for none. */
  readonly alertmanager: AlertmanagerTarget | undefined;
}

/** A variable without space around it; `otherwise`, or nothing, where it is empty or missing. */
export type Value = (name: string, otherwise?: string) => string;

/** Characters that Appwrite keeps of a variable. */
const longest = 8_192;

const isRight = (check: () => unknown): boolean => {
  try {
    check();
    return true;
  } catch {
    return false;
  }
};

/** Reads them. @returns Also what is wrong with them, in words that show no secret. */
export function watchSettingsIn(value: Value): WatchSettings & { readonly problems: string[] } {
  const silence = value("VIGIL_SILENCE_SECONDS", String(silenceSeconds.usual));
  const heartbeat = value("VIGIL_HEARTBEAT_URL");
  const of = (name: string): string => value(`VIGIL_ALERTMANAGER_${name}`);
  const [url, username, password, ca] = [of("URL"), of("USERNAME"), of("PASSWORD"), of("CA")];
  const vain = ["USERNAME", "PASSWORD", "CA", "RECEIVER"].filter((name) => of(name) !== "");
  const checks: readonly (readonly [right: boolean, why: string])[] = [
    [
      /^\d{2,6}$/.test(silence) && Number(silence) >= silenceSeconds.least,
      `VIGIL_SILENCE_SECONDS must be a number from ${silenceSeconds.least} to 999999`,
    ],
    [
      heartbeat === "" || isRight(() => checkUrl(heartbeat, {})),
      "VIGIL_HEARTBEAT_URL must be a public address that begins with https://",
    ],
    [
      // Most are in a private network. What signs in there must not travel in the open.
      url === "" || isRight(() => checkUrl(url, { private: true })),
      "VIGIL_ALERTMANAGER_URL must begin with https:// and hold neither user nor password",
    ],
    [
      url !== "" || vain.length === 0,
      `VIGIL_ALERTMANAGER_URL is missing: without it ${vain.map((name) => `VIGIL_ALERTMANAGER_${name}`).join(", ")} means nothing`,
    ],
    [
      username === "" || password !== "",
      "VIGIL_ALERTMANAGER_PASSWORD is missing: it must be that of VIGIL_ALERTMANAGER_USERNAME",
    ],
    [
      password === "" || username !== "",
      "VIGIL_ALERTMANAGER_USERNAME is missing: it must say whose VIGIL_ALERTMANAGER_PASSWORD is",
    ],
    [
      ca === "" || (ca.length <= longest && isRight(() => new X509Certificate(ca))),
      `VIGIL_ALERTMANAGER_CA must be a certificate in PEM, ${longest} characters at most`,
    ],
  ];
  return {
    silence: Number(silence),
    heartbeat: heartbeat === "" ? undefined : { url: heartbeat },
    alertmanager:
      url === ""
        ? undefined
        : {
            url,
            login: username === "" ? undefined : { username, password },
            ca: ca === "" ? undefined : ca,
            receiver: of("RECEIVER") || "vigil",
          },
    problems: checks.flatMap(([right, why]) => (right ? [] : [why])),
  };
}
