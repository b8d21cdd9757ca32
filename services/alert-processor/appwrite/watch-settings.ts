/** The function's settings for heartbeats, in and out, and for Alertmanager. */
import { X509Certificate } from "node:crypto";
import { checkUrl } from "../channels/guard.ts";
import type { AlertmanagerTarget } from "../service/alertmanager-api.ts";
import type { HeartbeatTarget } from "../service/heartbeat.ts";
import { silenceSeconds } from "../service/listening.ts";

export interface WatchSettings {
  /** Seconds without a heartbeat after which an alert fires. */
  readonly silence: number;
  /** The address that is called each minute as long as heartbeats arrive; undefined for none. */
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
      // Most are in a private network. A login must not travel in the clear.
      url === "" || isRight(() => checkUrl(url, { private: true })),
      "VIGIL_ALERTMANAGER_URL must begin with https:// and hold neither user nor password",
    ],
    [
      url !== "" || vain.length === 0,
      `VIGIL_ALERTMANAGER_URL is missing: without it ${vain.map((name) => `VIGIL_ALERTMANAGER_${name}`).join(", ")} has no effect`,
    ],
    [
      username === "" || password !== "",
      "VIGIL_ALERTMANAGER_PASSWORD is missing: it must be the password of VIGIL_ALERTMANAGER_USERNAME",
    ],
    [
      password === "" || username !== "",
      "VIGIL_ALERTMANAGER_USERNAME is missing: it must be the user of VIGIL_ALERTMANAGER_PASSWORD",
    ],
    [
      ca === "" || (ca.length <= longest && isRight(() => new X509Certificate(ca))),
      `VIGIL_ALERTMANAGER_CA must be a PEM certificate of at most ${longest} characters`,
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
