import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { channelsSchema } from "../channels/index.ts";
import { isOwnActor } from "../core/own.ts";
import type { AlertmanagerTarget } from "./alertmanager-api.ts";
import { pathProblem } from "./paths.ts";
import type { Proxy } from "./proxy.ts";
import { proxySchema } from "./proxy-config.ts";
import { silenceSeconds } from "./listening.ts";

/** Something is wrong with the configuration; the message names all of it. */
export class ConfigError extends Error {}

const subscription = z.strictObject({
  channel: z.string(),
  severities: z.array(z.string()).min(1).optional(),
  teams: z.array(z.string()).min(1).optional(),
  after: z.array(z.number().int().min(0)).min(1),
  also: z.array(z.enum(["acknowledged", "resolved"])).default(["resolved"]),
});

const store = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("sqlite"), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal("postgres"),
    /** A file with the URL: it holds the password. */
    urlFile: z.string().min(1),
    caFile: z.string().min(1).optional(),
    plain: z.boolean().default(false),
  }),
]);

const alertmanager = z
  .strictObject({
    url: z.url({ protocol: /^https$/ }),
    username: z.string().min(1).optional(),
    passwordFile: z.string().min(1).optional(),
    certFile: z.string().min(1).optional(),
    keyFile: z.string().min(1).optional(),
    caFile: z.string().min(1),
    /** Name of the receiver that is this processor. */
    receiver: z.string().min(1).default("processor"),
  })
  .superRefine((given, context) => {
    for (const pair of [
      ["username", "passwordFile"],
      ["certFile", "keyFile"],
    ] as const) {
      const [missing, ...more] = pair.filter((name) => given[name] === undefined);
      if (missing === undefined || more.length > 0) continue;
      const message = `${pair.join(" and ")} belong together`;
      context.addIssue({ code: "custom", path: [missing], message });
    }
  });

const schema = z
  .strictObject({
    /** `:9095` is every address of IPv4. */
    listen: z.string().regex(/^(?:\[?[\w.:-]+\]?)?:\d+$/, "must be ADDRESS:PORT or :PORT"),
    /** Where people reach it. */
    publicUrl: z.url({ protocol: /^https$/ }).superRefine((text, context) => {
      const message = URL.canParse(text) ? pathProblem(text) : undefined;
      if (message !== undefined) context.addIssue({ code: "custom", message });
    }),
    /** web.yml of the Prometheus family: certificate, key, users. */
    webFile: z.string().min(1),
    /** Bearer tokens of the senders, one a line: one or two. */
    tokensFile: z.string().min(1),
    /** The key for signing links and sessions: at least 32 characters. */
    secretFile: z.string().min(1),
    /** Where a proxy signs people in. */
    proxy: proxySchema.optional(),
    store,
    /** A login that reads metrics and nothing else. */
    metrics: z
      .strictObject({ username: z.string().min(1), passwordFile: z.string().min(1) })
      .optional(),
    /** Names of users of webFile with read-only access. */
    readers: z.array(z.string().min(1)).default([]),
    /** Whose list to compare with: one, or all members of a cluster. */
    alertmanager: z
      .preprocess(
        (one) => (Array.isArray(one) ? (one as unknown[]) : [one]),
        z.array(alertmanager).min(1),
      )
      .optional(),
    heartbeat: z
      .strictObject({
        /** Seconds without a heartbeat after which an alert fires. */
        silence: z.number().min(silenceSeconds.least).default(silenceSeconds.usual),
        /** A file with the address that is posted to each minute as long as heartbeats arrive. */
        urlFile: z.string().min(1).optional(),
        private: z.boolean().optional(),
        plain: z.boolean().optional(),
      })
      .prefault({}),
    retentionDays: z.number().min(1).default(90),
    channels: channelsSchema.default({}),
    subscriptions: z.array(subscription).default([]),
  })
  .superRefine(({ channels, subscriptions }, context) => {
    for (const [index, { channel }] of subscriptions.entries()) {
      if (channel in channels) continue;
      context.addIssue({
        code: "custom",
        path: ["subscriptions", index, "channel"],
        message: `there is no channel ${channel}; there are: ${Object.keys(channels).join(", ") || "none"}`,
      });
    }
    const told = new Set(subscriptions.map(({ channel }) => channel));
    for (const name of Object.keys(channels)) {
      if (told.has(name)) continue;
      const message = "no subscription uses it, so it would never be sent anything";
      context.addIssue({ code: "custom", path: ["channels", name], message });
    }
  });

