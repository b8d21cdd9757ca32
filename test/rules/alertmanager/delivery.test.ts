import { parse, stringify } from "yaml";
import { type Receivers, renderAlertmanager } from "../../../rules/lib/alertmanager.ts";
import { severities, teams } from "../../../rules/routing.ts";
import {
  bodyOf,
  login,
  type MailServer,
  mailServer,
} from "../../../services/alert-processor/test/channels/mail-server.ts";
import { identity } from "../../provider/helpers.ts";
import {
  type Alertmanager,
  type Inbox,
  openInbox,
  type Shown,
  startAlertmanager,
  until,
} from "../../kit/servers.ts";
import { chat, hook, mail, pager } from "./receivers.ts";

/** @param port - Of the mail server. */
function receiversBy(port: number): Receivers {
  const mailTo = (to: string) => mail(to, `127.0.0.1:${port}`, "secrets/password");
  return {
    channels: {
      webhook: hook("secrets/webhook"),
      email: mailTo("oncall@example.com"),
      slack: chat("#alerts", "secrets/slack"),
      pagerduty: pager("secrets/pagerduty"),
    },
    heartbeat: { urlFile: "secrets/heartbeat" },
    teams: {
      dba: { webhook: hook("secrets/dba"), email: mailTo("dba@example.com") },
      security: { webhook: hook("secrets/security") },
    },
    hours: { weekdays: notToday() },
  };
}

const maintenance = {
  now: { times: "00:00-24:00", matchers: { host: "in-maintenance" } },
  other: { weekdays: notToday(), matchers: { host: "maintained-later, in-maintenance" } },
};

/** Three days from now: far from midnight on either side. */
function notToday(): string {
  const names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
  return names[(new Date().getUTCDay() + 3) % 7] ?? "";
}

/** Old enough to be told without waiting for others. */
const longAgo = new Date(Date.now() - 20 * 60_000).toISOString();

const oncall = "webhook-email-slack-pagerduty";
const envs = ["dev", "prod"];

/** Whom the requirements name, written down apart from the routes. */
function expected(severity: string, team: string): string[] {
  const own = team === "dba" || team === "security" ? [`team-${team}`] : [];
  switch (severity) {
    case "none":
      return ["nobody"];
    case "emergency":
    case "critical":
      return [...own, oncall];
    case "warning":
    case "info":
      return own.length > 0 ? own : ["email"];
    default:
      return [oncall];
  }
}

const vectors = [...severities, "unheard-of"].flatMap((severity) =>
  [...teams, "unheard-of"].flatMap((team) =>
    envs.map((env) => ({
      alertname: `${severity}-${team}`,
      severity,
      team,
      env,
      service: "s",
      family: `${severity}-${team}`,
      instance: "a:1",
    })),
  ),
);

