import { allAlerts } from "../../../rules/index.ts";
import { renderExplanation, silencersOf, type Stack, toldOf } from "../../../rules/lib/explain.ts";
import { plainOptions } from "../../../rules/lib/rule-file.ts";

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
    webhook: { urlFile: "/url" },
    teams: { dba: { slack: { channel: "#dba", urlFile: "/dba" } } },
  },
  maintenance: { night: { times: "02:00-04:00", matchers: { host: "a" } } },
};

describe("who is told of an alert", () => {
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

  it("is nothing for the host being down itself", () => {
    expect(silencersOf(named("HostDown"), alerts)).toEqual([]);
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
    expect(text).toMatch(/^ {13}0\.99 on db-1:9100$/m);
  });

  it("says that it is switched off, why and how long", () => {
    expect(text).toMatch(/^Switched off +until 2030-01-31: load test$/m);
  });

  it("has the runbook's words and no template", () => {
    expect(text).toContain("\nMeaning. It is busy.");
    expect(text).not.toContain("{{");
  });

  it("says so where nobody is told", () => {
    const lonely = { ...stack, receivers: {}, maintenance: {} };
    expect(renderExplanation(named("HostDown"), lonely, alerts, "")).toMatch(
      /^Told to +nobody: this stack has no receiver for it$/m,
    );
    expect(renderExplanation(named("InfoInhibitor"), stack, alerts, "")).toMatch(
      /^Told to +nobody: it only silences others$/m,
    );
  });
});
