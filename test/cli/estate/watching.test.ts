import { paceOf, warmUp } from "../../../cli/estate/pace.ts";
import { watching } from "../../../cli/estate/watching.ts";

const target = (instance: string, health: "down" | "unknown" | "up", lastError = "") => ({
  labels: { job: "node", instance, env: "e" },
  health,
  lastError,
});

const states = (age: number) => {
  const targets = [target("a", "up"), target("b", "unknown"), target("c", "down", "refused")];
  const watched = { node: ["a", "b", "c"], prometheus: ["d"] };
  return watching(targets, watched, { age, interval: 15 });
};

describe("a target that Prometheus was told of", () => {
  it("just now is starting: whoever asks is told how long that takes", () => {
    const first = "first scrape expected within 18 s";
    expect(states(2)).toEqual([
      { job: "node", instance: "c", state: "silent", why: "refused" },
      { job: "node", instance: "b", state: "starting", why: first },
      { job: "prometheus", instance: "d", state: "starting", why: first },
      { job: "node", instance: "a", state: "up", why: "" },
    ]);
  });

  it("a moment ago is due", () => {
    expect(states(25).map(({ why }) => why)).toContain("first scrape is due");
  });

  it("long ago and does not scrape is in trouble, whatever the reason", () => {
    const silent = states(3600).filter(({ state }) => state === "silent");
    expect(silent.map(({ instance, why }) => [instance, why])).toEqual([
      ["b", "has never been scraped"],
      ["c", "refused"],
      ["d", "Prometheus does not know about it; make logs SERVICE=prometheus says why"],
    ]);
  });
});

test("the pace is that of what is done least often, unless it is the groups' own", () => {
  const config = `global:
  scrape_interval: 15s
  scrape_timeout: 1h
  evaluation_interval: 1m30s
scrape_configs:
- job_name: slow
  scrape_interval: 5m
`;
  expect(paceOf(config, 7)).toEqual({ age: 7, interval: 300 });
  expect(paceOf("", 7)).toEqual({ age: 7, interval: 0 });
  expect(warmUp({ age: 0, interval: 300 })).toBeGreaterThan(600);
});
