import fc from "fast-check";
import { allAlerts } from "../../rules/index.ts";
import { type Receivers, renderAlertmanager } from "../../rules/lib/alertmanager.ts";
import { labelsOf } from "../../rules/lib/rule-file.ts";
import { seconds } from "../../lib/duration.ts";
import { leaders } from "../../rules/routing/inhibitions.ts";
import { allRoutes, routeTree } from "../../rules/lib/alertmanager/tree.ts";
import { catchAll, groupBy, heartbeat, severities, teamPaces, ways } from "../../rules/routing.ts";
import { inspect } from "../kit/inspect.ts";
import { all, channels, receiversOf } from "./alertmanager/receivers.ts";

/** Those on call with the channels for which this is so. */
const having = (has: (name: string, index: number) => boolean): Receivers => ({
  channels: Object.fromEntries(
    Object.entries(channels).filter(([name], index) => has(name, index)),
  ),
});

const subsets = [...Array(2 ** Object.keys(channels).length).keys()].map((bits) =>
  having((_, index) => (bits & (1 << index)) !== 0),
);

const named = [...subsets, all].map(
  (one) =>
    [
      [...Object.keys(one.channels ?? {}), ...("teams" in one ? ["teams"] : [])].join("+") ||
        "none",
      one,
    ] as const,
);

describe.each(named)("alertmanager.yml with %s", (_name, receivers) => {
  const text = renderAlertmanager(receivers);
  it("is accepted by amtool", () => {
    expect(
      inspect({ "alertmanager.yml": text }, "amtool", "check-config", "alertmanager.yml"),
    ).toContain("SUCCESS");
  });
});

describe("the pace", () => {
  it("is the one that was asked for", () => {
    const of = (severity: string) => {
      const way = ways.find((one) => one.severities.some((name) => name === severity));
      return [way?.pace.wait, way?.pace.repeat];
    };
    expect(of("emergency")).toEqual(["0s", "30m"]);
    expect(of("critical")).toEqual(["10s", "1h"]);
    expect(of("warning")).toEqual(["5m", "12h"]);
    expect(teamPaces.security).toMatchObject({ wait: "20s", repeat: "2h" });
    expect(teamPaces.dba).toMatchObject({ wait: "1m", repeat: "3h" });
    expect(teamPaces.mlops).toMatchObject({ wait: "1m", repeat: "3h" });
  });

  it("adds to an open group within 30 s wherever the alert is urgent, for teams, too", () => {
    const urgent = allRoutes(routeTree(all)).filter(({ matchers }) =>
      matchers.some((one) => "in" in one && /emergency|critical/.test(one.in.join())),
    );
    expect(urgent.length).toBeGreaterThan(2);
    for (const { pace } of urgent) expect(seconds(pace.interval)).toBeLessThanOrEqual(30);
  });

  it("lets the heartbeat be repeated on the minute", () => {
    const steps = Math.floor(seconds(heartbeat.repeat) / seconds(heartbeat.interval)) + 1;
    expect(steps * seconds(heartbeat.interval)).toBe(60);
  });
});

describe("those on call", () => {
  it.each([
    ["emergency", "webhook-email-slack-pagerduty"],
    ["critical", "webhook-email-slack-pagerduty"],
    ["warning", "email"],
    ["info", "email"],
    ["none", "nobody"],
    ["unheard-of", "webhook-email-slack-pagerduty"],
  ])("%s goes to %s", (severity, receiver) => {
    expect(receiversOf(renderAlertmanager({ ...all, teams: {} }), { severity })).toEqual([
      receiver,
    ]);
  });

  it.each([
    ["webhook", "webhook"],
    ["slack webhook", "webhook-slack"],
    ["pagerduty slack", "slack"],
    ["pagerduty", "pagerduty"],
  ])("of %s hear of a warning by %s", (have, receiver) => {
    const receivers = having((one) => have.includes(one));
    expect(receiversOf(renderAlertmanager(receivers), { severity: "warning" })).toEqual([receiver]);
  });
});

