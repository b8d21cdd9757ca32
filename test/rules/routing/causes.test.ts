import type { Labels } from "../../../rules/lib/alert.ts";
import { allAlerts } from "../../../rules/index.ts";
import { renderAlertmanager } from "../../../rules/lib/alertmanager.ts";
import { provenLabels } from "../../../rules/lib/explain.ts";
import { labelsOf } from "../../../rules/lib/rule-file.ts";
import { causes } from "../../../rules/routing/causes/index.ts";
import { severities } from "../../../rules/routing.ts";
import { type Alertmanager, type Shown, startAlertmanager, until } from "../../kit/servers.ts";

const alerts = new Map(allAlerts().map((alert) => [alert.name, alert]));

/** An alert as it fires in its test, with an environment, which is where it is. */
function firing(name: string, env: string): Labels {
  const alert = alerts.get(name);
  if (alert === undefined) throw new Error(`no alert ${name}`);
  return { ...provenLabels(alert), alertname: name, ...labelsOf(alert), env };
}

const pairs = causes.flatMap(({ by, object, over }) =>
  by.flatMap((leader) => over.map((effect) => ({ leader, effect, object }))),
);
const words = pairs.map((pair) => [`${pair.leader} ⊣ ${pair.effect}`, pair] as const);

it("no pair is said twice", () => {
  expect(words.length).toBeGreaterThan(100);
  expect(new Set(words.map(([name]) => name)).size).toBe(words.length);
});

describe.each(words)("%s", (_name, { effect, leader }) => {
  const [cause, result] = [firing(leader, "x"), firing(effect, "x")];
  it("holds nothing back that is worse", () => {
    const rank = (labels: Labels): number =>
      severities.findIndex((name) => name === labels["severity"]);
    expect(rank(cause)).toBeGreaterThanOrEqual(0);
    expect(rank(cause)).toBeLessThanOrEqual(rank(result));
  });

  it("is told to those who would have heard of the effect", () => {
    // What is urgent goes to those on call as well, whosever it is.
    const urgent = ["emergency", "critical"].includes(cause["severity"] ?? "");
    expect(urgent || cause["team"] === result["team"]).toBe(true);
  });
});

describe("on a real Alertmanager", () => {
  let alertmanager: Alertmanager;
  let shown: ReadonlyMap<string, Shown>;

  /** What cause and effect say of one object: the effect has the object of its cause. */
  const together = ({ effect, leader, object }: (typeof pairs)[number], env: string) => {
    const cause = firing(leader, env);
    const same = Object.fromEntries(object.map((label) => [label, cause[label] ?? ""]));
    return { cause, result: { ...firing(effect, env), ...same } };
  };
  /** The effect on other objects: each label that tells the object has another value in turn. */
  const elsewhere = ({ effect, leader, object }: (typeof pairs)[number], env: string) => [
    ...object.map((label) => ({
      ...together({ effect, leader, object }, env).result,
      [label]: `another-${env}`,
    })),
    { ...together({ effect, leader, object }, env).result, cluster: "another" },
  ];
  const key = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());

  beforeAll(async () => {
    alertmanager = await startAlertmanager({ config: renderAlertmanager({}) });
    await alertmanager.post(
      pairs.flatMap((pair, index) => {
        const { cause, result } = together(pair, `pair-${index}`);
        return [cause, result, ...elsewhere(pair, `pair-${index}`)].map((labels) => ({ labels }));
      }),
    );
    // Alerts reach the inhibitor a moment after they reach the store. Where fewer are silenced than
    // should be, each pair says so of itself.
    await until("inhibitions", 30, async () => {
      shown = new Map((await alertmanager.shown()).map((one) => [key(one.labels), one]));
      const silenced = pairs.filter(
        (pair, index) =>
          (shown.get(key(together(pair, `pair-${index}`).result))?.status.inhibitedBy ?? [])
            .length > 0,
      );
      return silenced.length === pairs.length ? true : undefined;
    }).catch(() => undefined);
  });
  afterAll(() => alertmanager.stop());

  it.each(words.map(([name, pair], index) => [name, pair, index] as const))(
    "%s on the same object, and on no other",
    (_name, pair, index) => {
      const { cause, result } = together(pair, `pair-${index}`);
      const leading = shown.get(key(cause))?.fingerprint;
      expect(shown.get(key(result))?.status.inhibitedBy).toEqual([leading]);
      for (const other of elsewhere(pair, `pair-${index}`)) {
        expect([key(other), shown.get(key(other))?.status.inhibitedBy]).toEqual([key(other), []]);
      }
    },
  );
});
