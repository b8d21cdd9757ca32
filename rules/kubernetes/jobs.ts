import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, withLabel } from "../lib/signal.ts";
import { object, same, state, stateOwner } from "./common.ts";

const lastSuccess = "kube_cronjob_status_last_successful_time";

const ofJob = (values: string): string => state(values, "namespace", "job_name");
const ofCron = (values: string): string => state(values, "namespace", "cronjob");

export const signals = defineSignals({
  running: {
    unit: "seconds",
    about: "Time since each Job was started.",
    query: (q) => `time() - ${ofJob(`${q.timestamp("kube_job_status_start_time")} > 0`)}`,
  },
  active: {
    unit: "count",
    about: "Pods of each Job that run.",
    query: (q) => ofJob(q.gauge("kube_job_status_active")),
  },
  failed: {
    unit: "bool",
    about: "1 for each Job that gave up.",
    query: (q) => ofJob(q.gauge("kube_job_failed", { condition: "true" })),
  },
  madeUp: {
    unit: "bool",
    about: "When each Job was started whose CronJob succeeded after that.",
    query: (q) => {
      const started = ofJob(`${q.timestamp("kube_job_status_start_time")} > 0`);
      const owned = withLabel(q, started, {
        metric: "kube_job_owner",
        matchers: { owner_kind: "CronJob" },
        by: ["cluster", "env", "job", "namespace", "job_name"],
        label: "owner_name",
      });
      return `(label_replace(${owned}, "cronjob", "$1", "owner_name", "(.+)") < ${same("namespace", "cronjob")} group_left () ${ofCron(q.timestamp(lastSuccess))})`;
    },
  },
  runsOn: {
    unit: "count",
    about: "Runs of each CronJob that go on.",
    query: (q) => ofCron(q.gauge("kube_cronjob_status_active")),
  },
  starts: {
    unit: "count",
    about: "Starts of each CronJob in two days.",
    query: (q) => ofCron(`changes(${q.timestamp("kube_cronjob_status_last_schedule_time")}[2d])`),
  },
  sinceSuccess: {
    unit: "seconds",
    about: "Time since each CronJob last succeeded.",
    query: (q) => `time() - ${ofCron(q.timestamp(lastSuccess))}`,
  },
  startedSinceSuccess: {
    unit: "seconds",
    about: "How long after its last success each CronJob was last started.",
    query: (q) =>
      `${ofCron(q.timestamp("kube_cronjob_status_last_schedule_time"))} - ${ofCron(q.timestamp(lastSuccess))}`,
  },
  overdue: {
    unit: "seconds",
    about: "Time since each CronJob should have been started.",
    query: (q) => `time() - ${ofCron(`${q.timestamp("kube_cronjob_next_schedule_time")} > 0`)}`,
  },
  suspended: {
    unit: "bool",
    about: "1 for each CronJob that was suspended on purpose.",
    query: (q) => ofCron(q.gauge("kube_cronjob_spec_suspend")),
  },
});

const job = 'namespace="shop",job_name="report-1"';
const thatJob = object({ namespace: "shop", job_name: "report-1" });
const cron = (name = "report"): string => `namespace="shop",cronjob="${name}"`;
const thatCron = object({ namespace: "shop", cronjob: "report" });

