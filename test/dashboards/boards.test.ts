import { parser } from "@prometheus-io/lezer-promql";
import { boards, renderBoards } from "../../dashboards/index.ts";
import { allAlerts, groups, thresholdNames } from "../../rules/index.ts";
import { boardUids } from "../../rules/lib/boards.ts";
import { plainOptions, renderRuleFile } from "../../rules/lib/rule-file.ts";

interface PanelJson {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string };
  fieldConfig?: {
    defaults: { unit?: string; thresholds?: { steps: { value: number | null }[] } };
    overrides: { matcher: { id: string; options: string }; properties: { value: unknown }[] }[];
  };
  targets?: { expr: string; refId: string; legendFormat: string }[];
}

interface BoardJson {
  uid: string;
  title: string;
  description: string;
  editable: boolean;
  panels: PanelJson[];
  templating: { list: { name: string }[] };
}

const rendered = (thresholds = {}, instances = {}): BoardJson[] =>
  Object.values(renderBoards({ thresholds, instances })).map(
    (json) => JSON.parse(json) as BoardJson,
  );

/** Two instances have thresholds of their own for everything that has one. */
const every = Object.fromEntries(thresholdNames().map((name) => [name, 0.5]));
const withOwn = rendered({}, { "db-1:9100": every, "db-2:9100": every });