describe("teams", () => {
  const config = renderAlertmanager({ ...all, teams: { dba: all.teams.dba } });
  const oncall = "webhook-email-slack-pagerduty";
  it.each([
    ["dba", "emergency", ["team-dba", oncall]],
    ["dba", "critical", ["team-dba", oncall]],
    ["dba", "warning", ["team-dba"]],
    ["dba", "info", ["team-dba"]],
    ["dba", "unheard-of", [oncall]],
    ["sre", "critical", [oncall]],
    ["sre", "warning", ["email"]],
    ["unheard-of", "warning", ["email"]],
  ])("%s, %s", (team, severity, receivers) => {
    expect(receiversOf(config, { team, severity })).toEqual(receivers);
  });
});

it("the Watchdog goes to the heartbeat alone, and to nobody without one", () => {
  const watchdog = { alertname: "Watchdog", severity: "none", team: "sre" };
  expect(receiversOf(renderAlertmanager(all), watchdog)).toEqual(["heartbeat"]);
  const without = renderAlertmanager(having((one) => one === "webhook"));
  expect(receiversOf(without, watchdog)).toEqual(["nobody"]);
});

it("a severity that nobody foresaw goes to those on call beside the processor, too", () => {
  const processor = { url: "https://p/v1/alerts", tokenFile: "/t", authorityFile: "/a" };
  const config = renderAlertmanager({ ...having((one) => one === "slack"), processor });
  for (const severity of ["page", "critical", "warning"]) {
    expect(receiversOf(config, { severity })).toEqual(["processor", "slack"]);
  }
});

it("nothing is lost while anybody is on call, whatever its labels", () => {
  const word = fc.stringMatching(/^[a-z]{0,12}$/);
  const one = fc.record({
    severity: fc.oneof(word, fc.constantFrom(...severities)).filter((name) => name !== "none"),
    team: fc.oneof(word, fc.constantFrom("dba", "security")),
    receivers: fc.constantFrom(...subsets.slice(1), all),
  });
  fc.assert(
    fc.property(one, ({ receivers, ...labels }) => {
      expect(receiversOf(renderAlertmanager(receivers), labels)).not.toContain("nobody");
    }),
    { numRuns: 25 },
  );
});

it("an alert that complains has a severity with a way of its own", () => {
  for (const alert of allAlerts()) {
    const { severity } = labelsOf(alert);
    if (severity === "none") continue;
    expect(ways.flatMap((way) => way.severities)).toContain(severity);
  }
});

describe("grouping", () => {
  it("tells apart by name, environment and service, never by instance", () => {
    expect(groupBy).toEqual(expect.arrayContaining(["alertname", "env", "service"]));
    expect(groupBy).not.toContain("instance");
    expect(catchAll.pace.wait).toBe("30s");
  });
});

describe("secrets", () => {
  it("are named by file, never written", () => {
    const text = renderAlertmanager(all);
    for (const key of ["url_file", "api_url_file", "auth_password_file", "routing_key_file"]) {
      expect(text).toMatch(new RegExp(`${key}: /run/`));
    }
    expect(text).not.toMatch(/^\s*-?\s*(?:url|api_url|auth_password|routing_key|service_key):/m);
  });
});

describe("a family", () => {
  it("has one that leads where two are equally bad", () => {
    const families = Map.groupBy(allAlerts(), ({ family }) => family);
    const ways = new Set(
      leaders.flatMap(([leader, ...followers]) => followers.map((one) => `${leader} ⊣ ${one}`)),
    );
    const undecided = [...families.values()].flatMap((members) =>
      members.flatMap((one, index) =>
        members
          .slice(index + 1)
          .filter(({ severity }) => severity === one.severity)
          .filter(
            (other) =>
              !ways.has(`${one.name} ⊣ ${other.name}`) && !ways.has(`${other.name} ⊣ ${one.name}`),
          )
          .map((other) => `${one.name} and ${other.name}`),
      ),
    );
    expect(undecided).toEqual([]);
  });
});
