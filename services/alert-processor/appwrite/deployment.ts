/** Sets up an Appwrite project for the function; may run any number of times. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { Client, Functions, Messaging, TablesDB } from "node-appwrite";
import { DeployError, type DeployOptions, ensure, found, reasonOf, type Thing } from "./ensure.ts";
import { ensureFunction } from "./ensure-function.ts";
import { ensureTables } from "./ensure-tables.ts";
import { secretNames, type Settings, settingsOf, SettingsError } from "./settings.ts";
import { topics } from "./topics.ts";

const help = `Usage: npm run deploy:appwrite -- [--dry-run] [--env FILE] [--help]

Sets up an Appwrite project for the alert processor: database, tables, topics, the function with
its environment and its code. What already exists and is correct is left alone.

  --dry-run   print what would be done, and do nothing
  --env FILE  read variables from this file instead of appwrite/.env, where that exists

Variables are in appwrite/.env.example; those in the environment override the file.
`;

type Environment = Readonly<Record<string, string | undefined>>;

/** Options of the deployment. */
interface Target {
  readonly endpoint: string;
  readonly projectId: string;
  readonly apiKey: string;
  readonly functionId: string;
  readonly settings: Settings;
}

/** Variables of the function whose text is read from a file that one of our variables names. */
const inFiles = [...secretNames, "VIGIL_ALERTMANAGER_CA"];

/** The text of the file for a variable; what is wrong with it goes to `problems`. */
function textFor(name: string, environment: Environment, problems: string[]): string {
  const [file, path] = [`${name}_FILE`, environment[`${name}_FILE`]?.trim() ?? ""];
  if (path === "") {
    if ((environment[name] ?? "") !== "") {
      problems.push(`${name} is not read directly: write it to a file and set ${file} to its path`);
    }
    return "";
  }
  try {
    const text = readFileSync(path, "utf8");
    if (text.trim() === "") problems.push(`${file}: ${path} is empty: write ${name} into it`);
    return text;
  } catch (error) {
    problems.push(`${file}: ${(error as Error).message}`);
    return "";
  }
}

/** @throws {@link DeployError} with all that is missing or wrong. */
function targetOf(environment: Environment): Target {
  const problems: string[] = [];
  const needed = (name: string, what: string): string => {
    const value = environment[name]?.trim() ?? "";
    if (value === "") problems.push(`${name} must be ${what}`);
    return value;
  };
  const endpoint = needed("APPWRITE_ENDPOINT", "the address of the API, which ends in /v1");
  const projectId = needed("APPWRITE_PROJECT_ID", "the id of the project");
  const apiKey = needed("APPWRITE_API_KEY", "an API key: the README lists its scopes");
  if (endpoint !== "" && !/^https?:\/\/[^/]+\/v1$/.test(endpoint)) {
    problems.push("APPWRITE_ENDPOINT must look like https://cloud.appwrite.io/v1");
  }
  needed("VIGIL_TOKENS_FILE", "the path of a file with one or two tokens for Alertmanager");
  const texts = Object.fromEntries(
    inFiles.map((name) => [name, textFor(name, environment, problems)]),
  );
  const functionId = environment["VIGIL_FUNCTION_ID"]?.trim() || "vigil-alert-processor";
  try {
    const settings = settingsOf({
      ...environment,
      APPWRITE_FUNCTION_API_ENDPOINT: endpoint,
      APPWRITE_FUNCTION_PROJECT_ID: projectId,
      ...texts,
    });
    if (problems.length > 0) throw new DeployError(problems);
    return { endpoint, projectId, apiKey, functionId, settings };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new DeployError([...problems, ...notSaid(error.message.split("\n"), problems)]);
  }
}

/** Settings' problems that do not follow from problems reported already: those of files, and of Appwrite. */
const notSaid = (ofSettings: readonly string[], said: readonly string[]): string[] =>
  ofSettings.filter((problem) => {
    const [name = ""] = problem.split(/[ :]/);
    if (name.startsWith("APPWRITE_FUNCTION_")) return false;
    return !said.some((one) => [name, `${name}_FILE`].includes(one.split(/[ :]/)[0] ?? ""));
  });

/** The environment of the function. */
const variablesOf = (settings: Settings) => {
  const { alertmanager, databaseId, heartbeat, keepDays, page, peopleTokens, silence, tokens } =
    settings;
  return {
    VIGIL_ALERTMANAGER_CA: alertmanager?.ca ?? "",
    VIGIL_ALERTMANAGER_PASSWORD: alertmanager?.login?.password ?? "",
    VIGIL_ALERTMANAGER_RECEIVER: alertmanager?.receiver ?? "",
    VIGIL_ALERTMANAGER_URL: alertmanager?.url ?? "",
    VIGIL_ALERTMANAGER_USERNAME: alertmanager?.login?.username ?? "",
    VIGIL_DATABASE_ID: databaseId,
    VIGIL_HEARTBEAT_URL: heartbeat?.url ?? "",
    VIGIL_KEEP_DAYS: String(keepDays),
    VIGIL_PAGE: page,
    VIGIL_PEOPLE_TOKENS: peopleTokens.join("\n"),
    VIGIL_SILENCE_SECONDS: String(silence),
    VIGIL_TOKENS: tokens.join("\n"),
  };
};

/**
 * Deploys. What is done is printed, a line for each thing.
 *
 * @param folder - Of the alert processor.
 * @throws {@link DeployError}
 */
export async function deploy(
  environment: Environment,
  folder: string,
  options: DeployOptions,
): Promise<void> {
  const { apiKey, endpoint, functionId, projectId, settings } = targetOf(environment);
  const client = new Client().setEndpoint(endpoint).setProject(projectId).setKey(apiKey);
  const messaging = new Messaging(client);
  await ensureTables(new TablesDB(client), settings.databaseId, options);
  await ensure(
    topics.map(({ id: topicId, name }): Thing => ({
      name: `topic ${topicId}`,
      look: async () =>
        (await found(() => messaging.getTopic({ topicId }))) ? "right" : "missing",
      // Nobody can subscribe on their own: the console decides who is notified of an incident.
      create: () => messaging.createTopic({ topicId, name, subscribe: [] }),
    })),
    options,
  );
  const variables = variablesOf(settings);
  await ensureFunction(new Functions(client), {
    ...options,
    apiKey,
    folder,
    functionId,
    variables,
  });
}

/** @returns The exit code. */
export async function main(
  args: readonly string[],
  environment: Environment,
  folder: string,
  print: (line: string) => void,
  pause = 1_000,
): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "dry-run": { type: "boolean", default: false },
        env: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      print(help);
      return 0;
    }
    const usual = join(folder, "appwrite", ".env");
    const path = values.env ?? (existsSync(usual) ? usual : undefined);
    const file = path === undefined ? {} : parseEnv(readFileSync(path, "utf8"));
    const options = { dryRun: values["dry-run"], print, pause };
    await deploy({ ...file, ...environment }, folder, options);
    return 0;
  } catch (error) {
    const problems = error instanceof DeployError ? error.problems : [reasonOf(error)];
    for (const problem of problems) print(`problem         ${problem}`);
    return 1;
  }
}
