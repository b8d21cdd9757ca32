import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { node, ray, rayCluster, session } from "./common.ts";

const tasks = (q: Query, state: string | RegExp): string =>
  `sum by (${session}) (${q.gauge("ray_tasks", { State: state })})`;
const actors = (q: Query, state: string | RegExp): string =>
  `sum by (${session}) (${q.gauge("ray_actors", { State: state })})`;

export const signals = defineSignals({
  waiting: {
    unit: "count",
    about: "Tasks that have not begun.",
    query: (q) => tasks(q, /PENDING_.*/),
  },
  running: {
    unit: "count",
    about: "Tasks that run, or wait for others that they called.",
    query: (q) => tasks(q, /RUNNING.*/),
  },
  nodesPending: {
    unit: "count",
    about: "Nodes that were asked for and have not joined; tasks may wait for those.",
    query: (q) => `group by (cluster, env, job) (${q.gauge("autoscaler_pending_nodes")} > 0)`,
  },
  failed: {
    unit: "count",
    about: "Tasks that failed within 15 minutes.",
    query: (q) => `sum by (${session}) (delta(${q.gauge("ray_tasks", { State: "FAILED" })}[15m]))`,
  },
  infeasible: {
    unit: "count",
    about: "Tasks that ask for what no node of the cluster has.",
    query: (q) =>
      `sum by (${session}) (${q.gauge("ray_scheduler_unscheduleable_tasks", { Reason: "Infeasible" })})`,
  },
  actorsPending: {
    unit: "count",
    about: "Actors that have not started.",
    query: (q) => actors(q, /DEPENDENCIES_UNREADY|PENDING_CREATION/),
  },
  actorsRestarting: {
    unit: "count",
    about: "Actors that are being started again.",
    query: (q) => actors(q, "RESTARTING"),
  },
  actorsDead: {
    unit: "count",
    about: "Actors that ended within 15 minutes, as they should or not.",
    query: (q) => `sum by (${session}) (delta(${q.gauge("ray_actors", { State: "DEAD" })}[15m]))`,
  },
  groupsPending: {
    unit: "count",
    about: "Placement groups that wait for room.",
    query: (q) =>
      `sum by (${session}) (${q.gauge("ray_placement_groups", { State: /PENDING|RESCHEDULING/ })})`,
  },
  storageTime: {
    unit: "milliseconds",
    about: "How long the GCS waits for its store on average.",
    query: (q) =>
      `sum by (${node}) (${q.rate("ray_gcs_storage_operation_latency_ms_sum")}) / (sum by (${node}) (${q.rate("ray_gcs_storage_operation_latency_ms_count")}) > 0.1)`,
  },
  loopLag: {
    unit: "milliseconds",
    about: "How late the event loops of each of Ray's own processes are.",
    query: (q) => `max by (${node}, Component) (${q.gauge("ray_io_context_event_loop_lag_ms")})`,
  },
});

const one = 'SessionName="s1"';
const task = (state: string, s = one): string => `ray_tasks{${s},Name="f",State="${state}"}`;
const actor = (state: string): string => `ray_actors{${one},Name="A",State="${state}"}`;
const placement = (state: string): string => `ray_placement_groups{${one},State="${state}"}`;
const unscheduled = (reason: string): string =>
  `ray_scheduler_unscheduleable_tasks{${one},Reason="${reason}"}`;
const lag = (name: string): string =>
  `ray_io_context_event_loop_lag_ms{Component="gcs_server",Name="${name}"}`;
const stored = (part: string, operation: string): string =>
  `ray_gcs_storage_operation_latency_ms_${part}{Operation="${operation}"}`;
const labels = { SessionName: "s1", instance: "", host: "" };

