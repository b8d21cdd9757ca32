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
import type { Panel as PanelJson } from "@grafana/grafana-foundation-sdk/dashboard";
import { ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Alert } from "../../rules/lib/alert.ts";
import { type Dialect, render, type Signal } from "../../rules/lib/signal.ts";
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

/** Everything a panel needs from the board it is on. */
export interface PanelContext {
  readonly dialect: Dialect;
  readonly thresholds: Readonly<Record<string, number>>;
}

/** A panel that can be drawn on any board. */
export interface Panel {
  /** Columns of 24. */
  readonly width: number;
  /** Grid rows of 30 pixels. */
  readonly height: number;
  readonly build: (id: number, context: PanelContext) => Builder<PanelJson>;
}

function query(signal: Signal, options: PanelOptions, dialect: Dialect): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId("A")
    .expr(render(signal, dialect))
    .legendFormat(options.legend ?? "{{host}}");
}

function thresholds(options: PanelOptions, context: PanelContext): ThresholdsConfigBuilder {
  const alert = options.thresholdOf;
  const builder = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute);
  const value = alert && (context.thresholds[alert.name] ?? alert.threshold?.value);
  if (value === undefined) return builder.steps([{ value: null, color: colour.neutral }]);
  const [low, high] =
    options.bad === "below" ? [colour.bad, colour.good] : [colour.good, colour.bad];
  return builder.steps([
    { value: null, color: low },
    { value, color: high },
  ]);
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
    build: (id, context) =>
      bounded(
        new StatBuilder()
          .id(id)
          .title(options.title)
          .description(signal.about)
          .unit(grafanaUnit[signal.unit])
          .noValue("no data")
          .thresholds(thresholds(options, context))
          .withTarget(query(signal, options, context.dialect).instant()),
        signal,
      ),
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
        .withTarget(query(signal, options, context.dialect).range());
      if (options.thresholdOf) {
        builder.thresholdsStyle(
          new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Line),
        );
      }
      return bounded(builder, signal);
    },
  };
}
