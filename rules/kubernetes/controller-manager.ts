import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { answering, componentOwner, leading, object, shouldBe } from "./common.ts";

const job = "kube-controller-manager";

/** The label is region and zone with a zero byte between them, which no channel can carry. */
const legible = (values: string): string =>
  `label_replace(${values}, "zone", "$1/$2", "zone", "(.*):.:(.*)")`;

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while a controller manager answers.",
    query: (q) => q.gauge("up", { job }),
  },
  shouldBe: {
    unit: "bool",
    about:
      "1 for each cluster that should have a controller manager: has targets of it, or had within the hour.",
    query: (q) => shouldBe(q, job),
  },
  answering: {
    unit: "count",
    about: "Controller managers that answer.",
    query: (q) => answering(q, job),
  },
  leaders: {
    unit: "count",
    about: "Controller managers that lead: one of them, or nothing is put right.",
    query: (q) => leading(q, job),
  },
  queued: {
    unit: "count",
    about: "Objects that wait for a controller, by its queue.",
    query: (q) => `max by (cluster, env, job, name) (${q.gauge("workqueue_depth", { job })})`,
  },
  podsTakenAway: {
    unit: "count",
    about: "Nodes whose pods were taken away in ten minutes because they were not ready.",
    query: (q) =>
      `sum by (cluster, env, job, zone) (${legible(q.events("node_collector_evictions_total", "10m"))})`,
  },
});

const leads = (instance: string, name: string = job): string =>
  `leader_election_master_status{instance="${instance}",name="${name}"}`;

export const group = defineAlerts(componentOwner("controller-manager", "cluster", job), signals, {
  KubeControllerManagerDown: {
    severity: "critical",
    when: ({ answering, shouldBe }) => `${shouldBe} unless on (cluster, env) ${answering}`,
    for: "10m",
    summary: "No controller manager answers",
    description:
      "Controller managers are scraped here, and for ten minutes none has answered. Without one, pods that die are not replaced and Services keep dead endpoints.",
    fires: {
      series: { 'up{job="apiserver"}': "1x40", up: "1x4 0x30" },
      from: "15m",
      labels: object(),
    },
    quiet: {
      series: {
        up: "0x40",
        'up{instance="b"}': "0x8 1x40",
        'up{cluster="b",job="apiserver"}': "0x40",
      },
      at: "25m",
    },
  },
  KubeControllerManagerInstanceUnreachable: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "10m",
    summary: "Controller manager {{ $labels.instance }} does not answer",
    description:
      "One controller manager has not answered scrapes for ten minutes; if it led, another took over within seconds.",
    fires: { series: { up: "1x2 0x30" }, from: "13m" },
    quiet: { series: { up: "0x8 1x20", 'up{job="apiserver"}': "0x30" }, at: "20m" },
  },
  KubeControllerManagerNoLeader: {
    severity: "critical",
    when: ({ leaders }) => `${leaders} == 0`,
    for: "3m",
    summary: "No controller manager leads",
    description:
      "Controller managers run, and for three minutes none of them has held the lease: nothing that is missing is put back.",
    fires: {
      series: {
        [leads("a")]: "1x2 0x20",
        [leads("b")]: "0x22",
        [leads("c", "other-lease")]: "1x22",
      },
      from: "6m",
      labels: object(),
    },
    quiet: { series: { [leads("a")]: "1x2 0x20", [leads("b")]: "0x4 1x20" }, at: "12m" },
  },
  KubeControllerQueueBacklog: {
    severity: "warning",
    threshold: { value: 250, unit: "objects in a queue" },
    when: ({ queued }, threshold) => `${queued} > ${threshold}`,
    for: "15m",
    summary: "Controller {{ $labels.name }} does not keep up",
    description:
      '{{ $value | printf "%.0f" }} objects have waited for the controller for 15 minutes; what it looks after is put right late.',
    fires: {
      series: { 'workqueue_depth{name="deployment"}': "290x30" },
      from: "15m",
      labels: object({ name: "deployment" }),
      value: "290",
    },
    quiet: {
      series: {
        'workqueue_depth{name="deployment"}': "215x40",
        'workqueue_depth{job="apiserver",name="crd_openapi_controller"}': "400x40",
      },
      at: "25m",
    },
  },
  KubeNodesDrainedBySickness: {
    severity: "warning",
    threshold: { value: 3, unit: "nodes in ten minutes" },
    when: ({ podsTakenAway }, threshold) => `${podsTakenAway} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Nodes lose their pods for not being ready",
    description:
      '{{ $value | printf "%.0f" }} nodes of zone {{ $labels.zone }} had their pods taken away within ten minutes: the zone or its network is sick.',
    fires: {
      series: { 'node_collector_evictions_total{zone="r:\\x00:a"}': "0x20 3.5x20" },
      from: "21m",
      labels: object({ zone: "r/a" }),
      value: "4",
    },
    quiet: { series: { 'node_collector_evictions_total{zone="a"}': "0+0.26x40" }, at: "20m" },
  },
});
