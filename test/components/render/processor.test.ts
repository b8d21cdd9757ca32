import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { kinds } from "../../kit/channels.ts";
import { parseConfig } from "../../kit/parse.ts";
import type { Config } from "../../../components/config/schema.ts";
import { channelNames, renderChannels } from "../../../components/render/processor-channels.ts";
import {
  processorReceiver,
  processorSecrets,
  renderProcessor,
} from "../../../components/render/processor.ts";
import { localTarget } from "../../../components/targets/local/index.ts";
import { openChannels } from "../../../services/alert-processor/channels/index.ts";
import {
  readConfig,
  readProxy,
  readSecret,
} from "../../../services/alert-processor/service/config.ts";
import { stackConfig } from "../../kit/harness.ts";

const folder = mkdtempSync(join(tmpdir(), "vigil-processor-config-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const everything = {
  ...kinds,
  goalert: { ...kinds.goalert, webhookSecret: "hidden-goalert-secret" },
  pagerduty: { ...kinds.pagerduty, webhookSecret: "hidden-webhook-secret" },
  escalation: { to: "lead@example.com" },
  people: { act: "grace, ada", look: "wall" },
  url: "https://ops.example.com/alerts/",
  proxy: {
    from: "127.0.0.1, 10.1.0.0/16",
    secret: "hidden-proxy-secret-of-32-characters-or-more",
    act: "on-call, sre",
    look: "*",
    signOutUrl: "/oauth2/sign_out",
  },
  heartbeat: { url: "https://heartbeat.example.com/hidden-heartbeat" },
  postgres: { url: "postgres://vigil:hidden-postgres@db.example.com/vigil" },
};

function parsed(processor: object): ReturnType<typeof parseConfig> {
  const base = stackConfig("local");
  const values = { ...base.values, processor: JSON.stringify(processor) };
  return parseConfig({ values, secretKeys: new Set(["processor"]) }, new Date());
}

function configOf(processor: object): Config {
  const { config, problems } = parsed(processor);
  if (config) return config;
  throw new Error(JSON.stringify(problems));
}

const target = localTarget("local");
const [place, alertmanager] = [
  target.place({ name: "processor", port: 9095 }),
  target.place({ name: "alertmanager", port: 9093 }),
];
const textOf = (config: Config): string =>
  renderProcessor(config.processor, config, place, alertmanager);

describe("processor.yml", () => {
  test.each([
    ["nothing", {}],
    ["everything", everything],
  ])("with %s is what the processor reads", (_, processor) => {
    const config = configOf(processor);
    const path = join(folder, "processor.yml");
    writeFileSync(path, textOf(config));
    const read = readConfig(path);
    for (const [file, secret] of Object.entries(processorSecrets(config.processor, config))) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), secret.reveal());
    }
    expect(readProxy(read.proxy)).toEqual(
      "slack" in processor
        ? {
            from: ["127.0.0.1", "10.1.0.0/16"],
            secrets: [everything.proxy.secret],
            userHeader: "x-forwarded-user",
            groupsHeader: "x-forwarded-groups",
            act: ["on-call", "sre"],
            look: ["*"],
            signOutUrl: "/oauth2/sign_out",
          }
        : undefined,
    );
    expect([read.store.kind, read.heartbeat.urlFile]).toEqual(
      "slack" in processor
        ? ["postgres", join(folder, "secrets/heartbeat-url")]
        : ["sqlite", undefined],
    );
    const channels = openChannels(read.channels, readSecret);
    expect(channels.map(({ name }) => name)).toEqual(channelNames(config.processor, config));
    expect(channels).toHaveLength("slack" in processor ? 15 : 0);
    expect(read.readers).toEqual("slack" in processor ? ["wall"] : []);
  });

  test("holds no secret", () => {
    const text = textOf(configOf(everything));
    expect(text).toContain("channels:");
    expect(text).not.toContain("hidden");
  });

  test("names the address that people use", () => {
    expect(textOf(configOf({}))).toContain("publicUrl: https://127.0.0.1:9095");
    const url = "https://alerts.example.com";
    expect(textOf(configOf({ url }))).toContain(`publicUrl: ${url}`);
  });
});

describe("the policy", () => {
  const config = configOf({ ...everything, remind: "1m, 2m" });
  const { subscriptions } = renderChannels(config.processor, config);
  const of = (channel: string) =>
    subscriptions.filter((one) => (one as { channel: string }).channel === channel);

  test("tells critical alerts once, and emergencies until somebody has them", () => {
    const chats = ["discord", "googlechat", "msteams", "ntfy", "slack", "telegram"];
    const services = ["appwrite-critical", "email", "goalert", "opsgenie", "pagerduty"];
    for (const channel of [...chats, ...services]) {
      expect(of(channel)).toMatchObject([
        { severities: ["critical"], after: [0] },
        { severities: ["emergency"], after: [0, 60, 120] },
      ]);
    }
  });

  test("tells everything and every end where all is wanted", () => {
    for (const channel of ["appwrite-all", "sns", "webhook"]) {
      expect(of(channel)).toEqual([{ channel, after: [0], also: ["resolved"] }]);
    }
  });

  test("escalates what nobody takes", () => {
    expect(of("escalation")).toMatchObject([{ severities: ["emergency"], after: [900] }]);
  });
});

