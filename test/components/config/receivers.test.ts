import { parseConfig } from "../../kit/parse.ts";
import { configTable } from "../../../components/config/documents.ts";

const now = new Date("2026-06-01T00:00:00Z");

const email = {
  to: "oncall@example.com",
  from: "vigil@example.com",
  smarthost: "smtp.example.com:587",
  username: "vigil",
  password: "a secret",
};
const webhook = { url: "https://example.com/hook" };

function parsed(sections: Record<string, unknown>) {
  const values = { environment: "dev", target: "local" };
  const own = Object.entries(sections).map(([key, value]) => [key, JSON.stringify(value)]);
  return parseConfig(
    {
      values: { ...values, ...Object.fromEntries(own) } as never,
      secretKeys: new Set(["receivers"]),
    },
    now,
  );
}

const complaints = (sections: Record<string, unknown>) =>
  parsed(sections).problems?.map(({ path, reason }) => `${path} ${reason}`) ?? [];

const night = { times: "22:00-24:00,00:00-06:00", location: "Europe/Vienna" };

describe("receivers and maintenance without mistakes", () => {
  it("are taken as they are", () => {
    const receivers = {
      webhook,
      email,
      pagerduty: { routingKey: "key" },
      heartbeat: webhook,
      teams: { dba: { email: { to: "dba@example.com" } }, security: { webhook } },
      hours: { weekdays: "monday:friday", times: "09:00-12:00, 13:00-17:00" },
    };
    const maintenance = {
      nightly: { ...night, matchers: { host: "web-1,web-2", severity: "warning" } },
      monthly: { days: 1, matchers: { team: "dba" } },
      atTheEnd: undefined,
      end: { days: "-3:-1,1:2", matchers: { service: "host" } },
    };
    const { config, problems } = parsed({ receivers, maintenance });
    expect(problems).toBeUndefined();
    expect(config?.receivers.teams?.["dba"]?.email?.to).toBe("dba@example.com");
    expect(config?.maintenance["monthly"]?.days).toBe("1");
    expect(JSON.stringify(config)).not.toMatch(/a secret|"key"|example\.com\/hook/);
  });

  it("may name any label and value where rule files of one's own may bring them", () => {
    const maintenance = { a: { ...night, matchers: { shard: "7", team: "frontend" } } };
    expect(complaints({ maintenance, rules: { extra: { mine: "rules/mine.yml" } } })).toEqual([]);
  });

  it("keep the keys of teams secret in the table of keys", () => {
    expect(configTable()).toMatch(/channels\.teams\.<name>\.pagerduty\.routingKey` \| secret/);
  });
});

describe("a mistake among receivers", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["secret that is missing", { pagerduty: {} }, "receivers.pagerduty.routingKey is missing"],
    ["heartbeat without its URL", { heartbeat: {} }, "receivers.heartbeat.url is missing"],
    [
      "team's secret that is missing",
      { webhook, teams: { dba: { slack: { channel: "#dba" } } } },
      "receivers.teams.dba.slack.url is missing",
    ],
    [
      "unknown team",
      { webhook, teams: { dbaa: { webhook } } },
      "receivers.teams.dbaa is not a team; did you mean dba?",
    ],
    [
      "team without a channel",
      { webhook, teams: { sre: {} } },
      "receivers.teams.sre notifies nobody; give it any of email, pagerduty, slack, webhook",
    ],
    [
      "team's mail without a server",
      { webhook, teams: { sre: { email: { to: "a@example.com" } } } },
      "receivers.teams.sre.email has no mail server: its mail would go over that of vigil:receivers.email",
    ],
    [
      "teams and nobody on call",
      { teams: { sre: { webhook } } },
      "receivers has teams only; alerts of all other teams would reach nobody",
    ],
    [
      "hours without any time",
      { webhook, hours: { location: "UTC" } },
      "receivers.hours has no hours; set any of weekdays, times, days",
    ],
    [
      "days backwards",
      { webhook, hours: { weekdays: "friday:monday" } },
      "receivers.hours.weekdays are not days of a week that begins on sunday; write monday:friday or saturday,sunday",
    ],
    [
      "time over midnight",
      { webhook, hours: { times: "22:00-06:00" } },
      "receivers.hours.times are not times of a day; write 09:00-17:00, and over midnight 22:00-24:00,00:00-06:00",
    ],
    [
      "zone there is not",
      { webhook, hours: { times: "09:00-17:00", location: "Europe/Wien" } },
      "receivers.hours.location is not a time zone; write Europe/Vienna",
    ],
  ])("%s", (_name, receivers, complaint) => {
    expect(complaints({ receivers })).toEqual([`vigil:${complaint}`]);
  });

  it("says how to fix it, and never a secret", () => {
    const { problems } = parsed({
      receivers: { webhook, teams: { sre: { email: { to: "a@example.com" } } } },
    });
    expect(problems?.[0]?.fix).toBe(
      "./vigil pulumi config set --path 'vigil:receivers.email.smarthost' smtp.example.com:587",
    );
    const { problems: missing } = parsed({ receivers: { pagerduty: {} } });
    expect(missing?.[0]?.fix).toBe(
      "./vigil pulumi config set --secret --path 'vigil:receivers.pagerduty.routingKey'",
    );
  });
});

describe("a mistake in maintenance", () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      "no alerts named",
      { ...night, matchers: {} },
      ".matchers mutes nothing; say which alerts by label",
    ],
    [
      "no time",
      { matchers: { host: "a" } },
      " has no time and would mute forever; give it any of weekdays, times, days",
    ],
    [
      "day there is not",
      { days: 32, matchers: { host: "a" } },
      ".days are not days of a month; write 1:7, 15 or, from its end, -1",
    ],
    [
      "unknown team",
      { ...night, matchers: { team: "dbaa" } },
      ".matchers.team is dbaa, which no alert has; did you mean dba?",
    ],
    [
      "unknown severity among known ones",
      { ...night, matchers: { severity: "warning,page" } },
      ".matchers.severity is page, which no alert has; there are critical, emergency, info, none, warning",
    ],
    [
      "environment of another stack",
      { ...night, matchers: { env: "prod" } },
      ".matchers.env is prod, which no alert has; there are dev",
    ],
    [
      "unknown alert",
      { ...night, matchers: { alertname: "HostDwon" } },
      ".matchers.alertname is HostDwon, which no alert has; did you mean HostDown?",
    ],
    [
      "unknown label",
      { ...night, matchers: { hosst: "a" } },
      ".matchers.hosst is a label that no alert has; did you mean host?",
    ],
    [
      "what is never told anyway",
      { ...night, matchers: { severity: "none" } },
      ".matchers matches no alert that anybody is notified about",
    ],
  ])("%s", (_name, window, complaint) => {
    expect(complaints({ maintenance: { w: window } })).toEqual([`vigil:maintenance.w${complaint}`]);
  });

  it("too many windows that overlap", () => {
    const labels = ["host", "service", "team", "severity", "node", "pod", "queue"];
    const values: Record<string, string> = { service: "host", team: "sre", severity: "warning" };
    const maintenance = Object.fromEntries(
      labels.map((label) => [label, { ...night, matchers: { [label]: values[label] ?? "x" } }]),
    );
    expect(complaints({ maintenance })).toEqual([
      "vigil:maintenance overlaps in 128 ways, more than 64; use fewer labels or values",
    ]);
  });

  it("all of them at once", () => {
    const found = complaints({
      receivers: {
        teams: { dbaa: { webhook }, sre: {}, mlops: { email: { to: "a@example.com" } } },
      },
      maintenance: {
        a: { ...night, matchers: { team: "dbaa", severity: "worst" } },
        b: { ...night, matchers: { service: "hots" } },
      },
    });
    expect(found.map((one) => one.split(" ")[0])).toEqual([
      "vigil:maintenance.a.matchers.severity",
      "vigil:maintenance.a.matchers.team",
      "vigil:maintenance.b.matchers.service",
      "vigil:receivers",
      "vigil:receivers.teams.dbaa",
      "vigil:receivers.teams.mlops.email",
      "vigil:receivers.teams.sre",
    ]);
  });
});
