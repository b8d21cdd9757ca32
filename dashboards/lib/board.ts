/* eslint-disable @typescript-eslint/no-deprecated --
   The classic model is what Grafana's provider takes as a Dashboard; it rejects the new one. */
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  QueryVariableBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dialect, Matchers } from "../../rules/lib/signal.ts";
import type { BoardOptions, Panel } from "./panels.ts";
import { datasourceUid } from "./theme.ts";

/** A choice at the top of a board, filled from the values of a label. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** `label_values(up{job="node"}, host)` */
  readonly query: string;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A board as its author writes it. */
export interface BoardDefinition {
  /** At most 40 characters, never changed: links and bookmarks use it. */
  readonly uid: string;
  readonly title: string;
  /** The one question it answers. */
  readonly description: string;
  readonly tags: readonly string[];
  /** Each becomes a matcher of every query: `host=~"$host"`. */
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

const datasource = { type: "prometheus", uid: "${datasource}" };

function dialectOf(variables: readonly Variable[]): Dialect {
  const matchers: Matchers = Object.fromEntries(
    variables.map(({ name }) => [name, new RegExp(`$${name}`)]),
  );
  return { range: "$__rate_interval", matchers };
}

function addVariables(builder: DashboardBuilder, variables: readonly Variable[]): void {
  builder.withVariable(
    new DatasourceVariableBuilder("datasource")
      .label("Data source")
      .type("prometheus")
      .current({ text: "Prometheus", value: datasourceUid.prometheus, selected: true }),
  );
  for (const { label, name, query } of variables) {
    builder.withVariable(
      new QueryVariableBuilder(name)
        .label(label)
        .query(query)
        .datasource(datasource)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue(".+"),
    );
  }
}

/** The dashboard of a definition, with panels numbered in reading order. */
export function buildBoard(board: BoardDefinition, options: BoardOptions): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .id(null)
    .uid(board.uid)
    .description(board.description)
    .tags(["vigil", ...board.tags])
    .readonly()
    .timezone("browser")
    .time({ from: "now-6h", to: "now" })
    .refresh("1m")
    .tooltip(DashboardCursorSync.Crosshair);
  addVariables(builder, board.variables);
  const context = { dialect: dialectOf(board.variables), ...options };
  let id = 0;
  for (const row of board.rows) {
    builder.withRow(new RowBuilder(row.title).id(++id));
    for (const panel of row.panels) {
      const built = panel.build(++id, context).build();
      const placed = {
        ...built,
        datasource,
        gridPos: { x: 0, y: 0, w: panel.width, h: panel.height },
      };
      builder.withPanel({ build: () => placed });
    }
  }
  return builder.build();
}
