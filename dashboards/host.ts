import { group, signals } from "../rules/host.ts";
import type { BoardDefinition } from "./lib/board.ts";
import { stat, timeseries } from "./lib/panels.ts";

const { cpuUsed, diskFree, diskRead, diskWritten, load, memoryAvailable } = signals;
const { received, sent, up, uptime } = signals;
const { HostCpuHigh, HostDiskFilling, HostMemoryLow } = group.alerts;

/** Is this host healthy, and if not, what is it short of? */
export const board: BoardDefinition = {
  uid: "vigil-host",
  title: "Host overview",
  description: "Is this host healthy, and if not, what is it short of?",
  tags: ["host"],
  variables: [{ name: "host", label: "Host", query: 'label_values(up{job="node"}, host)' }],
  rows: [
    {
      title: "Now",
      panels: [
        stat(up, { title: "Answers" }),
        stat(uptime, { title: "Up for" }),
        stat(cpuUsed, { title: "CPU used", thresholdOf: HostCpuHigh }),
        stat(memoryAvailable, {
          title: "Memory available",
          thresholdOf: HostMemoryLow,
          bad: "below",
        }),
        stat(diskFree, {
          title: "Disk free",
          legend: "{{mountpoint}}",
          thresholdOf: HostDiskFilling,
          bad: "below",
        }),
        stat(load, { title: "Load" }),
      ],
    },
    {
      title: "CPU and memory",
      panels: [
        timeseries(cpuUsed, { title: "CPU used", thresholdOf: HostCpuHigh }),
        timeseries(memoryAvailable, {
          title: "Memory available",
          thresholdOf: HostMemoryLow,
          bad: "below",
        }),
      ],
    },
    {
      title: "Disks",
      panels: [
        timeseries(diskFree, {
          title: "Free space",
          width: 8,
          legend: "{{host}} {{mountpoint}}",
          thresholdOf: HostDiskFilling,
          bad: "below",
        }),
        timeseries(diskRead, { title: "Read", width: 8, legend: "{{host}} {{device}}" }),
        timeseries(diskWritten, { title: "Written", width: 8, legend: "{{host}} {{device}}" }),
      ],
    },
    {
      title: "Network",
      panels: [
        timeseries(received, { title: "Received", legend: "{{host}} {{device}}" }),
        timeseries(sent, { title: "Sent", legend: "{{host}} {{device}}" }),
      ],
    },
  ],
};
