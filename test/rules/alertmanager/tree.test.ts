import fc from "fast-check";
import type { Labels } from "../../../rules/lib/alert.ts";
import type { Maintenance } from "../../../rules/lib/alertmanager.ts";
import { is, isNot, present, renderMatcher } from "../../../rules/lib/alertmanager/matcher.ts";
import { type Known, unreachable } from "../../../rules/lib/alertmanager/reach.ts";
import { endsOf } from "../../../rules/lib/explain.ts";
import { nobody } from "../../../rules/lib/alertmanager/receivers.ts";
import type { Route } from "../../../rules/lib/alertmanager/route.ts";
import { allRoutes, routeTree } from "../../../rules/lib/alertmanager/tree.ts";
import { catchAll, severities, teams } from "../../../rules/routing.ts";
import { all, channels } from "./receivers.ts";

const known: Known = { severity: severities, team: teams, env: ["prod"] };

const windows = (
  matchers: Readonly<Record<string, Labels>>,
): Readonly<Record<string, Maintenance>> =>
  Object.fromEntries(
    Object.entries(matchers).map(([name, one]) => [name, { times: "02:00-04:00", matchers: one }]),
  );

describe("a matcher", () => {
  it.each([
    [is("a", "b"), 'a="b"'],
    [is("a", "b.c", "d"), 'a=~"b\\\\.c|d"'],
    [isNot("a", "b"), 'a!="b"'],
    [isNot("a", "b", "c"), 'a!~"b|c"'],
    [present("a"), 'a!=""'],
  ])("%j is written %s", (matcher, text) => {
    expect(renderMatcher(matcher)).toBe(text);
  });
});

describe("maintenance", () => {
  const label = fc.constantFrom("host", "service", "team");
  const value = fc.constantFrom("dba", "sre", "security", "dba,sre", "sre, security");
  const one = fc.dictionary(label, value, { minKeys: 1, maxKeys: 2 });
  const some = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), one, { maxKeys: 4 });
  const alert = fc.record({
    severity: fc.constantFrom(...severities, "unheard-of"),
    team: fc.constantFrom("dba", "sre", "security", "unheard-of"),
    host: fc.constantFrom("dba", "sre", "security", "", "web"),
    service: fc.constantFrom("dba", "sre", "security", ""),
  });

  it("mutes an alert by exactly the windows that fit it, and changes nothing else", () => {
    fc.assert(
      fc.property(some, alert, (matchers, labels) => {
        const tree = routeTree(all, windows(matchers));
        const plain = endsOf(routeTree(all), labels);
        const fitting = Object.entries(matchers)
          .filter(([, asked]) =>
            Object.entries(asked).every(([name, values]) =>
              values.split(/, ?/).includes(labels[name as "team"]),
            ),
          )
          .map(([name]) => name)
          .sort();
        const muted = labels.severity === "none" ? [] : fitting;
        const ends = endsOf(tree, labels);
        expect(ends.map(({ receiver }) => receiver.name)).toEqual(
          plain.map(({ receiver }) => receiver.name),
        );
        expect(ends.map(({ pace }) => pace)).toEqual(plain.map(({ pace }) => pace));
        for (const end of ends) expect(end.windows).toEqual(muted);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves no route that nothing reaches, however windows overlap", () => {
    fc.assert(
      fc.property(some, (matchers) => {
        expect(unreachable(routeTree(all, windows(matchers)), known)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("hours", () => {
  it("hold back warnings, never what is urgent, unforeseen or the heartbeat", () => {
    const tree = routeTree(
      { ...all, hours: { times: "09:00-17:00" } },
      windows({ a: { host: "x" } }),
    );
    const held = allRoutes(tree).filter(({ withinHours }) => withinHours);
    expect(held.length).toBeGreaterThan(3);
    for (const { matchers } of held) {
      expect(matchers).toContainEqual(is("severity", "warning", "info"));
    }
    expect(tree.withinHours).toBe(false);
  });
});

describe("a route that nothing reaches", () => {
  const route = (matchers: Route["matchers"], routes: Route[] = [], goesOn = false): Route => ({
    matchers,
    receiver: nobody,
    pace: catchAll.pace,
    goesOn,
    withinHours: false,
    windows: [],
    routes,
  });
  const found = (...routes: Route[]): string[] =>
    unreachable(route([], routes), known).map(({ matchers }) =>
      matchers.map(renderMatcher).join(" "),
    );

  it.each<[string, Route[], string[]]>([
    ["asks for a value there is not", [route([is("team", "dbaa")])], ['team="dbaa"']],
    [
      "contradicts what it is part of",
      [route([is("team", "dba")], [route([is("team", "sre")])])],
      ['team="dba" team="sre"'],
    ],
    [
      "comes after one that takes all",
      [route([present("env")]), route([is("env", "prod")])],
      ['env="prod"'],
    ],
    [
      "comes after several that together take all",
      [route([is("host", "a")]), route([isNot("host", "a")]), route([is("team", "dba")])],
      ['team="dba"'],
    ],
    [
      "would be reached but for a value nobody foresaw",
      [route([is("severity", ...severities)]), route([isNot("severity", "none")])],
      [],
    ],
    [
      "comes after one that goes on",
      [route([is("team", "dba")], [], true), route([is("team", "dba")])],
      [],
    ],
    ["asks for a value of a label that may have any", [route([is("host", "web-1")])], []],
  ])("%s", (_name, routes, expected) => {
    expect(found(...routes)).toEqual(expected);
  });

  it("is not in the tree of any stack", () => {
    for (const receivers of [all, {}, { channels: { webhook: channels.webhook } }]) {
      expect(unreachable(routeTree(receivers), known)).toEqual([]);
    }
  });
});