export const group = defineAlerts(stateOwner("jobs", "workload"), signals, {
  KubeJobNotCompleted: {
    severity: "warning",
    threshold: { value: 43_200, unit: "seconds a Job runs" },
    when: ({ active, running }, threshold) => `${running} > ${threshold} and ${active} > 0`,
    for: "10m",
    summary: "Job {{ $labels.namespace }}/{{ $labels.job_name }} does not end",
    description: "The Job has run for {{ $value | humanizeDuration }} and still has active pods.",
    step: "10m",
    fires: {
      series: {
        [`kube_job_status_start_time{${job}}`]: "1200x90",
        [`kube_job_status_active{${job}}`]: "1x90",
      },
      from: "12h40m",
      labels: thatJob,
      value: "12h 20m 0s",
    },
    quiet: {
      series: {
        [`kube_job_status_start_time{${job}}`]: "12000x110",
        [`kube_job_status_active{${job}}`]: "1x110",
        // Long ago, and done.
        'kube_job_status_start_time{namespace="shop",job_name="old"}': "600x110",
        'kube_job_status_active{namespace="shop",job_name="old"}': "0x110",
      },
      at: "15h20m",
    },
  },
  KubeJobFailed: {
    severity: "warning",
    when: ({ failed, madeUp }) => `${failed} > 0 unless ${same("namespace", "job_name")} ${madeUp}`,
    for: "15m",
    summary: "Job {{ $labels.namespace }}/{{ $labels.job_name }} failed",
    description:
      "The Job used up its retries or its time. It is not tried again; the alert ends when the Job is deleted or a later run of its CronJob succeeds.",
    fires: {
      series: { [`kube_job_failed{${job},condition="true"}`]: "1x30" },
      from: "15m",
      labels: thatJob,
    },
    quiet: {
      series: {
        [`kube_job_failed{${job},condition="true"}`]: "1x12 _x40",
        'kube_job_failed{namespace="shop",job_name="b",condition="false"}': "1x60",
      },
      at: "30m",
    },
  },
  KubeCronJobStale: {
    severity: "warning",
    threshold: { value: 172_800, unit: "seconds since the last success" },
    when: ({ runsOn, sinceSuccess, startedSinceSuccess, starts, suspended }, threshold) =>
      `${sinceSuccess} > ${threshold} and ${startedSinceSuccess} > 0 and ${suspended} == 0 unless (${runsOn} > 0 and ${starts} < 2)`,
    for: "2h",
    summary: "CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} no longer succeeds",
    description:
      "The CronJob was started since, and its last success is {{ $value | humanizeDuration }} ago. A first run that still goes on is waited for.",
    step: "1h",
    fires: {
      series: {
        [`${lastSuccess}{${cron()}}`]: "3600x70",
        [`kube_cronjob_status_last_schedule_time{${cron()}}`]: "90000x70",
        [`kube_cronjob_spec_suspend{${cron()}}`]: "0x70",
      },
      from: "52h",
      labels: thatCron,
      value: "2d 3h 0m 0s",
    },
    quiet: {
      series: {
        [`${lastSuccess}{${cron()}}`]: "36000x80",
        [`kube_cronjob_status_last_schedule_time{${cron()}}`]: "90000x80",
        [`kube_cronjob_spec_suspend{${cron()}}`]: "0x80",
        // Once a month, and the last time was good; and one that nobody wants to run.
        [`${lastSuccess}{${cron("monthly")}}`]: "600x80",
        [`kube_cronjob_status_last_schedule_time{${cron("monthly")}}`]: "300x80",
        [`kube_cronjob_spec_suspend{${cron("monthly")}}`]: "0x80",
        // Once a week, for longer than two hours, and this run goes on.
        [`${lastSuccess}{${cron("weekly")}}`]: "600x80",
        [`kube_cronjob_status_last_schedule_time{${cron("weekly")}}`]: "300x50 180000x30",
        [`kube_cronjob_status_active{${cron("weekly")}}`]: "0x50 1x30",
        [`kube_cronjob_spec_suspend{${cron("weekly")}}`]: "0x80",
        [`${lastSuccess}{${cron("off")}}`]: "600x80",
        [`kube_cronjob_status_last_schedule_time{${cron("off")}}`]: "1200x80",
        [`kube_cronjob_spec_suspend{${cron("off")}}`]: "1x80",
      },
      at: "57h",
    },
  },
  KubeCronJobNotStarted: {
    severity: "warning",
    threshold: { value: 3600, unit: "seconds after the time of a run" },
    when: ({ overdue, runsOn, suspended }, threshold) =>
      `${overdue} > ${threshold} and ${suspended} == 0 unless ${runsOn} > 0`,
    for: "10m",
    summary: "CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} was not started",
    description:
      "The CronJob should have been started {{ $value | humanizeDuration }} ago and no run of it goes on: the controller does not work or has given up on it.",
    fires: {
      series: {
        [`kube_cronjob_next_schedule_time{${cron()}}`]: "600x100",
        [`kube_cronjob_spec_suspend{${cron()}}`]: "0x100",
      },
      from: "81m",
      labels: thatCron,
      value: "1h 11m 0s",
    },
    quiet: {
      series: {
        [`kube_cronjob_next_schedule_time{${cron()}}`]: "2400x120",
        [`kube_cronjob_spec_suspend{${cron()}}`]: "0x120",
        [`kube_cronjob_next_schedule_time{${cron("off")}}`]: "60x120",
        [`kube_cronjob_spec_suspend{${cron("off")}}`]: "1x120",
        // May not run twice at a time, and the last run takes longer than an hour.
        [`kube_cronjob_next_schedule_time{${cron("long")}}`]: "600x120",
        [`kube_cronjob_spec_suspend{${cron("long")}}`]: "0x120",
        [`kube_cronjob_status_active{${cron("long")}}`]: "1x120",
      },
      at: "99m",
    },
  },
});
