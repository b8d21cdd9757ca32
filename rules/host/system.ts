import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { hostOwner } from "./common.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the host's node exporter answers.",
    query: (q) => q.gauge("up", { job: "node" }),
  },
  answers: {
    unit: "bool",
    about: "1 while anything on a host answers.",
    query: (q) => `max by (cluster, env, host) (${q.gauge("up", { host: { not: "" } })})`,
  },
  uptime: {
    unit: "seconds",
    about: "Time since the host was started.",
    query: (q) => q.age("node_boot_time_seconds"),
  },
  knownBefore: {
    unit: "seconds",
    about:
      "When the host was started as it was known within the last day, a quarter of an hour ago.",
    query: (q) => `max_over_time(${q.gauge("node_boot_time_seconds")}[1d:15m] offset 15m)`,
  },
  restarts: {
    unit: "count",
    about: "How often the host was started within two hours.",
    query: (q) => `resets(${q.counter("node_context_switches_total")}[2h])`,
  },
  clockOffset: {
    unit: "seconds",
    about: "How far the clock is from the time its servers tell.",
    query: (q) => `abs(${q.gauge("node_timex_offset_seconds")})`,
  },
  clockSynchronised: {
    unit: "bool",
    about: "1 while something keeps the clock right.",
    query: (q) => q.gauge("node_timex_sync_status"),
  },
  clockWasSynchronised: {
    unit: "bool",
    about: "1 where something kept the clock right within the last day.",
    query: (q) => `max_over_time(${q.gauge("node_timex_sync_status")}[1d:1h])`,
  },
  clockMaxError: {
    unit: "seconds",
    about: "How wrong the clock may be at most.",
    query: (q) => q.gauge("node_timex_maxerror_seconds"),
  },
  filesOpen: {
    unit: "ratio",
    about: "Share of the files that the host may hold open.",
    query: (q) => `${q.gauge("node_filefd_allocated")} / (${q.gauge("node_filefd_maximum")} > 0)`,
  },
  processes: {
    unit: "ratio",
    about: "Share of the process numbers in use.",
    query: (q) =>
      `${q.gauge("node_processes_pids")} / (${q.gauge("node_processes_max_processes")} > 0)`,
  },
  threads: {
    unit: "ratio",
    about: "Share of the threads that the host may have.",
    query: (q) =>
      `${q.gauge("node_processes_threads")} / (${q.gauge("node_processes_max_threads")} > 0)`,
  },
  blocked: {
    unit: "count",
    about: "Processes that wait for a disk and cannot even be killed.",
    query: (q) => q.gauge("node_procs_blocked"),
  },
  hungTasks: {
    unit: "count",
    about: "Processes that the kernel reported as hanging in 15 minutes.",
    query: (q) => q.increase("node_kernel_hung_tasks_total", "15m"),
  },
  collectorSuccess: {
    unit: "bool",
    about: "1 while a collector that every Linux host can feed brings its metrics.",
    query: (q) =>
      q.gauge("node_scrape_collector_success", {
        collector:
          /cpu|diskstats|filefd|filesystem|loadavg|meminfo|netdev|netstat|sockstat|stat|systemd|textfile|timex|uname|vmstat/,
      }),
  },
  kernels: {
    unit: "count",
    about: "Versions of the kernel that run in an environment.",
    query: (q) =>
      `count by (cluster, env, job) (count by (cluster, env, job, release) (${q.gauge("node_uname_info", { sysname: "Linux" })}))`,
  },
});

const collector = (name: string): string => `node_scrape_collector_success{collector="${name}"}`;
const kernel = (instance: string, release: string, sysname = "Linux"): string =>
  `node_uname_info{instance="${instance}",release="${release}",sysname="${sysname}"}`;