describe.each([
  ...rendered().map((board) => [board.title, board] as const),
  ...withOwn.map((board) => [`${board.title}, with thresholds of instances`, board] as const),
])("%s", (_title, board) => {
  const panels = board.panels.filter(({ type }) => type !== "row");

  it("has a fixed uid and is not editable by hand", () => {
    expect(board.uid).toMatch(/^vigil-[a-z-]{1,34}$/);
    expect(board.editable).toBe(false);
    expect(board.description).toMatch(/\?$/);
  });

  it("numbers its panels in reading order", () => {
    expect(board.panels.map(({ id }) => id)).toEqual(
      board.panels.map((_panel, index) => index + 1),
    );
  });

  it("describes each panel and gives it a unit and a data source by variable", () => {
    for (const { datasource, description, fieldConfig } of panels) {
      expect(description).toMatch(/\.$/);
      expect(fieldConfig?.defaults.unit).toMatch(/\w/);
      expect(datasource?.uid).toBe("${datasource}");
    }
  });

  it("lays nothing over anything else and nothing beyond the edge", () => {
    const cells = new Set<string>();
    for (const { gridPos } of board.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x},${y}`)).toBe(false);
          cells.add(`${x},${y}`);
        }
      }
    }
  });

  it("asks PromQL that parses and heeds every variable", () => {
    const names = board.templating.list
      .map(({ name }) => name)
      .filter((name) => name !== "datasource");
    for (const { expr } of panels.flatMap(({ targets }) => targets ?? [])) {
      for (const name of names) expect(expr).toContain(`"$${name}"`);
      const errors: number[] = [];
      parser.parse(expr.replaceAll("$__rate_interval", "5m")).iterate({
        enter: (node) => {
          if (node.type.isError) errors.push(node.from);
        },
      });
      expect(errors).toEqual([]);
    }
  });
});

describe("boards", () => {
  it("are rendered, every one", () => {
    expect(Object.keys(renderBoards({ thresholds: {}, instances: {} }))).toEqual(
      boards.map(({ uid }) => uid),
    );
  });

  it("draw the threshold that the alert of this stack has", () => {
    const steps = (thresholds: Record<string, number>): (number | null)[] =>
      rendered(thresholds)
        .flatMap(({ panels }) => panels)
        .filter(({ title }) => title === "CPU used")
        .flatMap(
          ({ fieldConfig }) =>
            fieldConfig?.defaults.thresholds?.steps.map(({ value }) => value) ?? [],
        );
    const alert = allAlerts().find(({ name }) => name === "HostCpuHigh");
    expect(steps({})).toContain(alert?.threshold?.value);
    expect(steps({ HostCpuHigh: 0.5 })).toEqual([null, 0.5, null, 0.5]);
  });
});

describe("a threshold of one instance", () => {
  const instances = { "db-2:9100": { HostCpuHigh: 0.9 }, "db-1:9100": { HostCpuHigh: 0.99 } };
  const panels = rendered({}, instances).flatMap((board) => board.panels);
  const [number, lines] = ["stat", "timeseries"].map((wanted) =>
    panels.find(({ title, type }) => title === "CPU used" && type === wanted),
  );
  const asked = (panel: PanelJson | undefined) =>
    Object.fromEntries((panel?.targets ?? []).map(({ expr, refId }) => [refId, expr]));

  it("colours the number of that instance alone", () => {
    const queries = asked(number);
    expect(Object.keys(queries)).toEqual(["A", "db-1:9100", "db-2:9100"]);
    expect(queries["A"]).toContain('host=~"$host",instance!~"db-1:9100|db-2:9100"');
    expect(queries["db-1:9100"]).toContain('host=~"$host",instance="db-1:9100"');
    expect(number?.fieldConfig?.overrides).toEqual(
      [
        ["db-1:9100", 0.99],
        ["db-2:9100", 0.9],
      ].map(([instance, value]) => ({
        matcher: { id: "byFrameRefID", options: instance },
        properties: [
          {
            id: "thresholds",
            value: {
              mode: "absolute",
              steps: [
                { value: null, color: "green" },
                { value, color: "red" },
              ],
            },
          },
        ],
      })),
    );
  });

  it("is a line of its own beside those of all instances", () => {
    const queries = asked(lines);
    expect(queries["A"]).not.toContain("instance");
    expect(queries["db-1:9100"]).toMatch(
      /^clamp\(max\(.*host=~"\$host",instance="db-1:9100".*\), 0\.99, 0\.99\)$/,
    );
    expect(lines?.targets?.map(({ legendFormat }) => legendFormat)).toEqual([
      "{{host}}",
      "Threshold of db-1:9100",
      "Threshold of db-2:9100",
    ]);
  });

  it("is that of the rule, at the same value, for the same instances", () => {
    const group = groups.find(({ name }) => name === "host-cpu");
    const alert = allAlerts().find(({ name }) => name === "HostCpuHigh");
    if (group === undefined || alert === undefined) throw new Error("no HostCpuHigh");
    const rules = renderRuleFile(group, { ...plainOptions, instances }, [alert]);
    const ruled = [...rules.matchAll(/expr: (.*) > ([\d.]+)$/gm)].map(([, expr, value]) => [
      expr,
      Number(value),
    ]);
    const plain = (expr = "") =>
      expr.replaceAll("$__rate_interval", "5m").replaceAll(/host=~"\$host",?/g, "");
    const { A: rest, ...own } = asked(number);
    expect(ruled).toEqual([
      [plain(rest), alert.threshold?.value],
      [plain(own["db-1:9100"]), 0.99],
      [plain(own["db-2:9100"]), 0.9],
    ]);
  });

  it("changes no panel of another alert", () => {
    const others = (boards: BoardJson[]) =>
      boards.flatMap((board) => board.panels).filter(({ title }) => title !== "CPU used");
    expect(others(rendered({}, instances))).toEqual(others(rendered()));
  });
});

describe("links from alerts", () => {
  it("lead to boards there are", () => {
    const uids = boards.map(({ uid }) => uid);
    expect([...boardUids].sort()).toEqual([...uids].sort());
  });

  it("choose what the board can choose by, with labels that the alert has", () => {
    const known = new Map(
      boards.map(({ uid, variables }) => [uid, variables.map(({ name }) => name)]),
    );
    const wrong = allAlerts().flatMap(({ board, fires, name, target }) => {
      const labels: Record<string, string> = { ...target, ...fires.labels };
      return board.variables
        .filter((one) => !known.get(board.uid)?.includes(one) || !labels[one])
        .map((one) => `${name}: ${one}`);
    });
    expect(wrong).toEqual([]);
  });
});