describe("a real Alertmanager", () => {
  let inbox: Inbox;
  let letters: MailServer;
  let alertmanager: Alertmanager;
  let shown: readonly Shown[];

  const named = (alertname: string, env = "prod"): Shown => {
    const found = shown.find(
      ({ labels }) => labels["alertname"] === alertname && labels["env"] === env,
    );
    if (found === undefined) throw new Error(`${alertname} is not there`);
    return found;
  };
  const told = (path: string, alertname: string) =>
    inbox.got.filter(
      (one) =>
        one.path === path && one.alerts.some(({ labels }) => labels["alertname"] === alertname),
    );
  const arrived = (path: string, alertname: string) =>
    until(`${alertname} at ${path}`, 60, () => told(path, alertname)[0]);

  beforeAll(async () => {
    inbox = await openInbox();
    const { authority, leaf } = await identity();
    letters = await mailServer(leaf);
    const config = parse(renderAlertmanager(receiversBy(letters.port), maintenance)) as object;
    const files = Object.fromEntries(
      ["webhook", "slack", "heartbeat", "dba", "security"].map((name) => [
        `secrets/${name}`,
        `${inbox.url}/${name}`,
      ]),
    );
    alertmanager = await startAlertmanager({
      // Only where PagerDuty is: the file names nobody's server.
      config: stringify({ ...config, global: { pagerduty_url: `${inbox.url}/pagerduty` } }),
      files: {
        ...files,
        "ca.crt": authority.certificate,
        "secrets/password": login.password,
        "secrets/pagerduty": "key",
      },
      // Mail goes encrypted only: the mail server is one that Alertmanager trusts.
      env: { SSL_CERT_FILE: "ca.crt" },
    });
    const group = { severity: "critical", team: "sre", env: "prod", service: "s" };
    await alertmanager.post([
      ...vectors.map((labels) => ({ labels })),
      { labels: { alertname: "Watchdog", severity: "none", team: "sre", env: "prod" } },
      { labels: { ...group, alertname: "Together", instance: "a:1", family: "Together" } },
      { labels: { ...group, alertname: "Together", instance: "b:1", family: "Together" } },
      ...["in-maintenance", "maintained-later"].map((host) => ({
        labels: { ...group, severity: "emergency", alertname: host, host, instance: `${host}:1` },
        startsAt: longAgo,
      })),
      {
        labels: { ...group, severity: "emergency", alertname: "DatabaseGone", team: "dba" },
        startsAt: longAgo,
      },
      { labels: { ...group, severity: "warning", alertname: "AtNight" }, startsAt: longAgo },
      { labels: { ...group, severity: "emergency", alertname: "WorstAtNight" }, startsAt: longAgo },
    ]);
    await arrived("/webhook", "maintained-later");
    shown = await alertmanager.shown();
  });

  afterAll(async () => {
    await alertmanager.stop();
    await letters.close();
    inbox.close();
  });

  it.each(severities.concat("unheard-of" as never))(
    "routes %s of every team and environment",
    (severity) => {
      for (const { alertname, env, team } of vectors.filter((one) => one.severity === severity)) {
        const names = named(alertname, env).receivers.map(({ name }) => name);
        expect([alertname, ...names.sort()]).toEqual([
          alertname,
          ...expected(severity, team).sort(),
        ]);
      }
    },
  );

  it("delivers what is urgent to every channel on call and to its team", async () => {
    await arrived("/webhook", "DatabaseGone");
    await arrived("/dba", "DatabaseGone");
    await until("Slack and PagerDuty", 60, () =>
      ["/slack", "/pagerduty"].every((path) => inbox.got.some((one) => one.path === path))
        ? true
        : undefined,
    );
    expect(told("/security", "DatabaseGone")).toEqual([]);
  });

  it("mails it to those on call and to the team, signed in and encrypted", async () => {
    for (const to of ["oncall@example.com", "dba@example.com"]) {
      const letter = await until(`mail to ${to}`, 60, () =>
        letters.received.find((one) => one.to.includes(to) && bodyOf(one).includes("DatabaseGone")),
      );
      expect(letter).toMatchObject({ from: "vigil@example.com", secure: true, user: login.user });
    }
  });

  it("delivers the Watchdog to the heartbeat and to nobody else", async () => {
    await arrived("/heartbeat", "Watchdog");
    expect(
      inbox.got.filter(({ path }) => path !== "/heartbeat" && told(path, "Watchdog").length > 0),
    ).toEqual([]);
  });

  it("groups: two hosts with one trouble are one notification", async () => {
    const { alerts } = await arrived("/webhook", "Together");
    expect(alerts.map(({ labels }) => labels["instance"]).sort()).toEqual(["a:1", "b:1"]);
    expect(told("/webhook", "Together")).toHaveLength(1);
  });

  const mutedBy = (alertname: string) =>
    until(`${alertname} muted`, 60, async () => {
      const found = await alertmanager.grouped();
      const one = found.find(({ labels }) => labels["alertname"] === alertname);
      return one && one.status.mutedBy.length > 0 ? one.status.mutedBy : undefined;
    });

  it("mutes what a window fits while it lasts, and nothing in a window of another day", async () => {
    expect(await mutedBy("in-maintenance")).toEqual(["maintenance-now"]);
    expect(told("/webhook", "in-maintenance")).toEqual([]);
    await arrived("/webhook", "maintained-later");
  });

  it("holds back a warning outside the hours, but nothing urgent", async () => {
    expect(await mutedBy("AtNight")).toEqual(["hours"]);
    await arrived("/webhook", "WorstAtNight");
  });
});
