import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { node, ray } from "./common.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the agent of a node answers its scrape.",
    query: (q) => q.gauge("up", { job: "ray" }),
  },
  cpuUsed: {
    unit: "count",
    about: "CPU of each node in use, in percent of all its cores.",
    query: (q) => q.gauge("ray_node_cpu_utilization"),
  },
  memoryUsed: {
    unit: "ratio",
    about: "Share of each node's memory in use, of its container's limit where there is one.",
    query: (q) => `${q.gauge("ray_node_mem_used")} / (${q.gauge("ray_node_mem_total")} > 0)`,
  },
  diskUsed: {
    unit: "ratio",
    about: "Share in use of the disk that Ray writes to.",
    query: (q) =>
      `${q.gauge("ray_node_disk_usage")} / (${q.gauge("ray_node_disk_usage")} + ${q.gauge("ray_node_disk_free")} > 0)`,
  },
  gpuMemoryUsed: {
    unit: "ratio",
    about: "Share of each GPU's memory in use.",
    query: (q) =>
      `${q.gauge("ray_node_gram_used")} / (${q.gauge("ray_node_gram_used")} + ${q.gauge("ray_node_gram_available")} > 0)`,
  },
  storeUsed: {
    unit: "ratio",
    about: "Share of each node's object store in use.",
    query: (q) =>
      `${q.gauge("ray_object_store_used_memory")} / (${q.gauge("ray_object_store_used_memory")} + ${q.gauge("ray_object_store_available_memory")} > 0)`,
  },
  spilled: {
    unit: "bytes",
    about: "Objects of each node that lie on disk because memory had no room.",
    query: (q) =>
      `sum by (${node}) (${q.gauge("ray_object_store_memory", { Location: "SPILLED" })})`,
  },
  evicted: {
    unit: "count",
    about: "Workers of each node that Ray ended within ten minutes to save memory.",
    query: (q) =>
      `sum by (${node}) (${q.events("ray_memory_manager_worker_eviction_total", "10m")})`,
  },
  crashed: {
    unit: "count",
    about: "Workers of each node that died within 15 minutes without being told to.",
    query: (q) => q.events("ray_node_manager_unexpected_worker_failure_total", "15m"),
  },
});

const oom = (name: string): string =>
  `ray_memory_manager_worker_eviction_total{Type="Task",Name="${name}"}`;
const gpu = 'GpuIndex="0"';
const location = (where: string): string => `ray_object_store_memory{Location="${where}"}`;

