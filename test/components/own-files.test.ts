import { parse } from "yaml";
import { parseConfig } from "../kit/parse.ts";
import type { Config } from "../../components/config/schema.ts";
import { readOwnFiles } from "../../components/own-files.ts";
import { planWhole } from "../kit/plan.ts";
import { localTarget } from "../../components/targets/local/index.ts";
import { stackConfig, textOf } from "../kit/harness.ts";
import { inspect, withFiles } from "../kit/inspect.ts";

const good = "groups:\n  - name: mine\n    rules: []\n";
const scrapes =
  "scrape_configs:\n  - job_name: shop\n    static_configs: [{ targets: [shop:80] }]\n";
const board = JSON.stringify({ title: "Shop", uid: "shop", panels: [] });

interface Named {
  readonly rules?: Record<string, string>;
  readonly scrapes?: Record<string, string>;
  readonly boards?: Record<string, string>;
}

function configOf({ rules = {}, scrapes: files = {}, boards = {} }: Named): Config {
  const base = stackConfig("local");
  const more = { rules: { extra: rules }, prometheus: { scrapes: files }, grafana: { boards } };
  const texts = Object.entries(more).map(([key, value]) => [key, JSON.stringify(value)] as const);
  const values = { ...base.values, ...Object.fromEntries(texts) };
  const { config, problems } = parseConfig({ ...base, values }, new Date());
  if (config) return config;
  throw new Error(JSON.stringify(problems));
}

describe("files of a stack's own", () => {
  it("are read by name", () => {
    withFiles({ "rules/mine.yml": good, "shop.yml": scrapes, "shop.json": board }, (root) => {
      const config = configOf({
        rules: { mine: "rules/mine.yml" },
        scrapes: { shop: "shop.yml" },
        boards: { shop: "shop.json" },
      });
      expect(readOwnFiles(config, root)).toEqual({
        texts: { rules: { mine: good }, scrapes: { shop: scrapes }, boards: { shop: board } },
        problems: [],
      });
    });
  });

  it("are complained about all at once", () => {
    const files = { "empty.yml": "", "broken.yml": "groups: [", "list.yml": "- a" };
    withFiles({ ...files, "ours.json": board.replace("shop", "vigil-host") }, (root) => {
      const { problems, texts } = readOwnFiles(
        configOf({
          rules: { a: "nowhere.yml", b: "empty.yml", c: "broken.yml", d: "list.yml" },
          scrapes: { e: "list.yml" },
          boards: { f: "broken.yml", g: "ours.json" },
        }),
        root,
      );
      expect(texts).toEqual({ rules: {}, scrapes: {}, boards: {} });
      expect(problems).toEqual([
        {
          path: "vigil:rules.extra.a",
          reason: "nowhere.yml is not there",
          fix: "./vigil pulumi config rm --path 'vigil:rules.extra.a'",
        },
        expect.objectContaining({ reason: expect.stringContaining("holds no rules") as string }),
        expect.objectContaining({
          path: "vigil:rules.extra.c",
          reason: expect.stringMatching(/^broken\.yml .*at line 2, column 1/) as string,
        }),
        expect.objectContaining({ reason: expect.stringContaining("holds no rules") as string }),
        expect.objectContaining({
          path: "vigil:prometheus.scrapes.e",
          reason: expect.stringContaining("holds no scrape configurations") as string,
        }),
        expect.objectContaining({ path: "vigil:grafana.boards.f" }),
        expect.objectContaining({
          path: "vigil:grafana.boards.g",
          reason: expect.stringContaining("vigil-host") as string,
        }),
      ]);
    });
  });

  it("are part of what is planned, and promtool accepts them", () => {
    const own = { rules: { mine: good }, scrapes: { shop: scrapes }, boards: { shop: board } };
    const plan = planWhole(configOf({}), { core: localTarget("local") }, own);
    expect(plan.boards["shop"]).toBe(board);
    const text = textOf(plan, "prometheus.yml");
    expect(parse(text)).toMatchObject({ scrape_config_files: ["scrapes/shop.yml"] });
    const files = {
      "prometheus.yml": text,
      ...plan.rules,
      ...plan.scrapes,
      "rules/certificates.yml": "groups: []\n",
      "ca.crt": "",
      "client.crt": "",
      "client.key": "",
      "secrets/grafana": "x",
      "secrets/processor": "x",
      "secrets/prometheus": "x",
    };
    expect(inspect(files, "promtool", "check", "config", "prometheus.yml")).toContain("SUCCESS");
    const twice = { ...files, "scrapes/shop.yml": scrapes.replace("shop\n", "node\n") };
    expect(() => inspect(twice, "promtool", "check", "config", "prometheus.yml")).toThrow(/node/);
  });
});
