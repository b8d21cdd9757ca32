import { defineAlerts, type Owner } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { windowsOwner } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

/** Services that Windows starts on its own and that end when they have nothing to do. */
const passing = [
  ...["BITS", "CDPSvc.*", "DoSvc", "GoogleUpdater.*", "MapsBroker", "RemoteRegistry"],
  ...["ShellHWDetection", "TrustedInstaller", "WbioSrvc", "clr_optimization.*", "edgeupdate.*"],
  ...["gpsvc", "gupdate.*", "sppsvc", "tiledatamodelsvc", "wuauserv"],
];
/** By their names, which some versions of the exporter write in small letters. */
const passingNames = new RegExp(
  [...new Set(passing.flatMap((name) => [name, name.toLowerCase()]))].join("|"),
);

const day = 86_400;

export const signals = defineSignals({
  serviceRunning: {
    unit: "bool",
    about: "1 while a Windows service runs.",
    query: (q) => q.gauge("windows_service_state", { state: "running" }),
  },
  serviceAutomatic: {
    unit: "bool",
    about: "1 for a Windows service that starts with the host and should stay.",
    query: (q) =>
      q.gauge("windows_service_start_mode", { start_mode: "auto", name: { not: passingNames } }),
  },
  taskSucceeded: {
    unit: "bool",
    about: "1 where the last run of a scheduled task ended well.",
    query: (q) =>
      q.gauge("windows_scheduled_task_last_result", { task: { not: /[/]Microsoft[/].+/ } }),
  },
  taskRunning: {
    unit: "bool",
    about: "1 while a scheduled task runs.",
    query: (q) => q.gauge("windows_scheduled_task_state", { state: "running" }),
  },
  taskDisabled: {
    unit: "bool",
    about: "1 where a scheduled task is switched off.",
    query: (q) => q.gauge("windows_scheduled_task_state", { state: "disabled" }),
  },
  updateAge: {
    unit: "seconds",
    about: "Time since the oldest update that is not installed was published.",
    query: (q) =>
      `max without (id, revision) (${q.age("windows_update_pending_published_timestamp")})`,
  },
  poolRunning: {
    unit: "bool",
    about: "1 while an application pool of IIS runs.",
    query: (q) => q.gauge("windows_iis_current_application_pool_state", { state: "Running" }),
  },
  workerFailures: {
    unit: "count",
    about: "Worker processes of an application pool that failed in 15 minutes.",
    query: (q) => q.increase("windows_iis_total_worker_process_failures", "15m"),
  },
  requestsRejected: {
    unit: "count",
    about: "Requests IIS rejected for a full queue, in 15 minutes.",
    query: (q) => `delta(${q.gauge("windows_iis_http_request_total_rejected_request")}[15m])`,
  },
});

const owner: Owner = { ...windowsOwner("services"), scope: "workload", layer: "service" };
const state = (name: string, which: string): string =>
  `windows_service_state{name="${name}",state="${which}"}`;
const mode = (name: string, which: string): string =>
  `windows_service_start_mode{name="${name}",start_mode="${which}"}`;
const task = (name: string): string => `windows_scheduled_task_last_result{task="${name}"}`;
const taskState = (name: string, which: string): string =>
  `windows_scheduled_task_state{task="${name}",state="${which}"}`;
const published = 'windows_update_pending_published_timestamp{id="1",revision="2"}';