export const group = defineAlerts({ ...ray, name: "ray-nodes" }, signals, {
  RayNodeDown: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "5m",
    summary: "Ray on {{ $labels.host }} does not answer",
    description:
      "The agent at {{ $labels.instance }} has not answered its scrape for five minutes; what ran there has moved or is lost.",
    fires: { series: { up: "1 0x10" }, from: "6m" },
    quiet: { series: { up: "1 0x4 1x10", 'up{job="other"}': "0x20" }, at: "12m" },
  },
  RayNodeCpuSaturated: {
    severity: "warning",
    threshold: { value: 95, unit: "percent of all cores" },
    when: ({ cpuUsed }, threshold) => `${cpuUsed} > ${threshold}`,
    for: "30m",
    summary: "Ray keeps all cores of {{ $labels.host }} busy",
    description:
      '{{ $value | printf "%.0f" }} % of the CPU has been in use for half an hour; heartbeats of Ray itself may come late.',
    fires: { series: { ray_node_cpu_utilization: "98x40" }, from: "30m", value: "98" },
    quiet: { series: { ray_node_cpu_utilization: "92x40" }, at: "35m" },
  },
  RayNodeMemory: {
    unit: "share of the node's memory",
    when: ({ memoryUsed }, threshold) => `${memoryUsed} > ${threshold}`,
    levels: {
      RayNodeMemoryHigh: {
        severity: "warning",
        threshold: 0.85,
        for: "15m",
        summary: "Memory of the Ray node {{ $labels.host }} runs short",
        description:
          "{{ $value | humanizePercentage }} has been in use for 15 minutes; at 95 % Ray begins to end workers.",
        fires: { series: 90, from: "15m", value: "90%" },
        quiet: { series: 80, at: "20m" },
      },
      RayNodeMemoryCritical: {
        severity: "critical",
        threshold: 0.94,
        for: "5m",
        summary: "The Ray node {{ $labels.host }} is out of memory",
        description:
          "{{ $value | humanizePercentage }} is in use: workers are ended, and without luck the kernel ends Ray itself.",
        fires: { series: 97, from: "5m", value: "97%" },
        quiet: { series: 92, at: "10m" },
      },
    },
    series: (used) => ({ ray_node_mem_used: `${used}x30`, ray_node_mem_total: "100x30" }),
  },
  RayOomKills: {
    severity: "warning",
    when: ({ evicted }) => `${evicted} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Ray ends workers on {{ $labels.host }} to save memory",
    description:
      '{{ $value | printf "%.0f" }} tasks or actors were killed within ten minutes; Ray tries them again and may kill them again.',
    fires: { series: { [oom("train")]: "_x15 1x20" }, from: "15m", value: "1" },
    quiet: { series: { [oom("train")]: "3x60" }, at: "50m" },
  },
  RayWorkersCrashing: {
    severity: "warning",
    threshold: { value: 5, unit: "workers within 15 minutes" },
    when: ({ crashed }, threshold) => `${crashed} > ${threshold}`,
    for: "5m",
    keepFiringFor: "10m",
    summary: "Workers crash on the Ray node {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} workers died within 15 minutes though nobody had ended them.',
    fires: {
      series: { ray_node_manager_unexpected_worker_failure_total: "0x20 0+0.4x60" },
      from: "39m",
      value: "6",
    },
    quiet: { series: { ray_node_manager_unexpected_worker_failure_total: "0+0.3x90" }, at: "80m" },
  },
  RayNodeDisk: {
    unit: "share of the disk",
    when: ({ diskUsed }, threshold) => `${diskUsed} > ${threshold}`,
    levels: {
      RayNodeDiskHigh: {
        severity: "warning",
        threshold: 0.88,
        for: "30m",
        summary: "Disk of the Ray node {{ $labels.host }} fills up",
        description:
          "{{ $value | humanizePercentage }} has been in use for half an hour; at 95 % Ray spills no more objects.",
        fires: { series: 8, from: "30m", value: "92%" },
        quiet: { series: 16, at: "35m" },
      },
      RayNodeDiskFull: {
        severity: "warning",
        threshold: 0.95,
        for: "5m",
        summary: "Disk of the Ray node {{ $labels.host }} is full for Ray",
        description:
          "{{ $value | humanizePercentage }} is in use: tasks that need to spill end with OutOfDiskError.",
        fires: { series: 3, from: "5m", value: "97%" },
        quiet: { series: 7, at: "10m" },
      },
    },
    series: (used) => ({
      ray_node_disk_usage: `${100 - used}x40`,
      ray_node_disk_free: `${used}x40`,
    }),
  },
  RayGpuMemoryNearlyFull: {
    severity: "warning",
    threshold: { value: 0.97, unit: "share of the GPU's memory" },
    when: ({ gpuMemoryUsed }, threshold) => `${gpuMemoryUsed} > ${threshold}`,
    for: "30m",
    summary: "GPU {{ $labels.GpuIndex }} of the Ray node {{ $labels.host }} has no memory left",
    description:
      "{{ $value | humanizePercentage }} has been in use for half an hour; the next allocation of an actor may fail.",
    fires: {
      series: {
        [`ray_node_gram_used{${gpu}}`]: "99x40",
        [`ray_node_gram_available{${gpu}}`]: "1x40",
      },
      from: "30m",
      labels: { GpuIndex: "0" },
      value: "99%",
    },
    quiet: {
      series: {
        [`ray_node_gram_used{${gpu}}`]: "95x40",
        [`ray_node_gram_available{${gpu}}`]: "5x40",
      },
      at: "35m",
    },
  },
  RayObjectStore: {
    unit: "share of the object store",
    when: ({ storeUsed }, threshold) => `${storeUsed} > ${threshold}`,
    levels: {
      RayObjectStoreHigh: {
        severity: "warning",
        threshold: 0.85,
        for: "15m",
        summary: "Object store of {{ $labels.host }} fills up",
        description:
          "{{ $value | humanizePercentage }} has been in use for 15 minutes; soon objects go to disk.",
        fires: { series: 10, from: "15m", value: "90%" },
        quiet: { series: 20, at: "20m" },
      },
      RayObjectStoreCritical: {
        severity: "critical",
        threshold: 0.97,
        for: "5m",
        summary: "Object store of {{ $labels.host }} is full",
        description:
          "{{ $value | humanizePercentage }} has been in use for five minutes: tasks wait for room before they start.",
        fires: { series: 1, from: "5m", value: "99%" },
        quiet: { series: 5, at: "10m" },
      },
    },
    series: (used) => ({
      ray_object_store_used_memory: `${100 - used}x30`,
      ray_object_store_available_memory: `${used}x30`,
    }),
  },
  RayObjectsSpilled: {
    severity: "warning",
    threshold: { value: 50e9, unit: "bytes on disk" },
    when: ({ spilled }, threshold) => `${spilled} > ${threshold}`,
    for: "30m",
    summary: "{{ $labels.host }} keeps many objects on disk",
    description:
      "{{ $value | humanize1024 }}B have not fitted the object store for half an hour; reading them back is slow.",
    fires: { series: { [location("SPILLED")]: "55e9x40" }, from: "30m", value: "51.22Gi" },
    quiet: {
      series: { [location("SPILLED")]: "43e9x40", [location("MMAP_SHM")]: "90e9x40" },
      at: "35m",
    },
  },
});
