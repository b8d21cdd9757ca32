import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { GraphThresholdsStyleConfigBuilder } from "@grafana/grafana-foundation-sdk/common";
import {
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
} from "@grafana/grafana-foundation-sdk/common";
import type { Panel as PanelJson, Threshold } from "@grafana/grafana-foundation-sdk/dashboard";
import { ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Alert } from "../../rules/lib/alert.ts";
import { type Dialect, type Matchers, render, type Signal } from "../../rules/lib/signal.ts";
import {
  allBut,
  type InstanceThresholds,
  type OwnThreshold,
  ownThresholds,
} from "../../rules/lib/threshold.ts";
import { colour, grafanaUnit } from "./theme.ts";

/** What a panel shows of a signal. */
export interface PanelOptions {
  readonly title: string;
  /** Series name in the legend, with label placeholders: `{{device}}`. */
  readonly legend?: string;
  /** Columns of 24. @default 4 for a number, 12 for lines */
  readonly width?: number;
  /** Draws the threshold of this alert, with this stack's value. */
  readonly thresholdOf?: Alert;
  /** Which side of the threshold hurts. @default "above" */
  readonly bad?: "above" | "below";
}

/** What a stack may say about boards. */
export interface BoardOptions {
  /** Threshold by alert name, as for the rules, so that line and alert agree. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Thresholds by alert name, of one instance each. */
  readonly instances: InstanceThresholds;
}

/** Everything a panel needs from the board it is on, and from the stack. */
export interface PanelContext extends BoardOptions {
  readonly dialect: Dialect;
}

/** A panel that can be drawn on any board. */
export interface Panel {
  /** Columns of 24. */
  readonly width: number;
  /** Grid rows of 30 pixels. */
  readonly height: number;
  readonly build: (id: number, context: PanelContext) => Builder<PanelJson>;
}

/** The instances that have a threshold of their own for the alert of a panel. */
const ownOf = ({ thresholdOf }: PanelOptions, { instances }: PanelContext): OwnThreshold[] =>
  thresholdOf === undefined ? [] : ownThresholds(thresholdOf.name, instances);

/** The dialect of a board, of some instances alone. */
const only = (dialect: Dialect, matchers: Matchers): Dialect => ({
  ...dialect,
  matchers: { ...dialect.matchers, ...matchers },
});

const query = (expression: string, refId: string, legend: string): DataqueryBuilder =>
  new DataqueryBuilder().refId(refId).expr(expression).legendFormat(legend);

const legendOf = ({ legend = "{{host}}" }: PanelOptions): string => legend;

function steps(value: number, { bad }: PanelOptions): Threshold[] {
  const [low, high] = bad === "below" ? [colour.bad, colour.good] : [colour.good, colour.bad];
  return [
    { value: null, color: low },
    { value, color: high },
  ];
}

function thresholds(options: PanelOptions, context: PanelContext): ThresholdsConfigBuilder {
  const alert = options.thresholdOf;
  const builder = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute);
  const value = alert && (context.thresholds[alert.name] ?? alert.threshold?.value);
  return builder.steps(
    value === undefined ? [{ value: null, color: colour.neutral }] : steps(value, options),
  );
}

/** Limits of the axis that make shares comparable at a glance. */
function bounded<B extends { min(value: number): B; max(value: number): B }>(
  builder: B,
  signal: Signal,
): B {
  return signal.unit === "ratio" ? builder.min(0).max(1) : builder;
}

/** One number, now. */
export function stat(signal: Signal, options: PanelOptions): Panel {
  return {
    width: options.width ?? 4,
    height: 4,
    build: (id, context) => {
      const own = ownOf(options, context);
      const { dialect } = context;
      const ask = (refId: string, where: Dialect): DataqueryBuilder =>
        query(render(signal, where), refId, legendOf(options)).instant();
      const builder = new StatBuilder()
        .id(id)
        .title(options.title)
        .description(signal.about)
        .unit(grafanaUnit[signal.unit])
        .noValue("no data")
        .thresholds(thresholds(options, context))
        .withTarget(ask("A", own.length === 0 ? dialect : only(dialect, allBut(own))));
      // An instance of its own is asked for on its own, so that its number has its own colour.
      for (const { instance, value } of own) {
        builder.withTarget(ask(instance, only(dialect, { instance })));
        builder.overrideByQuery(instance, [
          {
            id: "thresholds",
            value: { mode: ThresholdsMode.Absolute, steps: steps(value, options) },
          },
        ]);
      }
      return bounded(builder, signal);
    },
  };
}

/** Lines over time. */
export function timeseries(signal: Signal, options: PanelOptions): Panel {
  return {
    width: options.width ?? 12,
    height: 8,
    build: (id, context) => {
      const builder = new TimeseriesBuilder()
        .id(id)
        .title(options.title)
        .description(signal.about)
        .unit(grafanaUnit[signal.unit])
        .noValue("no data")
        .fillOpacity(10)
        .legend(
          new VizLegendOptionsBuilder()
            .displayMode(LegendDisplayMode.List)
            .placement(LegendPlacement.Bottom)
            .showLegend(true),
        )
        .tooltip(
          new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
        )
        .thresholds(thresholds(options, context))
        .withTarget(query(render(signal, context.dialect), "A", legendOf(options)).range());
      if (options.thresholdOf) {
        builder.thresholdsStyle(
          new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Line),
        );
      }
      // Grafana draws one threshold for an axis: those of instances are lines of their own.
      for (const { instance, value } of ownOf(options, context)) {
        const shown = render(signal, only(context.dialect, { instance }));
        const line = `clamp(max(${shown}), ${value}, ${value})`;
        builder.withTarget(query(line, instance, `Threshold of ${instance}`).range());
        builder.overrideByQuery(instance, [
          { id: "color", value: { mode: "fixed", fixedColor: colour.bad } },
          { id: "custom.lineStyle", value: { fill: "dash", dash: [10, 10] } },
          { id: "custom.fillOpacity", value: 0 },
        ]);
      }
      return bounded(builder, signal);
    },
  };
}
