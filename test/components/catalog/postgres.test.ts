import { lacksOf } from "../../../components/alert-lacks.ts";
import { readConfig } from "../../../components/config.ts";
import type { RawConfig } from "../../../components/config/parse.ts";
import { Monitoring } from "../../../components/monitoring.ts";
import { isSecret, plain, record, stackConfig } from "../../kit/harness.ts";
import { makersOf } from "../../kit/makers.ts";
import { parseConfig } from "../../kit/parse.ts";
import { planWith } from "../../kit/plan.ts";

const password = "a-word-that-nobody-guesses";
const shop = { address: "db-1.example.com:5432", password };
const standby = { address: "db-2.example.com:5433", port: 9188, statements: true };

const raw = (postgres: object): RawConfig => {
  const { secretKeys, values } = stackConfig("local");
  return {
    secretKeys: new Set([...secretKeys, "postgres"]),
    values: { ...values, postgres: JSON.stringify(postgres) },
  };
};

const mistakes = (postgres: object): string[] =>
  (parseConfig(raw(postgres), new Date(0)).problems ?? []).map(
    ({ fix, path, reason }) => `${path} ${reason} | ${fix}`,
  );

it("has an exporter for each server, which is named after it and scraped as it", () => {
  const { deployments, jobs } = planWith({
    postgres: { instances: { shop: { address: shop.address }, standby } },
  });
  const mine = deployments.filter(({ service }) => service.name === "postgres");
  expect(mine.map(({ name, place }) => [name, place?.address])).toEqual([
    ["postgres-shop", "127.0.0.1:9187"],
    ["postgres-standby", "127.0.0.1:9188"],
  ]);
  expect(mine.map(({ args }) => args().includes("--collector.stat_statements"))).toEqual([
    false,
    true,
  ]);
  expect(jobs.find(({ name }) => name === "postgres")?.targets).toEqual([
    {
      address: "127.0.0.1:9187",
      labels: { host: "db-1.example.com", instance: "db-1.example.com:5432" },
    },
    {
      address: "127.0.0.1:9188",
      labels: { host: "db-2.example.com", instance: "db-2.example.com:5433" },
    },
  ]);
});

it("keeps the password in a file, and says the rest where everybody may read it", async () => {
  const values = raw({ instances: { shop: { ...shop, database: "a&b" }, standby } });
  const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  const makers = await makersOf(values);
  const run = await record("local", values, async () => {
    new Monitoring("monitoring", {
      config: await readConfig(),
      makers,
      absent: new Set(["grafana"]),
    });
  });
  warn.mockRestore();
  const { inputs } = run.find("vigil:index:Process", "postgres-shop");
  const { args, env, files } = plain(inputs) as {
    args: string[];
    env: Record<string, string>;
    files: Record<string, string>;
  };
  expect(files["secrets/password"]).toBe(password);
  expect(JSON.stringify([args, env])).not.toContain(password);
  expect(isSecret(inputs["files"])).toBe(true);
  expect(env["DATA_SOURCE_USER"]).toBe("vigil");
  expect(env["DATA_SOURCE_PASS_FILE"]).toMatch(/\/postgres-shop\/secrets\/password$/);
  const uri = new URL(`postgresql://${env["DATA_SOURCE_URI"] ?? ""}`);
  expect([uri.host, uri.pathname]).toEqual(["db-1.example.com:5432", "/a%26b"]);
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({
    lock_timeout: "1000",
    sslmode: "require",
  });
  const open = plain(run.find("vigil:index:Process", "postgres-standby").inputs) as typeof inputs;
  expect(JSON.stringify(open)).not.toMatch(/PASS_FILE|secrets\/password/);
});

it.each([
  [
    "two exporters on one port",
    { instances: { shop, standby: { address: standby.address } } },
    /instances\.standby\.port is 9187, which .*\.shop\.port already uses \| .*standby\.port/,
  ],
  [
    "a password that the exporter would misread",
    { instances: { shop: { ...shop, password: "a word" } } },
    /instances\.shop\.password .*space/,
  ],
  [
    "a name of a database with a space",
    { instances: { shop: { ...shop, database: "my shop" } } },
    /instances\.shop\.database .*space/,
  ],
  [
    "a way of TLS that there is not",
    { instances: { shop: { ...shop, sslmode: "prefer" } } },
    /instances\.shop\.sslmode .*verify-full/,
  ],
])("%s is refused", (_what, settings, expected) => {
  const found = mistakes(settings);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(expected);
});

it("alerts on statements are loaded where statements are read", () => {
  const lacking = (instances: object): string | undefined => {
    const { config } = parseConfig(raw({ instances }), new Date(0));
    return config && lacksOf(config, { platform: "linux" })["statement statistics"];
  };
  expect(lacking({ shop })).toMatch(/statements is not set/);
  expect(lacking({ shop, standby })).toBeUndefined();
});
