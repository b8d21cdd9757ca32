import { allAlerts } from "../../../rules/index.ts";
import { silencersOf, type Stack, toldOf } from "../../../rules/lib/explain.ts";
import { renderExplanation } from "../../../rules/lib/explanation.ts";
import { plainOptions } from "../../../rules/lib/rule-file.ts";
import { chat, hook } from "../alertmanager/receivers.ts";

const alerts = allAlerts();

function named(name: string) {
  const alert = alerts.find((one) => one.name === name);
  if (alert === undefined) throw new Error(`no ${name}`);
  return alert;
}

const stack: Stack = {
  environment: "prod",
  options: plainOptions,
  receivers: {
    channels: { webhook: hook("/url") },
    teams: { dba: { slack: chat("#dba", "/dba") } },
  },
  maintenance: { night: { times: "02:00-04:00", matchers: { host: "a" } } },
  ways: [
    { channel: "hook", after: [0] },
    { channel: "slack", severities: ["emergency"], after: [0, 300, 5400] },
    { channel: "lead", severities: ["emergency"], after: [90] },
  ],
};

const remembered: Stack = {
  ...stack,
  receivers: {
    ...stack.receivers,
    processor: { url: "https://p/v1/alerts", tokenFile: "/t", authorityFile: "/a" },
  },
};

describe("who is notified of an alert", () => {
  it("is those on call, for what is critical", () => {
    expect(toldOf(named("HostDown"), stack)).toMatchObject([
      { receiver: "webhook", wait: "10s", repeat: "1h", windows: ["night"] },
    ]);
  });

  it("is nobody but the heartbeat for the Watchdog", () => {
    const receivers = { ...stack.receivers, heartbeat: { urlFile: "/beat" } };
    expect(toldOf(named("Watchdog"), { ...stack, receivers })).toMatchObject([
      { receiver: "heartbeat", wait: "0s" },
    ]);
  });
});

describe("what silences an alert", () => {
  it("is the host being down, named once", () => {
    const names = silencersOf(named("HostMemoryLow"), alerts).flatMap((one) => one.alerts);
    expect(names).toContain("HostDown");
    expect(new Set(names).size).toBe(names.length);
  });

  it("is for a host that is down what says that most are", () => {
    expect(silencersOf(named("HostDown"), alerts)).toEqual([
      {
        rule: "EstateMostlyDown silences what follows from it",
        alerts: ["EstateMostlyDown"],
      },
      { rule: "JobMostlyDown silences each that is down", alerts: ["JobMostlyDown"] },
    ]);
  });
});

describe("an explanation", () => {
  const text = renderExplanation(
    named("HostCpuHigh"),
    {
      ...stack,
      options: {
        ...plainOptions,
        thresholds: { HostCpuHigh: 0.5 },
        instances: { "db-1:9100": { HostCpuHigh: 0.99 } },
        off: { HostCpuHigh: { reason: "load test", until: "2030-01-31" } },
      },
    },
    alerts,
    "\n**Meaning.** It is busy.\n",
  );

  it("shows the stack's own threshold, those of instances, and the default", () => {
    expect(text).toMatch(/^Fires when {3}.* > 0\.5$/m);
    expect(text).toMatch(/^Threshold {4}0\.5 .*set by this stack; the default is 0\.85/m);
    expect(text).toMatch(/^ {13}0\.99 \(99 %\) on db-1:9100$/m);
  });

  it("says what the processor does with it, where there is one", () => {
    const toldIn = (name: string) =>
      /^Notifies +([^]*?)\n(?=\S)/m
        .exec(renderExplanation(named(name), remembered, alerts, ""))?.[1]
        ?.split(/\n +/);
    expect(text).not.toContain("processor");
    expect(toldIn("HostDown")).toEqual([
      "processor at once, which stores it, not during night",
      "processor notifies hook at once",
      "webhook after 10s, again every 1h, not during night",
    ]);
    expect(toldIn("EstateMostlyDown")).toEqual([
      "processor at once, which stores it",
      "processor notifies hook at once",
      "processor notifies slack at once, 5m, 90m, unless somebody has taken it",
      "processor notifies lead after 90s, unless somebody has taken it",
      "webhook after 0s, again every 30m",
    ]);
  });

  it("says that nobody is notified, unless the processor notifies somebody", () => {
    const { processor } = remembered.receivers;
    const receivers = processor ? { processor } : {};
    const explained = (ways: Stack["ways"]) =>
      renderExplanation(named("HostDown"), { ...remembered, receivers, ways }, alerts, "");
    expect(explained([])).toContain("nobody else: this stack has no receiver for it");
    expect(explained(stack.ways)).not.toContain("nobody");
  });

  it("says that it is switched off, why and how long", () => {
    expect(text).toMatch(/^Switched off +until 2030-01-31: load test$/m);
  });

  it("has the runbook's words and no template", () => {
    expect(text).toContain("\nMeaning. It is busy.");
    expect(text).not.toContain("{{");
  });

  it("says so where nobody is notified", () => {
    const lonely = { ...stack, receivers: {}, maintenance: {} };
    expect(renderExplanation(named("HostDown"), lonely, alerts, "")).toMatch(
      /^Notifies +nobody: this stack has no receiver for it$/m,
    );
    expect(renderExplanation(named("InfoInhibitor"), stack, alerts, "")).toMatch(
      /^Notifies +nobody: it only silences others$/m,
    );
  });
});
