/** Situations from public bug reports about hosts. */
import { type Situations, tryAll } from "./situation.ts";

const node = { job: "node", instance: "a:9100", host: "a" };
const filesystem = (field: string, mountpoint: string, device = "/dev/sda2"): string =>
  `node_filesystem_${field}{device="${device}",fstype="btrfs",mountpoint="${mountpoint}"}`;
const mountedOn = (avail: string, readonly: string, mountpoint: string, device?: string) => ({
  [filesystem("avail_bytes", mountpoint, device)]: avail,
  [filesystem("size_bytes", mountpoint, device)]: "100x60",
  [filesystem("readonly", mountpoint, device)]: readonly,
});
const deviceError = (error: string, mountpoint: string): string =>
  `node_filesystem_device_error{device="/dev/sda7",device_error="${error}",fstype="ext4",mountpoint="${mountpoint}"}`;
const volume = "kubelet/pods/0a1b/volumes/kubernetes.io~csi/pvc-0a1b/mount";

const situations: Situations = {
  "a disk with two subvolumes and a read-only bind mount": {
    alert: "HostDiskSpaceCritical",
    target: { job: "node", instance: "a:9100", host: "a" },
    series: {
      ...mountedOn("2x60", "1x60", "/exports"),
      ...mountedOn("2x60", "0x60", "/home"),
      ...mountedOn("2x60", "0x60", "/"),
    },
    firing: { "10m": 1, "50m": 1 },
  },
  "a volume of data on a Mac and what the system keeps beside it": {
    alert: "HostDiskSpaceCritical",
    target: { job: "node", instance: "mac:9100", host: "mac" },
    series: {
      ...mountedOn("2x60", "1x60", "/", "/dev/disk3s1s1"),
      ...mountedOn("2x60", "0x60", "/System/Volumes/VM", "/dev/disk3s6"),
      ...mountedOn("2x60", "0x60", "/System/Volumes/Preboot", "/dev/disk3s2"),
      ...mountedOn("2x60", "0x60", "/System/Volumes/Data", "/dev/disk3s5"),
    },
    firing: { "10m": 1 },
  },
  "only the node exporter of a host is gone": {
    alert: "HostDown",
    target: { host: "h" },
    series: {
      'up{job="node",instance="h:9100"}': "1x10 0x60",
      'up{job="postgres",instance="h:9187"}': "1x70",
    },
    firing: { "60m": 0 },
  },
  "an alarm of a processor's temperature, as the exporter scales it": {
    alert: "HostTemperatureCritical",
    target: node,
    series: {
      'node_hwmon_temp_crit_alarm_celsius{chip="platform_coretemp_0",sensor="temp1"}':
        "0x5 0.001x20",
    },
    firing: { "5m": 0, "20m": 1 },
  },
  "an input of a board to which no sensor is connected": {
    alert: "HostTemperatureHigh",
    target: { ...node, chip: "platform_nct6775_656", sensor: "temp4" },
    series: { node_hwmon_temp_celsius: "127.5x60", node_hwmon_temp_max_celsius: "80x60" },
    firing: { "50m": 0 },
  },
  "an input of that kind that reads what might be, and is always the same": {
    alert: "HostTemperatureHigh",
    target: { ...node, chip: "platform_nct6775_656", sensor: "temp5" },
    series: { node_hwmon_temp_celsius: "98x60", node_hwmon_temp_max_celsius: "80x60" },
    firing: { "50m": 0 },
  },
  "a sensor that is hot since the exporter began": {
    alert: "HostTemperatureHigh",
    target: { ...node, chip: "platform_coretemp_0", sensor: "temp1" },
    series: {
      node_hwmon_temp_celsius: "98x3 99x2 98x55",
      node_hwmon_temp_max_celsius: "80x60",
    },
    firing: { "50m": 1 },
  },
  "an alarm of an NVMe drive, which has no limit in its name": {
    alert: "HostTemperatureCritical",
    target: node,
    series: { 'node_hwmon_temp_alarm{chip="nvme_nvme0",sensor="temp1"}': "0x5 1x20" },
    firing: { "20m": 1 },
  },
  "a data set below a home that the exporter may not enter": {
    alert: "HostFilesystemDeviceError",
    target: node,
    series: { [deviceError("permission denied", "/home/u/data")]: "1x30" },
    firing: { "20m": 0 },
  },
  "an exporter in a container that sees mounts of another": {
    alert: "HostFilesystemDeviceError",
    target: node,
    series: {
      [deviceError("no such file or directory", "/etc/dropbear")]: "1x30",
      [deviceError("", "/etc/hosts")]: "0x30",
    },
    firing: { "20m": 0 },
  },
  "a disk that fails: the error is a label": {
    alert: "HostFilesystemDeviceError",
    target: node,
    series: {
      [deviceError("", "/data")]: "0x5 stale",
      [deviceError("input/output error", "/data")]: "_x6 1x6 stale",
      [deviceError("mountpoint timeout", "/data")]: "_x13 1x30",
    },
    firing: { "10m": 0, "14m": 1, "20m": 1 },
  },
  "an NVMe drive that could not be asked once": {
    alert: "HostSmartUnhealthy",
    target: node,
    series: { 'smartmon_device_smart_healthy{disk="/dev/nvme0",type="nvme"}': "1x15 0x14 1x30" },
    firing: { "25m": 0, "30m": 0, "40m": 0 },
  },
  "a mirror that lacked a disk when the host booted": {
    alert: "HostRaidDegraded",
    target: node,
    series: {
      'node_md_disks_required{device="md0"}': "2x30",
      'node_md_disks{device="md0",state="active"}': "1x30",
      'node_md_disks{device="md0",state="failed"}': "0x30",
      'node_md_disks{device="md0",state="spare"}': "0x30",
    },
    firing: { "20m": 1 },
  },
  "a service that starts when needed, its name in small letters": {
    alert: "WindowsServiceStopped",
    target: { job: "windows", instance: "w:9182", host: "w" },
    series: {
      'windows_service_state{name="dosvc",state="running"}': "0x30",
      'windows_service_start_mode{name="dosvc",start_mode="auto"}': "1x30",
    },
    firing: { "20m": 0 },
  },

  "memory that ZFS has filled with what it read": {
    alert: "HostMemoryExhausted",
    target: node,
    series: {
      node_memory_MemAvailable_bytes: "4x60",
      node_memory_MemTotal_bytes: "100x60",
      node_zfs_arc_size: "80x60",
      node_zfs_arc_c_min: "3x60",
    },
    firing: { "40m": 0 },
  },
  "memory that is used up beside a small cache of ZFS": {
    alert: "HostMemoryExhausted",
    target: node,
    series: {
      node_memory_MemAvailable_bytes: "2x60",
      node_memory_MemTotal_bytes: "100x60",
      node_zfs_arc_size: "4x60",
      node_zfs_arc_c_min: "3x60",
    },
    firing: { "40m": 1 },
  },
  "a database's host, most of whose memory is huge pages": {
    alert: "HostMemoryLow",
    target: node,
    series: {
      node_memory_MemAvailable_bytes: "8x60",
      node_memory_MemTotal_bytes: "100x60",
      node_memory_Hugepagesize_bytes: "2x60",
      node_memory_HugePages_Total: "40x60",
    },
    firing: { "40m": 0 },
  },
  "a file of metrics that is written once and says what the host is for": {
    alert: "HostTextfileStale",
    target: { ...node, file: "/x/role.prom" },
    step: "1h",
    series: { node_textfile_mtime_seconds: "1000x700" },
    firing: { "100h": 0 },
  },
  "a pod's end of its link at AWS, where what the pod does not take is dropped": {
    alert: "HostNetTransmitDrops",
    target: { ...node, device: "eni4f1c2ab03d7" },
    series: {
      node_network_transmit_drop_total: "0+60x90",
      node_network_transmit_packets_total: "0+1200x90",
    },
    firing: { "60m": 0 },
  },
  "a volume of a pod, which leaves: a kubelet that keeps its things elsewhere": {
    alert: "HostFilesystemGone",
    target: { ...node, fstype: "ext4" },
    series: {
      up: "1x200",
      [`node_filesystem_size_bytes{device="/dev/rbd0",mountpoint="/var/lib/k0s/${volume}"}`]:
        "1e9x80 stale",
      [`node_filesystem_size_bytes{device="/dev/rbd1",mountpoint="/var/snap/microk8s/common/var/lib/${volume}"}`]:
        "1e9x80 stale",
      'node_filesystem_size_bytes{device="/dev/sda1",mountpoint="/"}': "1e9x200",
    },
    firing: { "110m": 0 },
  },
};

tryAll(situations);