export const group = defineAlerts(owner, signals, {
  WindowsServiceStopped: {
    severity: "warning",
    when: ({ serviceRunning, serviceAutomatic }) =>
      `${serviceRunning} == 0 and on (cluster, env, instance, name) ${serviceAutomatic} == 1`,
    for: "5m",
    summary: "Service {{ $labels.name }} of {{ $labels.host }} does not run",
    description: "{{ $labels.name }} starts with Windows and has been down for five minutes.",
    fires: {
      series: { [state("spooler", "running")]: "1x4 0x20", [mode("spooler", "auto")]: "1x30" },
      from: "10m",
      labels: { name: "spooler", state: "running" },
    },
    quiet: {
      series: {
        [state("spooler", "running")]: "1x4 0x2 1x20",
        [state("spooler", "stopped")]: "0x30",
        [mode("spooler", "auto")]: "1x30",
        [mode("spooler", "manual")]: "0x30",
        [state("fax", "running")]: "0x30",
        [mode("fax", "auto")]: "0x30",
        [mode("fax", "manual")]: "1x30",
        [state("sppsvc", "running")]: "0x30",
        [mode("sppsvc", "auto")]: "1x30",
      },
      at: "12m",
    },
  },
  WindowsScheduledTaskFailed: {
    severity: "warning",
    when: ({ taskDisabled, taskSucceeded, taskRunning }) =>
      `${taskSucceeded} == 0 unless on (cluster, env, job, instance, task) (${taskRunning} == 1 or ${taskDisabled} == 1)`,
    for: "1h",
    summary: "A scheduled task of {{ $labels.host }} failed",
    description: "The last run of {{ $labels.task }} ended with an error an hour ago or more.",
    step: "5m",
    fires: {
      series: {
        [task("/Backup")]: "1x4 0x40",
        [taskState("/Backup", "running")]: "0x50",
        [taskState("/Backup", "ready")]: "1x50",
      },
      from: "1h25m",
      labels: { task: "/Backup" },
    },
    quiet: {
      series: {
        [task("/Backup")]: "1x4 0x10 1x40",
        [task("/Microsoft/Windows/Chkdsk")]: "0x50",
        [task("/Long")]: "0x50",
        [taskState("/Long", "running")]: "1x50",
        [task("/Off")]: "0x50",
        [taskState("/Off", "disabled")]: "1x50",
      },
      at: "2h",
    },
  },
  WindowsUpdatesOverdue: {
    severity: "warning",
    scope: "host",
    threshold: { value: 30 * day, unit: "seconds since it was published" },
    when: ({ updateAge }, threshold) => `${updateAge} > ${threshold}`,
    for: "6h",
    summary: "{{ $labels.host }} lacks old updates",
    description:
      "The oldest update not installed was published {{ $value | humanizeDuration }} ago.",
    step: "1h",
    fires: {
      series: { [published]: "3600x900" },
      from: "728h",
      value: "30d 7h 0m 0s",
    },
    quiet: { series: { [published]: "500000x900" }, at: "740h" },
    resolves: { series: { [published]: "2500000x30" }, at: "2h" },
  },
  WindowsIisPoolStopped: {
    severity: "critical",
    when: ({ poolRunning }) => `${poolRunning} == 0`,
    for: "5m",
    summary: "Application pool {{ $labels.app }} of {{ $labels.host }} is stopped",
    description: "{{ $labels.app }} has not run for five minutes; its sites answer with 503.",
    fires: {
      series: {
        'windows_iis_current_application_pool_state{app="shop",state="Running"}': "1x4 0x20",
      },
      from: "10m",
      labels: { app: "shop", state: "Running" },
    },
    quiet: {
      series: {
        'windows_iis_current_application_pool_state{app="shop",state="Running"}': "1x4 0x2 1x20",
        'windows_iis_current_application_pool_state{app="shop",state="Initialized"}': "0x30",
      },
      at: "12m",
    },
  },
  WindowsIisWorkerFailures: {
    severity: "warning",
    threshold: { value: 4, unit: "failures in 15 minutes" },
    when: ({ workerFailures }, threshold) => `${workerFailures} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Workers of {{ $labels.app }} of {{ $labels.host }} crash",
    description:
      '{{ $value | printf "%.0f" }} worker processes of {{ $labels.app }} failed in 15 minutes; after five IIS stops the pool.',
    fires: {
      series: { 'windows_iis_total_worker_process_failures{app="shop"}': "0x8 5x30" },
      from: "9m",
      labels: { app: "shop" },
      value: "5",
    },
    quiet: {
      series: { 'windows_iis_total_worker_process_failures{app="shop"}': "1x8 4x50" },
      at: "30m",
    },
    byNature: { born: countsFromZero },
  },
  WindowsIisRequestsRejected: {
    severity: "warning",
    when: ({ requestsRejected }) => `${requestsRejected} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "IIS on {{ $labels.host }} rejects requests",
    description:
      '{{ $value | printf "%.0f" }} requests for {{ $labels.site }} were turned away in 15 minutes because its queue was full.',
    fires: {
      series: { 'windows_iis_http_request_total_rejected_request{site="shop"}': "5x8 6x30" },
      from: "9m",
      labels: { site: "shop" },
      value: "1",
    },
    quiet: {
      series: { 'windows_iis_http_request_total_rejected_request{site="shop"}': "6x60" },
      at: "40m",
    },
  },
});
