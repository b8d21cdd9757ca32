import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ChannelError, channelsSchema, kindNames, openChannels } from "../../channels/index.ts";
import { enough, type Files, messageOf, readFrom } from "./messages.ts";

const all = {
  oncall: { kind: "goalert", url: "https://goalert.example/", tokenFile: "token" },
  pager: { kind: "pagerduty", keyFile: "key" },
  chat: { kind: "slack", urlFile: "url" },
  game: { kind: "discord", urlFile: "url" },
  bot: { kind: "telegram", chat: "-1001", tokenFile: "token" },
  space: { kind: "googlechat", urlFile: "url" },
  office: { kind: "msteams", urlFile: "url" },
  phone: { kind: "ntfy", topicFile: "key", tokenFile: "token" },
  genie: { kind: "opsgenie", keyFile: "key" },
  cloud: {
    kind: "sns",
    topic: "arn:aws:sns:eu-central-1:123456789012:alerts",
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretFile: "key",
  },
  mail: {
    kind: "email",
    host: "mail.example",
    user: "vigil",
    passwordFile: "password",
    from: "vigil@vigil.example",
    to: ["ada@vigil.example"],
  },
  hook: { kind: "webhook", url: "https://hooks.example/", tokenFile: "token" },
  "critical-alerts": {
    kind: "appwrite",
    endpoint: "https://appwrite.example/v1",
    projectId: "vigil",
    keyFile: "key",
    topic: "critical-alerts",
    kinds: ["push", "sms"],
  },
  "monitoring-alerts": {
    kind: "appwrite",
    endpoint: "https://appwrite.example/v1",
    projectId: "vigil",
    keyFile: "key",
    topic: "monitoring-alerts",
    kinds: ["push", "email"],
  },
};
const files: Files = {
  key: "key",
  password: " pass word ",
  token: "token",
  url: "https://hooks.slack.example/services/T0/B0/x",
};

const open = (channels: object, given: Files = files) =>
  openChannels(channelsSchema.parse(channels), readFrom(given));

const ours = join(import.meta.dirname, "../..");

const sources = (folder: string): string[] =>
  readdirSync(join(ours, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));

const textOf = (file: string): string => readFileSync(join(ours, file), "utf8");

test("knows each kind by its own file, and registers it once", () => {
  const defined = sources("channels").flatMap((file) =>
    [...textOf(file).matchAll(/\bkind: z\.literal\("(\w+)"\)/g)].map(([, kind]) => [file, kind]),
  );
  expect(defined).toEqual([...kindNames].sort().map((kind) => [`channels/${kind}.ts`, kind]));
});

test("is asked for no kind by name, anywhere", () => {
  const naming = new RegExp(`"(?:${kindNames.join("|")})"`);
  const others = ["core", "service", "store"].flatMap(sources);
  expect(others.filter((file) => naming.test(textOf(file)))).toEqual([]);
});

test("is tried with each kind", () => {
  const tried = new Set<string>(Object.values(all).map(({ kind }) => kind));
  expect([...tried].sort()).toEqual([...kindNames].sort());
});

test("opens a channel of each kind, in the order of the configuration", () => {
  expect(open(all).map(({ name }) => name)).toEqual(Object.keys(all));
});

test.each(["", "Chat", "a_b", "a b", "a".repeat(41), "ä"])(
  "takes no channel named '%s'",
  (name) => {
    expect(channelsSchema.safeParse({ [name]: all.chat }).success).toBe(false);
  },
);

test.each(Object.entries(all))("finds a misspelt key (%s)", (name, config) => {
  const { error } = channelsSchema.safeParse({ [name]: { ...config, fiel: "x" } });
  expect(error?.issues[0]?.message).toContain("fiel");
});

test.each([
  { ...all.chat, kind: "pigeon" },
  { ...all.mail, to: [] },
  { ...all.mail, to: ["ada@vigil.example\r\nBcc: eve@evil.example"] },
  { ...all.mail, from: "vigil" },
  { ...all.mail, tls: "none" },
  { ...all.mail, passwordFile: undefined },
  { ...all.mail, user: undefined },
  { ...all["critical-alerts"], kinds: [] },
  { ...all["critical-alerts"], kinds: ["sms", "sms"] },
  { ...all.hook, bundle: 0 },
  ...[0, -1, NaN, Infinity, 1e-9, 1001].map((perSecond) => ({ ...all.hook, perSecond })),
])("takes no nonsense (%#)", (config) => {
  expect(channelsSchema.safeParse({ channel: config }).success).toBe(false);
});

const secrets = [
  ["oncall", "token"],
  ["pager", "key"],
  ["chat", "url"],
  ["game", "url"],
  ["bot", "token"],
  ["space", "url"],
  ["office", "url"],
  ["phone", "token"],
  ["genie", "key"],
  ["cloud", "key"],
  ["mail", "password"],
  ["hook", "token"],
  ["critical-alerts", "key"],
] as const;

describe.each(secrets)("the secret of %s", (name, file) => {
  const opening = (given: Files) => () => open({ [name]: all[name] }, given);

  test("must be there", () => {
    const others = Object.fromEntries(Object.entries(files).filter(([path]) => path !== file));
    expect(opening(others)).toThrow(ChannelError);
    expect(opening(others)).toThrow(
      `channels.${name}: ${file} cannot be read (ENOENT): write the secret into it`,
    );
  });

  test.each(["", "\n", " \r\n"])("must not be empty (%#)", (text) => {
    expect(opening({ ...files, [file]: text })).toThrow(`channels.${name}: ${file} is empty`);
  });
});

test.each([
  "oncall",
  "pager",
  "cloud",
  "genie",
  "phone",
  "office",
  "space",
  "bot",
  "chat",
  "game",
  "hook",
  "critical-alerts",
] as const)("the token of %s must fit into a header, and is not in the error", (name) => {
  for (const text of ["se cret", "secret\r\nx: y", "secrét"]) {
    const opening = () => open({ [name]: all[name] }, { key: text, token: text, url: text });
    expect(opening).toThrow(/^channels\.[a-z-]+: \w+ must hold a single word of ASCII characters$/);
  }
});

test("an authority must be there as well", () => {
  const trusting = { hook: { ...all.hook, caFile: "authority" } };
  expect(() => open(trusting)).toThrow("channels.hook: authority cannot be read");
});

test("any other mistake of a reader is told without its text", () => {
  const broken = () => {
    throw new Error("secret");
  };
  expect(() => openChannels(channelsSchema.parse({ chat: all.chat }), broken)).toThrow(
    "channels.chat: url cannot be read (error)",
  );
});

test("what nobody foresaw is an outcome, and not an error", async () => {
  const links = {
    page: "",
    alert: () => {
      throw new TypeError("secret");
    },
    acknowledge: () => "",
  };
  for (const channel of open(all)) {
    expect(await channel.send(messageOf({ links }), enough())).toEqual({
      kind: "refused",
      why: "failed unexpectedly (TypeError)",
    });
  }
});
