import { isOwn } from "../../core/own.ts";
import { quarantined } from "../../core/quarantined.ts";
import { minute, start } from "../examples.ts";

const poison = (severity: string | undefined, why = "startsAt is not a time") => ({
  why,
  raw: JSON.stringify({ labels: { alertname: "DiskFull", severity } }),
});
const hour = 60 * minute;
const now = Math.ceil(start / hour) * hour;

test.each([
  ["emergency", "emergency"],
  ["page", "critical"],
  ["warning", "warning"],
  ["info", "warning"],
  ["bananas", "critical"],
  [undefined, "critical"],
])("an alert of severity %s that is put aside is told as %s", (severity, told) => {
  const [alert, ...more] = quarantined([poison(severity)], now);
  expect(more).toEqual([]);
  expect(alert?.labels["severity"]).toBe(told);
  expect(alert?.annotations["summary"]).toContain("DiskFull could not be read");
  expect(isOwn(alert?.fingerprint ?? "")).toBe(true);
});

test("the same mistake is the same alert for an hour, another one is another", () => {
  const [one] = quarantined([poison("emergency"), poison("emergency")], now);
  expect(quarantined([poison("emergency")], now + hour - 1)).toEqual([one]);
  expect(quarantined([poison("emergency")], now + hour)[0]?.startsAt).toBe(now + hour);
  const names = quarantined([poison("emergency"), poison("warning"), poison("page", "odd")], now);
  expect(new Set(names.map(({ fingerprint }) => fingerprint)).size).toBe(3);
  expect(quarantined([], now)).toEqual([]);
});