export const group = defineAlerts({ ...rayCluster, name: "ray-work" }, signals, {
  RayTasksStuck: {
    severity: "critical",
    when: ({ nodesPending, running, waiting }) =>
      `${waiting} > 0 unless ${running} > 0 unless on (cluster, env, job) ${nodesPending}`,
    for: "5m",
    summary: "No task runs on a Ray cluster though some wait",
    description:
      "In session {{ $labels.SessionName }} tasks have waited and none has run for five minutes.",
    fires: { series: { [task("PENDING_NODE_ASSIGNMENT")]: "1x20" }, from: "5m", labels },
    quiet: {
      series: {
        [task("PENDING_NODE_ASSIGNMENT")]: "9x20",
        [task("RUNNING")]: "1x20",
        [task("FINISHED", 'SessionName="s2"')]: "9x20",
        [task("PENDING_NODE_ASSIGNMENT", 'SessionName="s3"')]: "0x20",
      },
      at: "10m",
    },
    resolves: {
      series: { [task("PENDING_NODE_ASSIGNMENT")]: "0x20" },
      at: "10m",
    },
  },
  RayTasksPending: {
    severity: "warning",
    threshold: { value: 1000, unit: "tasks that have not begun" },
    when: ({ waiting }, threshold) => `${waiting} > ${threshold}`,
    for: "30m",
    summary: "Tasks pile up on a Ray cluster",
    description: "{{ $value | humanize }} tasks have waited for half an hour.",
    fires: {
      series: {
        [task("PENDING_NODE_ASSIGNMENT")]: "900x40",
        [task("PENDING_ARGS_AVAIL")]: "300x40",
      },
      from: "30m",
      labels,
      value: "1.2k",
    },
    quiet: {
      series: { [task("PENDING_NODE_ASSIGNMENT")]: "850x40", [task("RUNNING")]: "1500x40" },
      at: "35m",
    },
  },
  RayTasksFailing: {
    severity: "warning",
    threshold: { value: 20, unit: "failed tasks within 15 minutes" },
    when: ({ failed }, threshold) => `${failed} > ${threshold}`,
    for: "10m",
    summary: "Tasks fail on a Ray cluster",
    description:
      '{{ $value | printf "%.0f" }} tasks of session {{ $labels.SessionName }} failed within 15 minutes.',
    fires: {
      series: { [task("FAILED")]: "0x20 0+1.6x60" },
      from: "43m",
      labels,
      value: "24",
    },
    quiet: {
      series: { [task("FAILED")]: "0+1.2x90", [task("FINISHED")]: "0+60x90" },
      at: "80m",
    },
  },
  RayTasksInfeasible: {
    severity: "warning",
    when: ({ infeasible }) => `${infeasible} > 0`,
    for: "15m",
    summary: "Tasks ask for what a Ray cluster does not have",
    description:
      '{{ $value | printf "%.0f" }} tasks of session {{ $labels.SessionName }} fit no node and will wait for ever.',
    fires: { series: { [unscheduled("Infeasible")]: "1x30" }, from: "15m", labels, value: "1" },
    quiet: {
      series: {
        [unscheduled("Infeasible")]: "1x13 0x20",
        [unscheduled("WaitingForResources")]: "5x40",
      },
      at: "30m",
    },
  },
  RayActorsPending: {
    severity: "warning",
    when: ({ actorsPending }) => `${actorsPending} > 0`,
    for: "30m",
    summary: "Actors do not start on a Ray cluster",
    description:
      '{{ $value | printf "%.0f" }} actors of session {{ $labels.SessionName }} have waited for half an hour.',
    fires: { series: { [actor("PENDING_CREATION")]: "1x40" }, from: "30m", labels, value: "1" },
    quiet: {
      series: { [actor("PENDING_CREATION")]: "2x28 0x20", [actor("ALIVE")]: "5x50" },
      at: "40m",
    },
  },
  RayActorsRestarting: {
    severity: "warning",
    when: ({ actorsRestarting }) => `${actorsRestarting} > 0`,
    for: "10m",
    summary: "Actors restart again and again on a Ray cluster",
    description:
      '{{ $value | printf "%.0f" }} actors of session {{ $labels.SessionName }} have been restarting for ten minutes.',
    fires: { series: { [actor("RESTARTING")]: "1x20" }, from: "10m", labels, value: "1" },
    quiet: {
      series: { [actor("RESTARTING")]: "1x8 0x20", [actor("ALIVE")]: "5x40" },
      at: "20m",
    },
  },
  RayActorsDying: {
    severity: "warning",
    threshold: { value: 50, unit: "ended actors within 15 minutes" },
    when: ({ actorsDead }, threshold) => `${actorsDead} > ${threshold}`,
    for: "10m",
    summary: "Many actors end on a Ray cluster",
    description:
      '{{ $value | printf "%.0f" }} actors of session {{ $labels.SessionName }} ended within 15 minutes, and it goes on.',
    fires: {
      series: { [actor("DEAD")]: "0x20 0+4x60" },
      from: "43m",
      labels,
      value: "60",
    },
    quiet: { series: { [actor("DEAD")]: "0+3x90", [actor("ALIVE")]: "0+9x90" }, at: "80m" },
  },
  RayPlacementGroupsPending: {
    severity: "warning",
    when: ({ groupsPending }) => `${groupsPending} > 0`,
    for: "30m",
    summary: "A placement group finds no room on a Ray cluster",
    description:
      '{{ $value | printf "%.0f" }} groups of session {{ $labels.SessionName }} have waited for half an hour; their job has not begun.',
    fires: { series: { [placement("PENDING")]: "1x40" }, from: "30m", labels, value: "1" },
    quiet: {
      series: { [placement("PENDING")]: "1x28 0x20", [placement("CREATED")]: "3x50" },
      at: "40m",
    },
  },
  RayGcsStorageSlow: {
    severity: "warning",
    scope: ray.scope,
    board: ray.board,
    threshold: { value: 100, unit: "milliseconds an operation takes on average" },
    when: ({ storageTime }, threshold) => `${storageTime} > ${threshold}`,
    for: "10m",
    summary: "The store of Ray's GCS at {{ $labels.host }} is slow",
    description:
      'An operation has taken {{ $value | printf "%.0f" }} ms for ten minutes; every actor and job waits for it.',
    fires: {
      series: {
        [stored("sum", "Put")]: "0+7200x30",
        [stored("count", "Put")]: "0+60x30",
      },
      from: "11m",
      value: "120",
    },
    quiet: {
      series: {
        [stored("sum", "Put")]: "0+5100x30",
        [stored("count", "Put")]: "0+60x30",
        [`${stored("sum", "Get").slice(0, -1)},instance="ray-2:8080"}`]: "0+1000x30",
        [`${stored("count", "Get").slice(0, -1)},instance="ray-2:8080"}`]: "0+5x30",
      },
      at: "25m",
    },
  },
  RayEventLoopSlow: {
    severity: "warning",
    scope: ray.scope,
    board: ray.board,
    threshold: { value: 1000, unit: "milliseconds of delay" },
    when: ({ loopLag }, threshold) => `${loopLag} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.Component }} of Ray on {{ $labels.host }} is overloaded",
    description:
      'Its event loop has been {{ $value | printf "%.0f" }} ms late for ten minutes; heartbeats and scheduling suffer.',
    fires: {
      series: { [lag("main")]: "1200x20", [lag("pubsub")]: "5x20" },
      from: "10m",
      labels: { Component: "gcs_server" },
      value: "1200",
    },
    quiet: { series: { [lag("main")]: "850x20", [lag("pubsub")]: "850x20" }, at: "15m" },
  },
});
