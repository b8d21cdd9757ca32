import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { answering, componentOwner, leading, object, shouldBe } from "./common.ts";

const job = "kube-scheduler";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while a scheduler answers.",
    query: (q) => q.gauge("up", { job }),
  },
  shouldBe: {
    unit: "bool",
    about:
      "1 for each cluster that should have a scheduler: has targets of it, or had within the hour.",
    query: (q) => shouldBe(q, job),
  },
  answering: {
    unit: "count",
    about: "Schedulers that answer.",
    query: (q) => answering(q, job),
  },
  leaders: {
    unit: "count",
    about: "Schedulers that lead: one of them, or nothing is scheduled.",
    query: (q) => leading(q, job),
  },
  waiting: {
    unit: "count",
    about: "Pods that a scheduler would try now or after a pause.",
    query: (q) =>
      `max by (cluster, env, job) (sum without (queue) (${q.gauge("scheduler_pending_pods", { queue: /active|backoff/ })}))`,
  },
  errors: {
    unit: "ratio",
    about: "Share of the attempts to place a pod that ended in an error of the scheduler.",
    query: (q) =>
      `sum by (cluster, env, job) (${q.rate("scheduler_schedule_attempts_total", { result: "error" })}) / (sum by (cluster, env, job) (${q.rate("scheduler_schedule_attempts_total")}) > 0.05)`,
  },
});

const pending = (queue: string): string => `scheduler_pending_pods{queue="${queue}"}`;
const attempts = (result: string): string =>
  `scheduler_schedule_attempts_total{profile="default-scheduler",result="${result}"}`;
const leads = (instance: string, name: string = job): string =>
  `leader_election_master_status{instance="${instance}",name="${name}"}`;

export const group = defineAlerts(componentOwner("scheduler", "cluster", job), signals, {
  KubeSchedulerDown: {
    severity: "critical",
    when: ({ answering, shouldBe }) => `${shouldBe} unless on (cluster, env) ${answering}`,
    for: "10m",
    summary: "No scheduler answers",
    description:
      "Schedulers are scraped here, and for ten minutes none has answered. Without one, new pods stay pending; running ones are not touched.",
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
  KubeSchedulerInstanceUnreachable: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "10m",
    summary: "Scheduler {{ $labels.instance }} does not answer",
    description:
      "One scheduler has not answered scrapes for ten minutes. Another one leads meanwhile, if there is another.",
    fires: { series: { up: "1x2 0x30" }, from: "13m" },
    quiet: { series: { up: "0x8 1x20", 'up{job="apiserver"}': "0x30" }, at: "20m" },
  },
  KubeSchedulerNoLeader: {
    severity: "critical",
    when: ({ leaders }) => `${leaders} == 0`,
    for: "3m",
    summary: "No scheduler leads",
    description:
      "Schedulers run, and for three minutes none of them has held the lease: no pod is given a node.",
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
  KubeSchedulerBacklog: {
    severity: "warning",
    threshold: { value: 100, unit: "pods waiting to be tried" },
    when: ({ waiting }, threshold) => `${waiting} > ${threshold}`,
    for: "15m",
    summary: "The scheduler does not keep up",
    description:
      '{{ $value | printf "%.0f" }} pods have waited for the scheduler to try them for 15 minutes; these are not the ones that fit nowhere.',
    fires: {
      series: { [pending("active")]: "80x30", [pending("backoff")]: "35x30" },
      from: "15m",
      labels: object(),
      value: "115",
    },
    quiet: {
      series: {
        [pending("active")]: "60x40",
        [pending("backoff")]: "25x40",
        [pending("unschedulable")]: "400x40",
      },
      at: "25m",
    },
  },
  KubeSchedulerErrors: {
    severity: "warning",
    threshold: { value: 0.05, unit: "share of attempts that end in an error" },
    when: ({ errors }, threshold) => `${errors} > ${threshold}`,
    for: "10m",
    summary: "The scheduler makes errors",
    description:
      "{{ $value | humanizePercentage }} of the attempts to place a pod end in an error of the scheduler itself, not for lack of a node.",
    fires: {
      series: { [attempts("error")]: "0+6x30", [attempts("scheduled")]: "0+94x30" },
      from: "11m",
      labels: object(),
      value: "6%",
    },
    quiet: {
      series: {
        [attempts("error")]: "0+4.2x40",
        [attempts("unschedulable")]: "0+40x40",
        [attempts("scheduled")]: "0+60x40",
        'scheduler_schedule_attempts_total{cluster="idle",result="error"}': "0+1x40",
        'scheduler_schedule_attempts_total{cluster="idle",result="scheduled"}': "0+1x40",
      },
      at: "25m",
    },
  },
});
