import { catalogueFor } from "../../../components/config/catalogue.ts";
import { parseConfig } from "../../../components/config/parse.ts";
import { groups } from "../../../rules/index.ts";

const now = new Date("2026-06-01T00:00:00Z");
const raw = (more: Readonly<Record<string, string>> = {}) => ({
  values: { environment: "dev", target: "local", ...more },
  secretKeys: new Set<string>(),
});

describe("the catalogue of alerts", () => {
  it("is not loaded for a stack that names none of it", async () => {
    const catalogue = await catalogueFor(raw());
    expect(catalogue).toBeUndefined();
    expect(parseConfig(raw(), now, catalogue).config?.rules.off).toEqual({});
  });

  it.each([
    ["rules", '{"thresholds":{"HostCpuHihg":1}}', "vigil:rules.thresholds.HostCpuHihg"],
    [
      "maintenance",
      '{"backup":{"times":"02:00-04:00","matchers":{"alertname":"HostCpuHihg"}}}',
      "vigil:maintenance.backup.matchers.alertname",
    ],
  ])("is loaded for what vigil:%s names, which is held against it", async (key, text, path) => {
    const named = raw({ [key]: text });
    const catalogue = await catalogueFor(named);
    expect(catalogue).toBe(groups);
    expect(parseConfig(named, now, catalogue).problems).toMatchObject([{ path }]);
    expect(() => parseConfig(named, now, undefined)).toThrow("was not loaded");
  });
});
