import { ownFingerprint } from "../../core/own.ts";
import fc from "fast-check";
import { parsePayload, PayloadError } from "../../core/payload.ts";

const firing = {
  status: "firing",
  labels: { alertname: "DiskFull", severity: "critical" },
  annotations: { summary: "full" },
  startsAt: "2026-11-21T08:00:00.123Z",
  endsAt: "0001-01-01T00:00:00Z",
  generatorURL: "https://prometheus.example.com/graph",
  fingerprint: "a1b2c3d4e5f60718",
};

describe("a message", () => {
  test("is read, the end of what fires being none", () => {
    expect(parsePayload({ version: "4", alerts: [firing] })).toEqual({
      alerts: [
        {
          fingerprint: "a1b2c3d4e5f60718",
          resolved: false,
          startsAt: Date.parse(firing.startsAt),
          endsAt: null,
          labels: firing.labels,
          annotations: { ...firing.annotations, generator_url: firing.generatorURL },
        },
      ],
      poison: [],
    });
  });

  test("tells when it ended, with or without a time", () => {
    const endsAt = "2026-11-21T08:05:00Z";
    const ended = { ...firing, status: "resolved", endsAt };
    const others = [undefined, "0001-01-01T00:00:00Z", "2026-11-21T07:59:00Z"];
    const { alerts } = parsePayload({
      alerts: [ended, ...others.map((other) => ({ ...ended, endsAt: other }))],
    });
    const begun = Date.parse(firing.startsAt);
    expect(alerts.map((one) => one.endsAt)).toEqual([Date.parse(endsAt), begun, begun, begun]);
  });

  test("may say more than is known today", () => {
    const later = { ...firing, routeLabels: {}, notification_reason: "first" };
    expect(parsePayload({ alerts: [later], version: "5", routeLabels: {} }).alerts).toHaveLength(1);
  });

  test("without a fingerprint gets one of its labels, whatever their order", () => {
    const rest = { ...firing, fingerprint: undefined };
    const turned = { ...rest, labels: { severity: "critical", alertname: "DiskFull" } };
    const other = { ...rest, labels: { alertname: "DiskFull" } };
    const prints = parsePayload({ alerts: [rest, turned, other] }).alerts;
    expect(prints[0]?.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    expect(prints[0]?.fingerprint).toBe(prints[1]?.fingerprint);
    expect(prints[0]?.fingerprint).not.toBe(prints[2]?.fingerprint);
  });

  test.each([
    ["no object", 7],
    ["null", null],
    ["another status", { ...firing, status: "odd" }],
    ["no labels", { ...firing, labels: undefined }],
    ["labels that are not texts", { ...firing, labels: { alertname: { a: 7 } } }],
    ["labels in a list", { ...firing, labels: ["alertname"] }],
    ["an invalid time", { ...firing, startsAt: "yesterday" }],
  ])("keeps the rest where an alert is %s", (_, bad) => {
    const { alerts, poison } = parsePayload({ alerts: [bad, firing] });
    expect(alerts).toHaveLength(1);
    expect(poison).toHaveLength(1);
    expect(poison[0]?.why).not.toBe("");
    expect(poison[0]?.raw).toBe(JSON.stringify(bad).slice(0, 16_384));
  });

  test("shortens what is too long or too much, and says so", () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`l${n}`, ""]));
    const labels = { ...many, ["n".repeat(2_000)]: "x", number: 7, severity: "emergency" };
    const annotations = { summary: "x".repeat(16_385), description: "fine" };
    const { alerts, poison } = parsePayload({ alerts: [{ ...firing, annotations, labels }] });
    expect(poison).toEqual([]);
    const [alert] = alerts;
    expect(Object.keys(alert?.labels ?? {})).toHaveLength(100);
    expect(alert?.labels["severity"]).toBe("emergency");
    expect(alert?.annotations["summary"]).toBe(`${"x".repeat(16_383)}…`);
    expect(alert?.annotations["description"]).toBe("fine");
    expect(alert?.annotations["cut"]).toMatch(/shortened or left out: .*l100.*, summary$/);
  });

  test("takes no fingerprint that could be anything", () => {
    for (const fingerprint of ["../etc", ownFingerprint("x"), "A".repeat(16), 7]) {
      const { alerts } = parsePayload({ alerts: [{ ...firing, fingerprint }] });
      expect(alerts[0]?.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  test("has no label that is nothing, and is the same alert without it", () => {
    const bare = { ...firing, fingerprint: undefined };
    const [one, other] = [{ ...firing.labels, pod: null }, firing.labels].map(
      (labels) => parsePayload({ alerts: [{ ...bare, labels }] }).alerts[0],
    );
    expect(one).toEqual(other);
  });

  test.each([
    ["annotations", null],
    ["annotations", ["summary"]],
    ["endsAt", null],
    ["endsAt", ""],
    ["endsAt", 0],
    ["generatorURL", null],
    ["fingerprint", null],
  ])("is taken in where %s, on which nothing depends, is %j", (name, value) => {
    for (const status of ["firing", "resolved"]) {
      const { alerts, poison } = parsePayload({ alerts: [{ ...firing, status, [name]: value }] });
      expect(poison).toEqual([]);
      expect(alerts).toMatchObject([{ resolved: status === "resolved" }]);
    }
  });

  test("reports what Alertmanager left out", () => {
    const { alerts, poison } = parsePayload({ alerts: [firing], truncatedAlerts: 12 });
    expect(alerts).toHaveLength(1);
    expect(poison).toMatchObject([{ raw: expect.stringContaining("12") as string }]);
  });

  test("keeps the rest where an alert is nested deeper than can be written", () => {
    const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) as unknown;
    const { alerts, poison } = parsePayload({ alerts: [deep, firing] });
    expect([alerts.length, poison.length]).toEqual([1, 1]);
  });

  test.each([null, 7, {}, { alerts: {} }, []])("is none: %j", (body) => {
    expect(() => parsePayload(body)).toThrow(PayloadError);
  });

  test("has no texts that a database refuses", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })),
        (texts) => {
          const { alerts } = parsePayload({
            alerts: [{ ...firing, labels: texts, annotations: texts }],
          });
          for (const one of alerts) {
            const all = [...Object.entries(one.labels), ...Object.entries(one.annotations)].flat();
            expect(all.every((text) => text.isWellFormed() && !text.includes("\0"))).toBe(true);
          }
        },
      ),
    );
    const [one] = parsePayload({ alerts: [{ ...firing, labels: { a: "x\0y\ud800" } }] }).alerts;
    expect(one?.labels["a"]).toBe("x\ufffdy\ufffd");
  });

  test("takes names of what every object has for labels like others", () => {
    const labels = JSON.parse('{"__proto__":"a","constructor":"b","alertname":"X"}') as object;
    const [one] = parsePayload({ alerts: [{ ...firing, labels }] }).alerts;
    expect(Object.entries(one?.labels ?? {})).toHaveLength(3);
    expect(({} as Record<string, unknown>)["alertname"]).toBeUndefined();
  });
});
