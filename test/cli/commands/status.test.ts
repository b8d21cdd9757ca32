import { inOrder, nothingFires, spelledTime } from "../../../cli/commands/status.ts";

const alert = (severity: string, startsAt: string) => ({
  labels: { severity },
  annotations: {},
  startsAt,
  status: { state: "active" },
});

test("what fires is shown worst first, then oldest first", () => {
  const alerts = [
    alert("info", "2026-01-01T00:00:00Z"),
    alert("warning", "2026-01-02T00:00:00Z"),
    alert("critical", "2026-01-04T00:00:00Z"),
    alert("critical", "2026-01-03T00:00:00Z"),
    alert("emergency", "2026-01-05T00:00:00Z"),
  ];
  expect(inOrder(alerts).map(({ startsAt }) => startsAt.slice(8, 10))).toEqual([
    "05",
    "03",
    "04",
    "02",
    "01",
  ]);
});

test("times are told to the second", () => {
  expect(spelledTime("2026-11-28T01:02:03.456Z")).toBe("2026-11-28 01:02:03 UTC");
  expect(spelledTime("2026-11-28T02:02:03.456+01:00")).toBe("2026-11-28 01:02:03 UTC");
});

test("that nothing fires is said of an estate that was looked at", () => {
  const target = { job: "node", instance: "vm:9100", why: "" };
  const said = (state: "silent" | "starting" | "up") => nothingFires([{ ...target, state }]);
  expect(said("up")).toBe("Nothing is firing.");
  expect(said("starting")).toMatch(/yet; make verify/);
});