export type Config = z.infer<typeof schema>;

/** Paths in the file are relative to it. */
function absolute(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((one) => absolute(one, folder));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const isPath = /^(?:path|\w*File)$/.test(name) && typeof one === "string" && one !== "";
      return [name, isPath ? resolve(folder, one) : absolute(one, folder)];
    }),
  );
}

/**
 * Reads the configuration.
 *
 * @throws {@link ConfigError} with every mistake: where and why.
 */
export function readConfig(path: string): Config {
  let raw: unknown;
  try {
    raw = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ConfigError(`${path}: ${(error as Error).message}`);
  }
  const { data, error } = schema.safeParse(absolute(raw, dirname(resolve(path))));
  if (data !== undefined) return data;
  const problems = error.issues.map(
    ({ message, path: where }) => `  ${where.join(".") || "(the whole file)"}: ${message}`,
  );
  const count = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
  throw new ConfigError(`${path} has ${count}:\n${problems.join("\n")}`);
}

/** A secret from a file. @throws {@link ConfigError} where it is missing, empty or too short. */
export function readSecret(path: string, least = 1): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch {
    throw new ConfigError(`${path} cannot be read: write the secret into it, mode 0600`);
  }
  if (text.length >= least) return text;
  throw new ConfigError(`${path} is too short: it must have at least ${least} characters`);
}

/** Alertmanager's API, with what its files hold now. @throws {@link ConfigError} */
export function readAlertmanager(config: z.infer<typeof alertmanager>): AlertmanagerTarget {
  const { caFile, certFile, keyFile, passwordFile, receiver, url, username } = config;
  return {
    url,
    ...(username !== undefined &&
      passwordFile !== undefined && { login: { username, password: readSecret(passwordFile) } }),
    ...(certFile !== undefined &&
      keyFile !== undefined && { cert: readSecret(certFile), key: readSecret(keyFile) }),
    ca: readSecret(caFile),
    receiver,
  };
}

/** The proxy, with what its file holds; undefined where there is none. @throws {@link ConfigError} */
export function readProxy(config: Config["proxy"]): Proxy | undefined {
  if (config === undefined) return undefined;
  const { secretFile, signOutUrl = "", ...rest } = config;
  return { ...rest, signOutUrl, secrets: readTokens(secretFile) };
}

const web = z.object({
  tls_server_config: z.object({ cert_file: z.string(), key_file: z.string() }),
  basic_auth_users: z.record(z.string(), z.string()).default({}),
});

/** Certificate, key and users of a web.yml. */
export function readWeb(path: string): {
  readonly cert: string;
  readonly key: string;
  readonly users: Readonly<Record<string, string>>;
} {
  const { data, error } = web.safeParse(parse(readFileSync(path, "utf8")));
  if (data === undefined) throw new ConfigError(`${path}: ${z.prettifyError(error)}`);
  const { basic_auth_users: users, tls_server_config: tls } = data;
  const taken = Object.keys(users).find(isOwnActor);
  if (taken !== undefined) {
    throw new ConfigError(
      `${path}: no user may be named ${taken}: the processor itself uses that name`,
    );
  }
  const beside = (file: string): string => readFileSync(resolve(dirname(path), file), "utf8");
  return { cert: beside(tls.cert_file), key: beside(tls.key_file), users };
}

/** @throws {@link ConfigError} where a name is not a user's: somebody else might get to act by a typing error. */
export function checkReaders(
  { readers, webFile }: Pick<Config, "readers" | "webFile">,
  users: Readonly<Record<string, string>>,
): void {
  const unknown = readers.filter((name) => !Object.hasOwn(users, name));
  if (unknown.length === 0) return;
  throw new ConfigError(
    `readers: ${webFile} has no user ${unknown.join(", ")}; it has: ${Object.keys(users).join(", ")}`,
  );
}

/** Bearer tokens of the senders. @throws {@link ConfigError} for none, more than two, or a short one. */
export function readTokens(path: string): readonly string[] {
  const tokens = readSecret(path).split(/\s+/);
  if (tokens.length > 2)
    throw new ConfigError(`${path} has ${tokens.length} tokens: at most two are allowed`);
  if (tokens.every((token) => token.length >= 32)) return tokens;
  throw new ConfigError(`${path} has a token of fewer than 32 characters`);
}
