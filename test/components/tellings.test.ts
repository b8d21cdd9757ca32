import fc from "fast-check";
import { parse } from "yaml";
import { channelKinds } from "../../components/channels/index.ts";
import { planEstate } from "../../components/plan.ts";
import { localTarget } from "../../components/targets/local/index.ts";
import { configOf, kinds, problemsOf } from "../kit/channels.ts";
import { textOf } from "../kit/harness.ts";
import { inspect } from "../kit/inspect.ts";
import { planWhole } from "../kit/plan.ts";
import { preferred } from "../../rules/lib/alertmanager/receivers.ts";
import { urgentWords, ways } from "../../rules/routing.ts";
import { classOf, wordsByRank } from "../../services/alert-processor/core/severity.ts";

interface Route {
  readonly matchers?: readonly string[];
  readonly receiver: string;
  readonly continue?: boolean;
  readonly routes?: readonly Route[];
}

interface Written {
  readonly alertmanager: {
    readonly route: Route;
    readonly receivers: readonly ({ readonly name: string } & Record<string, unknown>)[];
  };
  readonly processor?: {
    readonly channels: Readonly<Record<string, { readonly kind: string }>>;
    readonly subscriptions: readonly { channel: string; severities?: readonly string[] }[];
  };
}

/** The files of an estate with these channels. */
function written(channels: object, enabled: boolean): Written {
  const config = configOf({ channels, processor: { enabled } });
  const plan = planEstate(config, { core: localTarget("local") });
  const read = (name: string): never => {
    const texts = plan.deployments.find((one) => one.name === name)?.texts() ?? {};
    return parse(texts[`${name}.yml`] ?? "") as never;
  };
  return {
    alertmanager: read("alertmanager"),
    ...(plan.has("processor") && { processor: read("processor") }),
  };
}

/** What a team sets of a kind. */
function teamOf(name: string): object {
  const all = Object.entries(kinds[name as keyof typeof kinds]);
  const keys = channelKinds.find((kind) => kind.name === name)?.alertmanager?.team ?? [];
  return Object.fromEntries(all.filter(([key]) => (keys as readonly string[]).includes(key)));
}

type Labels = Readonly<Record<string, string>>;

/** As Alertmanager reads what Vigil writes: `severity=~"warning|info"`. */
function fits(matcher: string, labels: Labels): boolean {
  const [, label = "", operator = "", text = ""] = /^(\w+)(=~|!~|!=|=)(".*")$/.exec(matcher) ?? [];
  const value = labels[label] ?? "";
  const wanted = JSON.parse(text) as string;
  const same = operator.includes("~")
    ? new RegExp(`^(?:${wanted})$`).test(value)
    : value === wanted;
  return operator.startsWith("!") ? !same : same;
}

function endsOf(route: Route, labels: Labels): string[] {
  const ends: string[] = [];
  for (const child of route.routes ?? []) {
    if (!(child.matchers ?? []).every((one) => fits(one, labels))) continue;
    ends.push(...endsOf(child, labels));
    if (child.continue !== true) return ends;
  }
  return ends.length > 0 ? ends : [route.receiver];
}

/** Kinds by which Alertmanager tells those on call of an alert. */
function byAlertmanager({ alertmanager }: Written, labels: Labels): string[] {
  const own = endsOf(alertmanager.route, labels).filter((name) => name !== "processor");
  const sections = alertmanager.receivers
    .filter(({ name }) => own.includes(name))
    .flatMap((receiver) => Object.keys(receiver));
  return channelKinds
    .filter((kind) => kind.alertmanager && sections.includes(kind.alertmanager.section))
    .map(({ name }) => name);
}

/** Kinds by which the processor tells, that hears of everything. */
function byProcessor({ processor }: Written, { severity = "" }: Labels): string[] {
  if (processor === undefined) return [];
  const { channels, subscriptions } = processor;
  const isNamed = subscriptions.some((one) => one.severities?.includes(severity));
  const word = isNamed ? severity : classOf(severity);
  const told = subscriptions
    .filter(({ severities }) => severities?.includes(word) ?? true)
    .map(({ channel }) => channels[channel]?.kind ?? "");
  return [...new Set(told)];
}

const names = Object.keys(kinds);
const spoken = channelKinds.filter((one) => one.alertmanager).map(({ name }) => name);
const some = (of: readonly string[]) => fc.subarray([...of], { minLength: 1 });
const estate = fc.oneof(
  fc.record({ has: some(names), enabled: fc.constant(true) }),
  fc.record({ has: some(spoken), enabled: fc.constant(false) }),
);
const settingsOf = (has: readonly string[]) =>
  Object.fromEntries(has.map((name) => [name, kinds[name as keyof typeof kinds]]));

const urgent = ["emergency", "critical", "page", "p1"];
const calm = ["warning", "info", "unheard-of"];

