import { group as cpu, signals as ofCpu } from "../rules/host/cpu.ts";
import { group as disk, signals as ofDisk } from "../rules/host/disk.ts";
import { signals as ofIo } from "../rules/host/io.ts";
import { group as memory, signals as ofMemory } from "../rules/host/memory.ts";
import { signals as ofNetwork } from "../rules/host/network.ts";
import { signals as ofSystem } from "../rules/host/system.ts";
import type { BoardDefinition } from "./lib/board.ts";
import { stat, timeseries } from "./lib/panels.ts";

const { cpuUsed, load } = ofCpu;
const { diskFree } = ofDisk;
const { diskRead, diskWritten } = ofIo;
const { memoryAvailable } = ofMemory;
const { received, sent } = ofNetwork;
const { up, uptime } = ofSystem;
const { HostCpuHigh } = cpu.alerts;
const { HostDiskSpaceLow } = disk.alerts;
const { HostMemoryLow } = memory.alerts;

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
          thresholdOf: HostDiskSpaceLow,
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
          thresholdOf: HostDiskSpaceLow,
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
