/** Ordinary days of Ray and of Windows. */
import { type Situations, tryAll } from "./situation.ts";

const ray = { job: "ray", instance: "ray-1:8080", host: "ray-1", SessionName: "s" };
const windows = { job: "windows", instance: "w:9182", host: "w" };
const situations: Situations = {
  "tasks that wait for a node that is being made": {
    alert: "RayTasksStuck",
    target: ray,
    series: {
      'ray_tasks{State="PENDING_NODE_ASSIGNMENT",Name="t"}': "8x30",
      'autoscaler_pending_nodes{NodeType="gpu"}': "1x30",
    },
    firing: { "12m": 0 },
  },
  "a guest that has its time from its host": {
    alert: "WindowsTimeSourceLost",
    target: windows,
    series: { windows_time_ntp_client_time_sources: "0x90" },
    firing: { "80m": 0 },
  },
  "a disk that nobody can write to": {
    alert: "WindowsDiskSpaceCritical",
    target: { ...windows, volume: "E:" },
    series: {
      windows_logical_disk_free_bytes: "0x60",
      windows_logical_disk_size_bytes: "5e9x60",
      windows_logical_disk_readonly: "1x60",
    },
    firing: { "30m": 0 },
  },
};

tryAll(situations);