export const group = defineAlerts(hostOwner("system"), signals, {
  HostDown: {
    severity: "critical",
    down: true,
    when: ({ answers, up }) => `${up} == 0 unless on (cluster, env, host) ${answers} == 1`,
    // Longer than a reboot takes.
    for: "5m",
    summary: "Host {{ $labels.host }} does not answer",
    description:
      "Nothing on {{ $labels.host }} has answered for five minutes: the host or its network is down.",
    fires: {
      series: { up: "1x2 0x20", 'up{job="postgres",instance="a:9187"}': "1x2 0x20" },
      from: "8m",
    },
    quiet: {
      series: {
        // A reboot.
        up: "1x2 0x4 1x20",
        'up{job="another"}': "0x30",
        // Only its node exporter is gone.
        'up{instance="b:9100",host="b"}': "1x2 0x30",
        'up{job="postgres",instance="b:9187",host="b"}': "1x30",
      },
      at: "20m",
    },
    byNature: {
      namesake: "Whatever answers on a host is a witness that it is up, of whatever job.",
    },
  },
  HostExporterDown: {
    severity: "warning",
    when: ({ answers, up }) => `${up} == 0 and on (cluster, env, host) ${answers} == 1`,
    for: "5m",
    summary: "The node exporter of {{ $labels.host }} does not answer",
    description:
      "Something else on {{ $labels.host }} answers, its node exporter has not for five minutes: the host is up and nothing is known of its CPU, memory and disks.",
    fires: {
      series: { up: "1x2 0x20", 'up{job="postgres",instance="a:9187"}': "1x30" },
      from: "8m",
    },
    quiet: {
      series: {
        up: "1x2 0x4 1x20",
        'up{job="postgres",instance="a:9187"}': "1x30",
        // It is the other one that does not answer.
        'up{instance="d:9100",host="d"}': "1x30",
        'up{job="postgres",instance="d:9187",host="d"}': "0x30",
        // Nothing there answers.
        'up{instance="b:9100",host="b"}': "1x2 0x30",
        'up{job="postgres",instance="b:9187",host="b"}': "1x2 0x30",
        // No host is named: nothing tells what stands together.
        'up{instance="c:9100",host=""}': "0x30",
        'up{job="postgres",instance="c:9187",host=""}': "1x30",
      },
      at: "20m",
    },
  },
  HostRebooted: {
    severity: "info",
    threshold: { value: 600, unit: "seconds since the start" },
    // A host that is watched for the first time was only just installed.
    when: ({ knownBefore, uptime }, threshold) => `${uptime} < ${threshold} and ${knownBefore}`,
    for: "0s",
    summary: "{{ $labels.host }} was started",
    description: "{{ $labels.host }} has been up for {{ $value | humanizeDuration }}.",
    fires: {
      series: { node_boot_time_seconds: "-5000x12 _x5 1080x30" },
      from: "18m",
      value: "0s",
    },
    quiet: {
      series: {
        node_boot_time_seconds: "-5000x3 300x30",
        'node_boot_time_seconds{instance="b"}': "_x9 560x30",
      },
      at: "15m",
    },
  },
  HostRebootLoop: {
    severity: "critical",
    threshold: { value: 2, unit: "starts within two hours" },
    when: ({ restarts }, threshold) => `${restarts} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "{{ $labels.host }} starts again and again",
    description:
      '{{ $labels.host }} was started {{ $value | printf "%.0f" }} times within two hours.',
    fires: {
      series: { node_context_switches_total: "0+100x10 0+100x10 0+100x10 0+100x30" },
      from: "33m",
      value: "3",
    },
    quiet: {
      series: { node_context_switches_total: "0+100x10 0+100x10 0+100x140" },
      at: "1h",
    },
    resolves: { series: { node_context_switches_total: "100+100x150" }, at: "2h10m" },
    byNature: { reset: "The resets of this counter are what it counts." },
  },
  HostClockSkew: {
    severity: "warning",
    threshold: { value: 0.05, unit: "seconds the clock is off" },
    when: ({ clockOffset }, threshold) => `${clockOffset} > ${threshold}`,
    for: "10m",
    summary: "The clock of {{ $labels.host }} is wrong",
    description:
      "The clock is {{ $value | humanizeDuration }} away from the time that its servers tell.",
    fires: { series: { node_timex_offset_seconds: "-0.06x20" }, from: "10m", value: "60ms" },
    quiet: { series: { node_timex_offset_seconds: "0.042x20" }, at: "15m" },
  },
  HostClockNotSynchronised: {
    severity: "warning",
    threshold: { value: 16, unit: "seconds the clock may be wrong" },
    // In virtual machines and containers the host often keeps the time, and their kernel never hears of it.
    when: ({ clockMaxError, clockSynchronised, clockWasSynchronised }, threshold) =>
      `${clockMaxError} >= ${threshold} and ${clockSynchronised} == 0 and ${clockWasSynchronised} == 1`,
    for: "10m",
    summary: "Nothing keeps the clock of {{ $labels.host }} right",
    description:
      "No time server has been heard for so long that the clock may be wrong by {{ $value | humanizeDuration }}.",
    fires: {
      series: { node_timex_sync_status: "1x4 0x20", node_timex_maxerror_seconds: "1x4 16x20" },
      from: "15m",
      value: "16s",
    },
    quiet: {
      series: {
        node_timex_sync_status: "1x4 0x20",
        node_timex_maxerror_seconds: "14x30",
        'node_timex_sync_status{instance="b"}': "1x30",
        'node_timex_maxerror_seconds{instance="b"}': "17x30",
        'node_timex_sync_status{instance="c"}': "0x30",
        'node_timex_maxerror_seconds{instance="c"}': "16x30",
      },
      at: "16m",
    },
  },
  HostFd: {
    unit: "share of the files that may be open",
    when: ({ filesOpen }, threshold) => `${filesOpen} > ${threshold}`,
    levels: {
      HostFdNearLimit: {
        severity: "warning",
        threshold: 0.8,
        for: "15m",
        summary: "{{ $labels.host }} holds many files open",
        description:
          "{{ $value | humanizePercentage }} of the files the host may hold open are open.",
        fires: { series: 90, from: "15m", value: "90%" },
        quiet: { series: 70, at: "25m" },
      },
      HostFdExhausted: {
        severity: "critical",
        threshold: 0.95,
        for: "5m",
        summary: "{{ $labels.host }} can hardly open another file",
        description:
          "{{ $value | humanizePercentage }} of the files the host may hold open are open; then no program can open a file or connection.",
        fires: { series: 98, from: "5m", value: "98%" },
        quiet: { series: 90, at: "12m" },
      },
    },
    series: (open) => ({ node_filefd_allocated: `${open}x30`, node_filefd_maximum: "100x30" }),
  },
  HostProcessesNearLimit: {
    severity: "warning",
    needs: "processes collector",
    threshold: { value: 0.8, unit: "share of process numbers in use" },
    when: ({ processes }, threshold) => `${processes} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.host }} runs out of process numbers",
    description:
      "{{ $value | humanizePercentage }} of the process numbers are taken; without one not even a login works.",
    fires: {
      series: { node_processes_pids: "90x30", node_processes_max_processes: "100x30" },
      from: "10m",
      value: "90%",
    },
    quiet: {
      series: { node_processes_pids: "70x30", node_processes_max_processes: "100x30" },
      at: "20m",
    },
  },
  HostThreadsNearLimit: {
    severity: "warning",
    needs: "processes collector",
    threshold: { value: 0.8, unit: "share of the threads there may be" },
    when: ({ threads }, threshold) => `${threads} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.host }} runs out of threads",
    description: "{{ $value | humanizePercentage }} of the threads that the kernel allows exist.",
    fires: {
      series: { node_processes_threads: "90x30", node_processes_max_threads: "100x30" },
      from: "10m",
      value: "90%",
    },
    quiet: {
      series: { node_processes_threads: "70x30", node_processes_max_threads: "100x30" },
      at: "20m",
    },
  },
  HostProcsBlocked: {
    severity: "warning",
    threshold: { value: 20, unit: "processes that wait for a disk" },
    when: ({ blocked }, threshold) => `${blocked} > ${threshold}`,
    for: "15m",
    summary: "Processes of {{ $labels.host }} hang on a disk",
    description:
      '{{ $value | printf "%.0f" }} processes wait for a disk or a network file system and cannot be killed.',
    fires: { series: { node_procs_blocked: "23x30" }, from: "15m", value: "23" },
    quiet: { series: { node_procs_blocked: "17x30" }, at: "25m" },
  },
  HostHungTasks: {
    severity: "warning",
    when: ({ hungTasks }) => `${hungTasks} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The kernel of {{ $labels.host }} reports hanging processes",
    description:
      'In 15 minutes {{ $value | printf "%.0f" }} processes have stood still for two minutes or more inside the kernel.',
    fires: { series: { node_kernel_hung_tasks_total: "0x5 1x30" }, from: "6m", value: "1" },
    quiet: { series: { node_kernel_hung_tasks_total: "2x40" }, at: "30m" },
  },
  HostCollectorFailed: {
    severity: "warning",
    when: ({ collectorSuccess }) => `${collectorSuccess} == 0`,
    for: "15m",
    summary: "{{ $labels.host }} no longer measures its {{ $labels.collector }}",
    description:
      "Collector {{ $labels.collector }} of the node exporter fails: alerts on its metrics cannot fire.",
    fires: {
      series: { [collector("filesystem")]: "1x4 0x30" },
      from: "20m",
      labels: { collector: "filesystem" },
    },
    quiet: {
      series: { [collector("filesystem")]: "1x4 0x10 1x30", [collector("mdadm")]: "0x50" },
      at: "30m",
    },
  },
  HostKernelVersionSkew: {
    severity: "info",
    scope: "estate",
    board: estateBoard,
    needs: "several hosts",
    threshold: { value: 2, unit: "versions of the kernel" },
    when: ({ kernels }, threshold) => `${kernels} > ${threshold}`,
    for: "6h",
    summary: "Hosts of {{ $labels.job }} run many kernels",
    description:
      '{{ $value | printf "%.0f" }} versions of the kernel run side by side: updates stop half way, or hosts wait for a restart.',
    step: "30m",
    fires: {
      series: {
        [kernel("a", "1")]: "1x30",
        [kernel("b", "2")]: "1x30",
        [kernel("c", "3")]: "1x30",
      },
      from: "6h",
      labels: { instance: "", host: "" },
      value: "3",
    },
    quiet: {
      series: {
        [kernel("a", "1")]: "1x30",
        [kernel("b", "2")]: "1x30",
        [kernel("c", "2")]: "1x30",
        [kernel("d", "25.1", "Darwin")]: "1x30",
      },
      at: "8h",
    },
  },
});
