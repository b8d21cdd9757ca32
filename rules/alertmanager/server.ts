import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { alertmanagerOwner, job } from "./common.ts";

const loaded = "alertmanager_config_last_reload_successful";
const started = "process_start_time_seconds";
const invalid = "alertmanager_alerts_invalid_total";
const alerts = "alertmanager_alerts";
const refused = "alertmanager_http_concurrency_limit_exceeded_total";
const logErrors = "alertmanager_nflog_maintenance_errors_total";
const silenceErrors = "alertmanager_silences_maintenance_errors_total";
const overGroups = "alertmanager_dispatcher_aggregation_group_limit_reached_total";
const givenUp = "alertmanager_dispatcher_aggregation_group_creation_given_up_total";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 where Alertmanager answers.",
    query: (q) => q.gauge("up", { job }),
  },
  configLoaded: {
    unit: "bool",
    about: "1 where the configuration on disk is the one in use.",
    query: (q) => `max_over_time(${q.gauge(loaded)}[5m])`,
  },
  starts: {
    unit: "count",
    about: "Starts within half an hour.",
    query: (q) => `changes(${q.timestamp(started, { job })}[30m])`,
  },
  invalid: {
    unit: "count",
    about: "Alerts within 15 minutes that it could not understand.",
    query: (q) => `sum without (version) (${q.events(invalid, "15m")})`,
  },
  active: {
    unit: "count",
    about: "Alerts that fire and are neither silenced nor inhibited.",
    query: (q) => `sum without (state) (${q.gauge(alerts, { state: "active" })})`,
  },
  refused: {
    unit: "count",
    about: "Requests within ten minutes refused as too many were under way.",
    query: (q) => `sum without (method) (${q.events(refused, "10m")})`,
  },
  unsaved: {
    unit: "count",
    about: "Times within an hour that silences or what was sent could not be written to disk.",
    query: (q) => `${q.events(logErrors, "1h")} + ${q.events(silenceErrors, "1h")}`,
  },
  ungrouped: {
    unit: "count",
    about: "Times within 15 minutes that alerts found no group to be sent with.",
    query: (q) => `${q.events(overGroups, "15m")} + ${q.events(givenUp, "15m")}`,
  },
});

const decoy = (metric: string, values: string) => ({
  [`${metric}{job="node",instance="a:9100"}`]: values,
});

export const group = defineAlerts(alertmanagerOwner("server"), signals, {
  AlertmanagerDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "Alertmanager on {{ $labels.host }} does not answer",
    description:
      "{{ $labels.instance }} has not answered for three minutes: unless it has a twin nobody is notified of anything, this included.",
    fires: { series: { up: "1x2 0x10" }, from: "6m" },
    quiet: { series: { up: "1 1 0 0 0 1x10", ...decoy("up", "0x20") }, at: "5m" },
  },
  AlertmanagerFailedReload: {
    severity: "warning",
    when: ({ configLoaded }) => `${configLoaded} == 0`,
    for: "10m",
    summary: "Alertmanager on {{ $labels.host }} refused its configuration",
    description:
      "What is on disk has errors, so the one before is in use: new receivers get nothing, and the next start fails.",
    fires: { series: { [loaded]: "1x5 0x30" }, from: "20m" },
    quiet: { series: { [loaded]: "1x10 0x9 1x30" }, at: "24m" },
    resolves: { series: { [loaded]: "1x30" }, at: "3m" },
  },
  AlertmanagerRestartLoop: {
    severity: "critical",
    threshold: { value: 3, unit: "starts in half an hour" },
    when: ({ starts }, threshold) => `${starts} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Alertmanager on {{ $labels.host }} starts again and again",
    description:
      '{{ $value | printf "%.0f" }} starts in half an hour: each forgets the waiting groups, so people are notified late or twice.',
    fires: { series: { [started]: "1x5 2x2 3x2 4x2 5x60" }, from: "15m", value: "4" },
    quiet: {
      series: { [started]: "1x5 2x5 3x5 4x60", ...decoy(started, "1+1x80") },
      at: "40m",
    },
    resolves: { series: { [started]: "5x80" }, at: "50m" },
  },
  AlertmanagerInvalidAlerts: {
    severity: "warning",
    when: ({ invalid }) => `${invalid} > 0`,
    for: "5m",
    keepFiringFor: "15m",
    summary: "Alertmanager on {{ $labels.host }} gets alerts it cannot read",
    description:
      "Somebody sends alerts without labels or with wrong times: each of them is thrown away and nobody is notified.",
    fires: { series: { [`${invalid}{version="v2"}`]: "0x10 1x60" }, from: "16m" },
    quiet: { series: { [`${invalid}{version="v2"}`]: "3x60" }, at: "30m" },
    resolves: { series: { [`${invalid}{version="v2"}`]: "1x60" }, at: "40m" },
  },
  AlertmanagerAlertStorm: {
    severity: "warning",
    threshold: { value: 500, unit: "alerts that fire at once" },
    when: ({ active }, threshold) => `${active} > ${threshold}`,
    for: "5m",
    summary: "Very many alerts fire at once on {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} alerts fire that nothing silences: look for one cause, such as a network or a rule that is wrong.',
    fires: {
      series: { [`${alerts}{state="active"}`]: "3x5 560x20" },
      from: "11m",
      value: "560",
    },
    quiet: {
      series: {
        [`${alerts}{state="active"}`]: "450x30",
        [`${alerts}{state="suppressed"}`]: "900x30",
      },
      at: "20m",
    },
  },
  AlertmanagerRequestsRefused: {
    severity: "warning",
    when: ({ refused }) => `${refused} > 0`,
    for: "10m",
    summary: "Alertmanager on {{ $labels.host }} refuses requests",
    description:
      "For ten minutes more requests have come at once than it may serve: a page or a program asks it too often.",
    fires: { series: { [`${refused}{method="get"}`]: "0+1x60" }, from: "11m" },
    quiet: { series: { [`${refused}{method="get"}`]: "0x3 3x60" }, at: "30m" },
  },
  AlertmanagerStateNotSaved: {
    severity: "warning",
    when: ({ unsaved }) => `${unsaved} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Alertmanager on {{ $labels.host }} cannot save its state",
    description:
      "Silences and what was sent could not be written to disk: a restart ends silences and sends again what was sent.",
    fires: { series: { [logErrors]: "0x20 1x100", [silenceErrors]: "0x120" }, from: "21m" },
    quiet: { series: { [logErrors]: "3x120", [silenceErrors]: "3x120" }, at: "1h20m" },
    resolves: {
      series: { [logErrors]: "1x120", [silenceErrors]: "0x120" },
      at: "1h20m",
    },
  },
  AlertmanagerAlertsUngrouped: {
    severity: "critical",
    when: ({ ungrouped }) => `${ungrouped} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Alerts on {{ $labels.host }} found no group and are not sent",
    description:
      "Alertmanager could not make a group for some alerts: too many groups, by a label that takes ever new values.",
    fires: { series: { [overGroups]: "0x20 1x60", [givenUp]: "0x90" }, from: "21m" },
    quiet: { series: { [overGroups]: "3x60", [givenUp]: "3x60" }, at: "30m" },
    resolves: { series: { [overGroups]: "1x60", [givenUp]: "0x60" }, at: "35m" },
  },
});
