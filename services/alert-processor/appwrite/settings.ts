/** The function's settings from its environment; the deployment writes the same names. */
import { type Value, type WatchSettings, watchSettingsIn } from "./watch-settings.ts";

export interface Settings extends WatchSettings {
  readonly endpoint: string;
  readonly projectId: string;
  readonly databaseId: string;
  /** Of Alertmanager: two are valid while one replaces the other. */
  readonly tokens: readonly string[];
  /** Of people and their programs; without any, nobody can act. */
  readonly peopleTokens: readonly string[];
  /** Where people look; messages have no address where it is empty. */
  readonly page: string;
  /** Days that resolved alerts and history are kept. */
  readonly keepDays: number;
}

/** The environment is wrong: the message has all its problems. */
export class SettingsError extends Error {}

const shortest = 32;

/** @returns What is wrong with tokens, in words. */
function wrongWith(name: string, tokens: readonly string[], atLeast: number): string[] {
  const count = `${name} must hold ${atLeast === 0 ? "at most" : "one or"} two tokens, one per line`;
  return [
    ...(tokens.length < atLeast || tokens.length > 2 ? [count] : []),
    ...(tokens.some((token) => token.length < shortest)
      ? [`${name}: a token must have at least ${shortest} characters, such as openssl rand -hex 32`]
      : []),
  ];
}

export const tokensIn = (text: string): string[] =>
  text
    .split(/\s+/)
    .map((token) => token.trim())
    .filter((token) => token !== "");

/** Variables of the function that only it may read. */
export const secretNames: readonly string[] = [
  "VIGIL_TOKENS",
  "VIGIL_PEOPLE_TOKENS",
  "VIGIL_HEARTBEAT_URL",
  "VIGIL_ALERTMANAGER_PASSWORD",
];

const day = /^[1-9]\d{0,3}$/;

/**
 * Reads the variables that the deployment and Appwrite itself set.
 *
 * @throws {@link SettingsError}
 */
export function settingsOf(environment: Readonly<Record<string, string | undefined>>): Settings {
  const value: Value = (name, otherwise = "") => environment[name]?.trim() || otherwise;
  const endpoint = value("APPWRITE_FUNCTION_API_ENDPOINT");
  const projectId = value("APPWRITE_FUNCTION_PROJECT_ID");
  const tokens = tokensIn(value("VIGIL_TOKENS"));
  const peopleTokens = tokensIn(value("VIGIL_PEOPLE_TOKENS"));
  const page = value("VIGIL_PAGE");
  const keepDays = value("VIGIL_KEEP_DAYS", "90");
  const { problems: others, ...watch } = watchSettingsIn(value);
  const problems = [
    ...(endpoint === "" ? ["APPWRITE_FUNCTION_API_ENDPOINT must be the address of the API"] : []),
    ...(projectId === "" ? ["APPWRITE_FUNCTION_PROJECT_ID must be the id of the project"] : []),
    ...wrongWith("VIGIL_TOKENS", tokens, 1),
    ...wrongWith("VIGIL_PEOPLE_TOKENS", peopleTokens, 0),
    ...(tokens.some((token) => peopleTokens.includes(token))
      ? ["VIGIL_PEOPLE_TOKENS must not hold a token of VIGIL_TOKENS"]
      : []),
    ...(page === "" || /^https?:\/\//.test(page) ? [] : ["VIGIL_PAGE must begin with https://"]),
    ...(day.test(keepDays) ? [] : ["VIGIL_KEEP_DAYS must be a number from 1 to 9999"]),
    ...others,
  ];
  if (problems.length > 0) throw new SettingsError(problems.join("\n"));
  return {
    endpoint,
    projectId,
    databaseId: value("VIGIL_DATABASE_ID", "vigil"),
    tokens,
    peopleTokens,
    page,
    keepDays: Number(keepDays),
    ...watch,
  };
}