it("a channel is told of an alert by one speaker, whatever is configured and deployed", () => {
  fc.assert(
    fc.property(estate, ({ enabled, has }) => {
      const files = written(settingsOf(has), enabled);
      const best = preferred(
        ways.at(-1) ?? { channels: [] },
        channelKinds.filter(({ name }) => has.includes(name)).map(({ temper }) => temper),
      );
      for (const severity of [...urgent, ...calm]) {
        const labels = { severity, service: "host", team: "sre", alertname: "A" };
        const told = [...byAlertmanager(files, labels), ...byProcessor(files, labels)].sort();
        expect([severity, told]).toEqual([severity, [...new Set(told)]]);
        const wanted = urgent.includes(severity)
          ? has
          : has.filter((name) => {
              const kind = channelKinds.find((one) => one.name === name);
              return kind !== undefined && best.includes(kind.temper);
            });
        expect([severity, wanted.filter((name) => !told.includes(name))]).toEqual([severity, []]);
        expect(told.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 60 },
  );
});

it("what is wrong with those who tell Alertmanager tells by every channel it can", () => {
  const files = written(kinds, true);
  for (const service of ["alertmanager", "processor"]) {
    expect(byAlertmanager(files, { severity: "critical", service })).toEqual(spoken);
  }
  expect(byAlertmanager(files, { severity: "critical", service: "host" })).toEqual([]);
});

it("a team's channel is Alertmanager's, whoever else is there", () => {
  const channels = { webhook: kinds.webhook, teams: { dba: { slack: kinds.slack } } };
  for (const enabled of [true, false]) {
    const labels = { severity: "critical", service: "host", team: "dba" };
    expect(endsOf(written(channels, enabled).alertmanager.route, labels)).toContain("team-dba");
  }
});

it("the heartbeat is posted by the processor where there is one, else by Alertmanager", () => {
  const channels = { heartbeat: { url: "https://beat.example.com/one" } };
  const watchdog = { alertname: "Watchdog", severity: "none" };
  const ends = (enabled: boolean) =>
    endsOf(written(channels, enabled).alertmanager.route, watchdog);
  expect(ends(false)).toEqual(["heartbeat"]);
  expect(ends(true)).toEqual(["processor", "nobody"]);
  expect(written(channels, true).processor).toHaveProperty("heartbeat");
});

it("what the processor takes for urgent, and the routes know, are the same words", () => {
  const processors = wordsByRank
    .slice(0, 2)
    .flatMap(([, words]) => words)
    .filter((word) => !["critical", "emergency"].includes(word));
  expect([...urgentWords].sort()).toEqual([...processors].sort());
});

it.each([true, false])(
  "amtool takes every kind that Alertmanager speaks (processor: %s)",
  (enabled) => {
    const spoken = channelKinds.filter(({ alertmanager }) => alertmanager !== undefined);
    const channels = Object.fromEntries(
      spoken.map(({ name }) => [name, kinds[name as keyof typeof kinds]]),
    );
    const teams = { dba: Object.fromEntries(spoken.map(({ name }) => [name, teamOf(name)])) };
    const config = configOf({ channels: { ...channels, teams }, processor: { enabled } });
    const plan = planWhole(config, { core: localTarget("local") });
    const files = { "alertmanager.yml": textOf(plan, "alertmanager.yml") };
    expect(inspect(files, "amtool", "check-config", "alertmanager.yml")).toContain("SUCCESS");
    for (const { alertmanager } of spoken) {
      expect(files["alertmanager.yml"]).toContain(`${alertmanager?.section ?? "?"}:`);
    }
  },
);

describe("a contradiction", () => {
  const slack = kinds.slack;
  it.each<[string, object, string, string]>([
    [
      "a channel in two places",
      { channels: { slack }, receivers: { slack: { ...slack, channel: "#a" } } },
      "vigil:channels.slack is also set in vigil:receivers.slack",
      "vigil",
    ],
    [
      "a team's channel in two places",
      {
        channels: { slack, teams: { dba: { webhook: { url: kinds.webhook.url } } } },
        receivers: { teams: { dba: { webhook: { url: kinds.webhook.url } } } },
      },
      "vigil:channels.teams.dba.webhook is also set in vigil:receivers.teams.dba.webhook",
      "vigil",
    ],
    [
      "a channel of the processor's alone without one",
      { channels: { ntfy: kinds.ntfy }, processor: { enabled: false } },
      "vigil:channels.ntfy needs the alert processor, which this stack does not have",
      "'vigil:processor.enabled' true",
    ],
    [
      "the same in containers, where it has no image",
      { channels: { ntfy: kinds.ntfy }, target: "docker" },
      "vigil:channels.ntfy needs the alert processor, which this stack does not have",
      "make processor-image && ",
    ],
    [
      "hours that only those could keep who hear everything",
      { channels: { webhook: kinds.webhook, hours: { times: "09:00-17:00" } } },
      "vigil:channels.hours cannot be kept by webhook: the alert processor sends warnings there at any hour",
      "config rm --path 'vigil:channels.hours'",
    ],
    [
      "hours that the processor would not keep",
      { channels: { goalert: kinds.goalert, hours: { times: "09:00-17:00" } } },
      "vigil:channels.hours cannot be kept by goalert: the alert processor sends warnings there at any hour",
      "config rm --path 'vigil:channels.hours'",
    ],
    [
      "an address without TLS, where the processor speaks",
      { channels: { webhook: { url: "http://hook.example.com" } } },
      "vigil:channels.webhook.url must begin with https://",
      "'vigil:channels.webhook.url'",
    ],
    [
      "a service that calls a processor without an address",
      {
        channels: { pagerduty: { routingKey: "key", webhookSecret: "a-secret-of-16-characters" } },
      },
      "vigil:processor.url is missing: vigil:channels.pagerduty.webhookSecret has PagerDuty call the processor, which it finds by this address",
      "'vigil:processor.url'",
    ],
  ])("%s", (_what, sections, text, fix) => {
    const problems = problemsOf(sections);
    expect(problems.map(({ path, reason }) => `${path} ${reason}`)).toEqual([text]);
    expect(problems[0]?.fix).toContain(fix);
  });

  it("is none where each says something else", () => {
    const receivers = { webhook: { url: kinds.webhook.url } };
    expect(problemsOf({ channels: { slack }, receivers })).toEqual([]);
    // Alertmanager speaks there, and minds no such address.
    const channels = { webhook: { url: "http://127.0.0.1:8080" } };
    expect(problemsOf({ channels, processor: { enabled: false } })).toEqual([]);
  });
});
