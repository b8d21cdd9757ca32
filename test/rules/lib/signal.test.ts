import fc from "fast-check";
import { nearest } from "../../../lib/nearest.ts";
import { metricsOf, render, ruleDialect, type Signal } from "../../../rules/lib/signal.ts";

describe("a signal", () => {
  const signal: Signal = {
    unit: "ratio",
    about: "Share of work that failed.",
    query: (q) => `${q.rate("failed_total", { code: /5../ })} / ${q.rate("all_total")}`,
  };
  it("is written for a rule", () => {
    expect(render(signal, ruleDialect)).toBe(
      'rate(failed_total{code=~"5.."}[5m]) / rate(all_total[5m])',
    );
  });
  it("is written for a panel, with the board's variables everywhere", () => {
    const panel = { range: "$__rate_interval", matchers: { host: /$host/ } };
    expect(render(signal, panel)).toBe(
      'rate(failed_total{code=~"5..",host=~"$host"}[$__rate_interval]) / rate(all_total{host=~"$host"}[$__rate_interval])',
    );
  });
  it("keeps what it says of a label itself, whatever a board says of it", () => {
    const own: Signal = { ...signal, query: (q) => q.gauge("probe", { instance: /https:.*/ }) };
    const matchers = { instance: /$instance/, host: "a" };
    expect(render(own, { range: "5m", matchers })).toBe(
      'probe{instance=~"https:.*",instance=~"$instance",host="a"}',
    );
    expect(render(own, { range: "5m", matchers: { instance: /https:.*/ } })).toBe(
      'probe{instance=~"https:.*"}',
    );
  });
  it("knows which metrics it reads", () => {
    expect(metricsOf(signal)).toEqual(["all_total", "failed_total"]);
  });
  it("escapes what would end a matcher", () => {
    const hostile: Signal = {
      unit: "count",
      about: "",
      query: (q) => q.gauge("up", { job: 'a"} or {b="' }),
    };
    expect(render(hostile, ruleDialect)).toBe('up{job="a\\"} or {b=\\""}');
  });
});

describe("the nearest name", () => {
  it("is found for a slip of the pen", () => {
    expect(nearest("HostCpuHihg", ["HostCpuHigh", "HostMemoryLow"])).toBe("HostCpuHigh");
  });
  it("is nothing where all are far", () => {
    expect(nearest("Kafka", ["HostCpuHigh"])).toBeUndefined();
    expect(nearest("x", [])).toBeUndefined();
  });
  it("of a known name is that name", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), {
      minLength: 1,
      selector: (one) => one.toLowerCase(),
    });
    fc.assert(
      fc.property(names, (known) => {
        for (const name of known) expect(nearest(name, known)).toBe(name);
      }),
    );
  });
});
