import { allAlerts } from "../../../rules/index.ts";
import { type AlertClass, cycles, mayInhibit } from "../../../rules/lib/alertmanager/cycles.ts";
import { is, present } from "../../../rules/lib/alertmanager/matcher.ts";
import { inhibitions, objectLabels } from "../../../rules/routing/inhibitions.ts";
import type { Inhibition } from "../../../rules/routing/leads.ts";
import { classesOf, objectOf } from "./classes.ts";

const alert = (
  name: string,
  fixed: Record<string, string> = {},
  open: string[] = [],
): AlertClass => ({
  fixed: { alertname: name, ...fixed },
  open: new Set(open),
});

const silences = (by: string, target: string, equal: string[] = []): Inhibition => ({
  name: `${by} silences ${target}`,
  source: [is("alertname", by)],
  target: [is("alertname", target)],
  equal,
});

describe("cycles", () => {
  const alerts = { A: alert("A"), B: alert("B"), C: alert("C") };
  it("are found once each, whatever their length", () => {
    const rules = [silences("B", "C"), silences("C", "A"), silences("A", "B"), silences("C", "C")];
    expect(cycles(rules, alerts)).toEqual([["A", "B", "C"], ["C"]]);
  });
  it("are none where the edges point one way", () => {
    expect(cycles([silences("A", "B"), silences("B", "C"), silences("A", "C")], alerts)).toEqual(
      [],
    );
  });
  it("need alerts that can be about the same thing", () => {
    const there = [silences("A", "B", ["host"]), silences("B", "A", ["host"])];
    expect(cycles(there, { A: alert("A", {}, ["host"]), B: alert("B") })).toEqual([]);
    expect(cycles(there, { A: alert("A", { host: "x" }), B: alert("B", { host: "y" }) })).toEqual(
      [],
    );
    const both = { A: alert("A", {}, ["host"]), B: alert("B", { host: "x" }) };
    expect(cycles(there, both)).toEqual([["A", "B"]]);
  });
  it("of a real mistake are found: a host's own emergency silencing its HostDown", () => {
    const family = { family: "HostDown", service: "host" };
    const found = cycles(inhibitions, {
      HostDown: alert("HostDown", { ...family, severity: "critical" }, ["host", "instance"]),
      HostGone: alert("HostGone", { ...family, severity: "emergency" }, ["host", "instance"]),
    });
    expect(found).toEqual([["HostDown", "HostGone"]]);
  });
});

describe("the inhibitions", () => {
  const alerts = allAlerts();
  const classes = classesOf(alerts);

  it("have no cycle over the catalogue, and no alert silences itself", () => {
    expect(cycles(inhibitions, classes)).toEqual([]);
  });

  it("of InfoInhibitor, a service and a node that are down have no cycle either", () => {
    const critical = { severity: "critical", service: "s" };
    const onNode = ["env", "host", "instance", "node"];
    const everywhere = [...onNode, "pod"];
    expect(
      cycles(inhibitions, {
        ...classes,
        InfoInhibitor: alert("InfoInhibitor", { severity: "none" }, ["env", "instance"]),
        SomeInfo: alert("SomeInfo", { severity: "info", service: "s" }, everywhere),
        SDown: alert("SDown", { ...critical, down: "true" }, ["env", "host", "instance"]),
        KubeNodeNotReady: alert("KubeNodeNotReady", { ...critical, scope: "node" }, onNode),
        PodDown: alert("PodDown", { ...critical, scope: "pod", down: "true" }, everywhere),
        PodSlow: alert("PodSlow", { ...critical, scope: "pod" }, everywhere),
      }),
    ).toEqual([]);
  });

  it("silence something: HostDown what is on the host, but not the Watchdog", () => {
    const targets = (by: string): string[] =>
      Object.keys(classes).filter((name) =>
        inhibitions.some((rule) => {
          const [source, target] = [classes[by], classes[name]];
          return source && target && mayInhibit(rule, source, target);
        }),
      );
    expect(targets("HostDown")).toContain("HostCpuHigh");
    expect(targets("HostDown")).not.toContain("Watchdog");
    expect(targets("HostCpuHigh")).not.toContain("HostDown");
  });

  it("never let one alert be both sides of a rule", () => {
    for (const { name, source, target } of inhibitions) {
      const apart = source.some((one) =>
        target.some(
          (other) =>
            one.label === other.label &&
            "in" in one &&
            ("in" in other
              ? !one.in.some((value) => other.in.includes(value))
              : one.in.every((value) => other.notIn.includes(value))),
        ),
      );
      expect([name, apart]).toEqual([name, true]);
    }
  });

  /** Labels of whole things, equal already, and one that follows from the mount point. */
  const whole = new Set(["env", "host", "instance", "job", "fstype"]);
  it("compare every label by which alerts of one family tell objects apart", () => {
    const severitiesOf = (family: string): Set<string> =>
      new Set(alerts.filter((one) => one.family === family).map(({ severity }) => severity));
    const forgotten = alerts
      .filter(({ family }) => severitiesOf(family).size > 1)
      .flatMap((one) =>
        Object.keys(objectOf(one))
          .filter((label) => !whole.has(label) && !objectLabels.some((known) => known === label))
          .map((label) => `${one.name}: ${label}`),
      );
    expect(forgotten).toEqual([]);
  });

  it("ask for the presence of what only some alerts have, since missing equals missing", () => {
    const optional = inhibitions.filter(({ equal, source }) => {
      const asked = source.map((one) => one.label);
      return !equal.some((label) => asked.includes(label) || label === "alertname");
    });
    // InfoInhibitor alone is about alerts without an instance, too: it is computed for them.
    expect(optional.map(({ name }) => name)).toEqual([
      "info is sent only alongside something worse",
    ]);
    expect(inhibitions.flatMap(({ source }) => source)).toContainEqual(present("host"));
  });
});