test("an escalation without a mail server, and reminders that are not times, are refused", () => {
  const { problems } = parsed({ escalation: { to: "lead@example.com" } });
  expect(problems).toMatchObject([{ path: "vigil:processor.escalation" }]);
  expect(parsed({ remind: "soon" }).problems).toMatchObject([{ path: "vigil:processor.remind" }]);
});

test("a name stands for one password and for what its owner may do", () => {
  const problems = (people: object) =>
    (parsed({ people }).problems ?? []).map(({ reason }) => reason);
  expect(problems({ act: "ada,grace", look: "wall" })).toEqual([]);
  expect(problems({ act: "ada,grace", look: "ada" })).toEqual([
    "has ada in act and in look; choose one",
  ]);
  expect(problems({ act: "vigil", look: "prometheus" })).toEqual(
    ["vigil", "prometheus"].map(
      (one) => `names ${one}, which the estate itself signs in as; choose another name`,
    ),
  );
  // Names are those of files.
  for (const odd of ["../ada", "a b", ".ada", "ä", "a".repeat(61)]) {
    expect(problems({ act: odd })).toEqual([expect.stringContaining("is not a list of names")]);
  }
});

test("a webhook that a service could not deliver, and a key that is used twice, are refused", () => {
  const goalert = {
    url: "https://goalert.example.com",
    token: "the-token",
    webhookSecret: "the-webhook-secret",
  };
  expect(parsed({ goalert }).problems).toMatchObject([
    { path: "vigil:processor.url", reason: expect.stringContaining("GoAlert") as string },
  ]);
  const pagerduty = { routingKey: "the-key", webhookSecret: "the-webhook-secret" };
  expect(parsed({ pagerduty }).problems).toMatchObject([{ path: "vigil:processor.url" }]);
  expect(parsed({ pagerduty: { ...pagerduty, webhookSecret: "short" } }).problems).toMatchObject([
    { path: "vigil:processor.pagerduty.webhookSecret" },
  ]);
  const receivers = JSON.stringify({ pagerduty: { routingKey: "the-key" } });
  const { values } = stackConfig("local");
  const processor = JSON.stringify({ pagerduty: { routingKey: "the-key" } });
  const secretKeys = new Set(["processor", "receivers"]);
  const twice = parseConfig(
    { values: { ...values, processor, receivers }, secretKeys },
    new Date(),
  );
  expect(twice.problems).toMatchObject([
    {
      path: "vigil:receivers.pagerduty",
      fix: "./vigil pulumi config rm --path 'vigil:receivers.pagerduty'",
    },
  ]);
});

const behind = (more: object, url: string | undefined = "https://ops.example.com") =>
  parsed({
    ...(url !== "" && { url }),
    proxy: { from: "127.0.0.1", secret: "s".repeat(32), act: "on-call", ...more },
  }).problems;

test.each([
  ["url", "is missing", behind({}, "")],
  ["url", "must begin with https://", parsed({ url: "http://ops.example.com" }).problems],
  ["url", "must not begin with /v1", parsed({ url: "https://ops.example.com/v1" }).problems],
  ["url", "a host and a path only", parsed({ url: "https://a.example/?b" }).problems],
  ["proxy.act", "nobody could be let in", behind({ act: "," })],
  ["proxy.act", "lets everybody act", behind({ act: "*", look: "staff" })],
  ["proxy.groupsHeader", "the header of the user", behind({ groupsHeader: "x-forwarded-USER" })],
  ["proxy.from", "listens on 127.0.0.1 only", behind({ from: "10.0.0.5" })],
  ["proxy.from", "not a list of addresses or networks", behind({ from: "0.0.0.0/0" })],
  ["proxy.from", "not a list of addresses or networks", behind({ from: "proxy.example.com" })],
  ["proxy.secret", "is too short", behind({ secret: "short" })],
  ["proxy.signOutUrl", "neither https://", behind({ signOutUrl: "//evil.example" })],
])(
  "a proxy that could not work is refused before anything is done: %s %s",
  (field, reason, problems) => {
    expect(problems).toEqual([
      expect.objectContaining({
        path: `vigil:processor.${field}`,
        reason: expect.stringContaining(reason) as string,
      }),
    ]);
  },
);

test("a proxy that can work is not", () => {
  for (const more of [{}, { from: "::1" }, { from: "10.0.0.5,127.0.0.0/8" }, { act: "*" }]) {
    expect(behind(more)).toBeUndefined();
  }
});

test("Alertmanager reaches it by files of its own", () => {
  expect(processorReceiver(place, "/etc/alertmanager")).toEqual({
    url: "https://127.0.0.1:9095/v1/alerts",
    tokenFile: "/etc/alertmanager/processor/token",
    authorityFile: "/etc/alertmanager/processor/ca.crt",
  });
});
