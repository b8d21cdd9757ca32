import { defineAlerts } from "../../../rules/lib/alert.ts";
import { hostBoard } from "../../../rules/lib/boards.ts";
import { plainOptions } from "../../../rules/lib/rule-file.ts";
import { mutantsOf } from "../../../rules/lint/mutants.ts";
import { report } from "../../../cli/commands/mutate.ts";
import { mutate } from "../../../lab/mutation.ts";

const series = { 'requests{code="500"}': "1x30", 'requests{code="200"}': "0x30" };

/** One alert, tested well or badly. */
const group = (quietValue: string) =>
  defineAlerts(
    {
      service: "app",
      team: "devops",
      scope: "workload",
      layer: "service",
      board: hostBoard,
      target: { job: "app", instance: "a:80", host: "a" },
    },
    {
      failing: {
        unit: "count",
        about: "Failing requests.",
        query: (q) => q.gauge("requests", { code: "500" }),
      },
    },
    {
      AppFailing: {
        severity: "warning",
        threshold: { value: 0.9, unit: "failing requests" },
        when: ({ failing }, limit) => `${failing} > ${limit}`,
        for: "5m",
        summary: "It fails",
        description: "It fails.",
        fires: { series, from: "5m", labels: { code: "500" } },
        quiet: {
          series: { 'requests{code="500"}': quietValue, 'requests{code="200"}': "9x30" },
          at: "20m",
        },
      },
    },
  );

const alert = group("0.85x30").alerts.AppFailing;

describe("the mutants of an alert", () => {
  const mutants = mutantsOf(alert);

  it("are one change each", () => {
    expect(mutants.map(({ change }) => change)).toEqual([
      '> became < in requests{code="500"} > 0.9',
      "the threshold 0.9 became 1.125",
      "the threshold 0.9 became 0.675",
      'code="500" was dropped',
      "for: 5m was dropped",
    ]);
  });

  it("differ from the alert and from each other", () => {
    const texts = [alert, ...mutants.map((mutant) => mutant.alert)].map(
      (one) => `${one.expression(undefined, plainOptions)} for ${one.for}`,
    );
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe("mutation in the real engine", () => {
  it("finds nothing where the tests are good", async () => {
    expect(await mutate(group("0.85x30"))).toEqual([
      { alert: "AppFailing", mutants: 5, survivors: [] },
    ]);
  });

  it("names what a test far from the threshold lets pass", async () => {
    const results = await mutate(group("0.1x30"));
    expect(results[0]?.survivors).toEqual(["the threshold 0.9 became 0.675"]);
    expect(report(results)).toContain("5 mutants of 1 alerts, 4 caught: 80.0 %");
  });

  it("looks only at the alerts it is asked for", async () => {
    expect(await mutate(group("0.85x30"), ["Another"])).toEqual([]);
  });
});
