import { defineAlerts, type Labels, type Owner, type Series } from "../lib/alert.ts";
import { defineSignals, type Query, withLabel } from "../lib/signal.ts";
import { hostOwner, real } from "./common.ts";

const gauge = (q: Query, field: string): string => q.gauge(`node_filesystem_${field}`, real);
/** A disk that is mounted twice, or in part as a subvolume, is one disk. */
const least = (values: string): string => `min without (mountpoint) (${values})`;
const ofDisk = (q: Query, field: string): string => least(gauge(q, field));
/** With one of its mountpoints, that of the system before others. */
const mounted = (q: Query, values: string, field: string): string =>
  withLabel(q, values, {
    metric: `node_filesystem_${field}`,
    matchers: real,
    by: ["cluster", "env", "instance", "job", "device", "fstype"],
    label: "mountpoint",
    prefer: "/",
  });
const data = { ...real, fstype: /ext[34]|xfs|btrfs|zfs|f2fs/ };

export const signals = defineSignals({
  diskFree: {
    unit: "ratio",
    about: "Share of each file system that is free for ordinary users.",
    query: (q) =>
      mounted(q, `${ofDisk(q, "avail_bytes")} / (${ofDisk(q, "size_bytes")} > 0)`, "size_bytes"),
  },
  diskFreeIn4h: {
    unit: "bytes",
    about: "Bytes free in four hours if the last six go on.",
    query: (q) => least(`predict_linear(${gauge(q, "avail_bytes")}[6h], 14400)`),
  },
  diskFreeTomorrow: {
    unit: "bytes",
    about: "Bytes free in a day if the last six hours go on.",
    query: (q) => least(`predict_linear(${gauge(q, "avail_bytes")}[6h], 86400)`),
  },
  diskFreeAtLeast: {
    unit: "bytes",
    about: "Least bytes that were free in the three days before the last six hours.",
    query: (q) => least(`min_over_time(${gauge(q, "avail_bytes")}[3d] offset 6h)`),
  },
  diskFreeIn7d: {
    unit: "bytes",
    about: "Bytes free in a week if the last three days go on.",
    query: (q) => least(`predict_linear(${gauge(q, "avail_bytes")}[3d], 604800)`),
  },
  inodesFree: {
    unit: "ratio",
    about: "Share of the inodes of each file system that are free.",
    query: (q) => mounted(q, `${ofDisk(q, "files_free")} / (${ofDisk(q, "files")} > 0)`, "files"),
  },
  inodesFreeIn4h: {
    unit: "count",
    about: "Inodes free in four hours if the last six go on.",
    query: (q) => least(`predict_linear(${gauge(q, "files_free")}[6h], 14400)`),
  },
  inodesFreeTomorrow: {
    unit: "count",
    about: "Inodes free in a day if the last six hours go on.",
    query: (q) => least(`predict_linear(${gauge(q, "files_free")}[6h], 86400)`),
  },
  readOnly: {
    unit: "bool",
    about: "1 for a file system that takes no writes, wherever it is mounted.",
    query: (q) => ofDisk(q, "readonly"),
  },
  dataReadOnly: {
    unit: "bool",
    about: "1 for a file system that is there to be written to and takes no writes anywhere.",
    query: (q) => mounted(q, least(q.gauge("node_filesystem_readonly", data)), "readonly"),
  },
  wasWritable: {
    unit: "bool",
    about: "0 for a file system that took writes within the last three days.",
    query: (q) => least(`min_over_time(${q.gauge("node_filesystem_readonly", data)}[3d:1h])`),
  },
  deviceError: {
    unit: "bool",
    about: "1 for a file system that does not answer when asked for its size.",
    // Where the exporter may not look, or sees a container's mounts, nothing is wrong with the disk.
    query: (q) =>
      mounted(
        q,
        `max without (device_error, mountpoint) (${q.gauge("node_filesystem_device_error", { ...real, device_error: { not: /permission denied|no such file or directory/ } })})`,
        "device_error",
      ),
  },
  sizeOfDisk: {
    unit: "bytes",
    about: "Size of each file system, wherever it is mounted.",
    query: (q) => ofDisk(q, "size_bytes"),
  },
  size: {
    unit: "bytes",
    about: "Size of each file system by where it is mounted.",
    query: (q) => gauge(q, "size_bytes"),
  },
  sizeBefore: {
    unit: "bytes",
    about: "Size that each file system had an hour ago.",
    query: (q) => `${gauge(q, "size_bytes")} offset 1h`,
  },
  hostUp: {
    unit: "bool",
    about: "1 while the host's node exporter answers.",
    query: (q) => q.gauge("up", { job: "node" }),
  },
});

const owner: Owner = { ...hostOwner("disk"), scope: "device" };
const labels: Labels = { device: "/dev/sda1", fstype: "ext4", mountpoint: "/" };

/** Series of file systems: samples by field of `/`, of one on another instance, of one of another type. */
/** The volume of a pod. */
const ofPod = { mountpoint: "/var/lib/kubelet/pods/1/volumes/data" };

function on(
  fields: Series,
  { fstype = "ext4", instance = "a:9100", mountpoint = "/" } = {},
): Series {
  const set = `device="/dev/sda1",fstype="${fstype}",mountpoint="${mountpoint}",instance="${instance}"`;
  return Object.fromEntries(
    Object.entries(fields).map(([field, samples]) => [`node_filesystem_${field}{${set}}`, samples]),
  );
}
/** Half a byte that stays: an amount that no prediction may take for nothing. */
const still = (field: string, of: string): Series =>
  on({ [field]: "0.5x6000", [of]: "1000x6000" }, { instance: "still" });

export const group = defineAlerts(owner, signals, {
  HostDiskSpace: {
    unit: "share of the file system free",
    when: ({ diskFree, readOnly }, threshold) =>
      `${diskFree} < ${threshold} and ignoring (mountpoint) ${readOnly} == 0`,
    levels: {
      HostDiskSpaceLow: {
        severity: "warning",
        threshold: 0.15,
        for: "30m",
        summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} is low on space",
        description: "{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} is free.",
        fires: { series: 13, from: "30m", value: "13%" },
        quiet: { series: 17, at: "45m" },
      },
      HostDiskSpaceCritical: {
        severity: "critical",
        threshold: 0.05,
        for: "5m",
        summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} is nearly full",
        description:
          "{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} is free; when it is full, whatever writes there stops.",
        fires: { series: 4.5, from: "5m", value: "4.5%" },
        quiet: { series: 5.5, at: "12m" },
      },
    },
    series: (free) => on({ avail_bytes: `${free}x60`, size_bytes: "100x60", readonly: "0x60" }),
    beside: {
      ...on(
        { avail_bytes: "0x60", size_bytes: "100x60", readonly: "0x60" },
        { fstype: "squashfs" },
      ),
      ...on({ avail_bytes: "0x60", size_bytes: "100x60", readonly: "0x60" }, { fstype: "tmpfs" }),
      ...on({ avail_bytes: "0x60", size_bytes: "100x60", readonly: "0x60" }, ofPod),
      ...on({ avail_bytes: "0x60", size_bytes: "100x60", readonly: "1x60" }, { instance: "b" }),
    },
    labels,
  },
  HostDiskFillsIn24h: {
    severity: "warning",
    family: "HostDiskFills",
    threshold: { value: 0.4, unit: "share of the file system free" },
    // What was as full before and came back, as a cache of images does, comes back again.
    when: ({ diskFree, diskFreeAtLeast, diskFreeTomorrow, sizeOfDisk }, threshold) =>
      `${diskFree} < ${threshold} and ignoring (mountpoint) ${diskFreeTomorrow} < 0 unless ignoring (mountpoint) ${diskFreeAtLeast} / ${sizeOfDisk} <= ignoring (mountpoint) ${diskFree}`,
    for: "1h",
    summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} will be full within a day",
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} is free, and at the pace of the last six hours it is full within a day.",
    step: "5m",
    fires: {
      series: on({ avail_bytes: "600-2x250", size_bytes: "1000x250" }),
      from: "9h25m",
      labels,
      value: "37.4%",
    },
    quiet: {
      series: {
        ...on({ avail_bytes: "350x400", size_bytes: "1000x400" }),
        ...on({ avail_bytes: "900-2x400", size_bytes: "1000x400" }, { instance: "b" }),
        ...on({ avail_bytes: "600-2x290", size_bytes: "1000x400" }, { fstype: "tmpfs" }),
        ...on({ avail_bytes: "600-2x290", size_bytes: "1000x400" }, ofPod),
        // Images are collected at 85 %, and it fills again.
        ...on(
          { avail_bytes: "160x60 600-2x220", size_bytes: "1000x400" },
          { instance: "node-1:9100" },
        ),
        ...still("avail_bytes", "size_bytes"),
      },
      at: "20h",
    },
  },
  HostDiskFillsIn4h: {
    severity: "critical",
    family: "HostDiskFills",
    threshold: { value: 0.15, unit: "share of the file system free" },
    when: ({ diskFree, diskFreeIn4h }, threshold) =>
      `${diskFree} < ${threshold} and ignoring (mountpoint) ${diskFreeIn4h} < 0`,
    for: "1h",
    summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} will be full within hours",
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} is free, and at the pace of the last six hours it is full within four.",
    step: "5m",
    fires: {
      series: on({ avail_bytes: "450-5x85", size_bytes: "1000x85" }),
      from: "6h5m",
      labels,
      value: "8.5%",
    },
    quiet: {
      series: {
        ...on({ avail_bytes: "160x300", size_bytes: "1000x300" }),
        ...on({ avail_bytes: "900-5x130", size_bytes: "1000x300" }, { instance: "b" }),
        ...on({ avail_bytes: "550-5x108", size_bytes: "1000x108" }, { fstype: "tmpfs" }),
        ...on({ avail_bytes: "550-5x108", size_bytes: "1000x108" }, ofPod),
        ...still("avail_bytes", "size_bytes"),
      },
      at: "8h20m",
    },
  },
  HostDiskFillsIn7d: {
    severity: "info",
    family: "HostDiskFills",
    threshold: { value: 0.5, unit: "share of the file system free" },
    when: ({ diskFree, diskFreeIn7d }, threshold) =>
      `${diskFree} < ${threshold} and ignoring (mountpoint) ${diskFreeIn7d} < 0`,
    for: "6h",
    summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} will be full within a week",
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} is free, and at the pace of the last three days it is full within seven.",
    step: "30m",
    fires: {
      series: on({ avail_bytes: "700-2x300", size_bytes: "1000x300" }),
      from: "56h30m",
      labels,
      value: "47.4%",
    },
    quiet: {
      series: {
        ...on({ avail_bytes: "450x500", size_bytes: "1000x500" }),
        ...on({ avail_bytes: "2000-2x500", size_bytes: "2000x500" }, { instance: "b" }),
        ...on({ avail_bytes: "700-2x320", size_bytes: "1000x320" }, { fstype: "tmpfs" }),
        ...on({ avail_bytes: "700-2x320", size_bytes: "1000x320" }, ofPod),
        ...still("avail_bytes", "size_bytes"),
      },
      at: "6d",
    },
  },
  HostInodes: {
    unit: "share of inodes free",
    when: ({ inodesFree, readOnly }, threshold) =>
      `${inodesFree} < ${threshold} and ignoring (mountpoint) ${readOnly} == 0`,
    levels: {
      HostInodesLow: {
        severity: "warning",
        threshold: 0.1,
        for: "30m",
        summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} is low on inodes",
        description:
          "{{ $value | humanizePercentage }} of the inodes of {{ $labels.mountpoint }} are free; without them no file can be made, whatever the space.",
        fires: { series: 9, from: "30m", value: "9%" },
        quiet: { series: 11, at: "45m" },
      },
      HostInodesCritical: {
        severity: "critical",
        threshold: 0.03,
        for: "15m",
        summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} has next to no inodes",
        description:
          "{{ $value | humanizePercentage }} of the inodes of {{ $labels.mountpoint }} are free; soon no file can be made there.",
        fires: { series: 2.7, from: "15m", value: "2.7%" },
        quiet: { series: 3.3, at: "30m" },
      },
    },
    series: (free) => on({ files_free: `${free}x60`, files: "100x60", readonly: "0x60" }),
    beside: {
      ...on({ files_free: "0x60", files: "100x60", readonly: "0x60" }, { fstype: "tmpfs" }),
      ...on({ files_free: "0x60", files: "100x60", readonly: "0x60" }, ofPod),
      ...on({ files_free: "0x60", files: "100x60", readonly: "1x60" }, { instance: "b" }),
      // Btrfs counts none.
      ...on({ files_free: "0x60", files: "0x60", readonly: "0x60" }, { fstype: "btrfs" }),
    },
    labels,
  },
  HostInodesFillIn24h: {
    severity: "warning",
    family: "HostInodesFill",
    threshold: { value: 0.4, unit: "share of inodes free" },
    when: ({ inodesFree, inodesFreeTomorrow }, threshold) =>
      `${inodesFree} < ${threshold} and ignoring (mountpoint) ${inodesFreeTomorrow} < 0`,
    for: "1h",
    summary: "Inodes of {{ $labels.mountpoint }} of {{ $labels.host }} end within a day",
    description:
      "{{ $value | humanizePercentage }} of the inodes of {{ $labels.mountpoint }} are free, and at the pace of the last six hours none is left in a day.",
    step: "5m",
    fires: {
      series: on({ files_free: "600-2x250", files: "1000x250" }),
      from: "9h25m",
      labels,
      value: "37.4%",
    },
    quiet: {
      series: {
        ...on({ files_free: "350x400", files: "1000x400" }),
        ...on({ files_free: "900-2x400", files: "1000x400" }, { instance: "b" }),
        ...on({ files_free: "600-2x290", files: "1000x400" }, { fstype: "tmpfs" }),
        ...on({ files_free: "600-2x290", files: "1000x400" }, ofPod),
        ...on({ files_free: "0x400", files: "0x400" }, { fstype: "btrfs" }),
        ...still("files_free", "files"),
      },
      at: "20h",
    },
  },
  HostInodesFillIn4h: {
    severity: "critical",
    family: "HostInodesFill",
    threshold: { value: 0.2, unit: "share of inodes free" },
    when: ({ inodesFree, inodesFreeIn4h }, threshold) =>
      `${inodesFree} < ${threshold} and ignoring (mountpoint) ${inodesFreeIn4h} < 0`,
    for: "1h",
    summary: "Inodes of {{ $labels.mountpoint }} of {{ $labels.host }} end within hours",
    description:
      "{{ $value | humanizePercentage }} of the inodes of {{ $labels.mountpoint }} are free, and at the pace of the last six hours none is left in four.",
    step: "5m",
    fires: {
      series: on({ files_free: "450-5x85", files: "1000x85" }),
      from: "5h15m",
      labels,
      value: "13.5%",
    },
    quiet: {
      series: {
        ...on({ files_free: "180x300", files: "1000x300" }),
        ...on({ files_free: "900-5x130", files: "1000x300" }, { instance: "b" }),
        ...on({ files_free: "600-5x115", files: "1000x115" }, { fstype: "tmpfs" }),
        ...on({ files_free: "600-5x115", files: "1000x115" }, ofPod),
        ...on({ files_free: "0x300", files: "0x300" }, { fstype: "btrfs" }),
        ...still("files_free", "files"),
      },
      at: "8h20m",
    },
  },
  HostFilesystemReadOnly: {
    severity: "critical",
    // Many are meant to be so: snapshots, images, the store of an immutable system.
    when: ({ dataReadOnly, wasWritable }) =>
      `${dataReadOnly} == 1 and ignoring (mountpoint) ${wasWritable} == 0`,
    for: "5m",
    summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} takes no writes",
    description:
      "{{ $labels.mountpoint }} ({{ $labels.device }}) is mounted read-only; the kernel does that to a file system that is damaged.",
    fires: { series: on({ readonly: "0x4 1x20" }), from: "10m", labels },
    quiet: {
      series: {
        ...on({ readonly: "0x4 1x2 0x20" }),
        ...on({ readonly: "0x4 1x30" }, { fstype: "squashfs" }),
        ...on({ readonly: "1x30" }, { mountpoint: "/nix/store" }),
      },
      at: "12m",
    },
  },
  HostFilesystemDeviceError: {
    severity: "critical",
    when: ({ deviceError }) => `${deviceError} == 1`,
    for: "5m",
    summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} cannot be read",
    description:
      "{{ $labels.mountpoint }} ({{ $labels.device }}) does not answer when it is asked for its size: its device is gone or fails.",
    fires: { series: on({ device_error: "0x4 1x20" }), from: "10m", labels },
    quiet: {
      series: {
        ...on({ device_error: "0x4 1x2 0x20" }),
        'node_filesystem_device_error{device="/dev/sdb1",device_error="permission denied",fstype="ext4",mountpoint="/home/u"}':
          "1x30",
        ...on({ device_error: "1x30" }, { fstype: "fuse.sshfs" }),
      },
      at: "12m",
    },
  },
  HostFilesystemGone: {
    severity: "warning",
    when: ({ size, sizeBefore, hostUp }) =>
      `${sizeBefore} unless ${size} and on (cluster, env, instance) ${hostUp} == 1`,
    for: "10m",
    summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} is no longer mounted",
    description:
      "{{ $labels.device }} was mounted on {{ $labels.mountpoint }} an hour ago and is not now: what writes there fills the disk below.",
    fires: {
      series: { up: "1x90", ...on({ size_bytes: "100x65 stale" }) },
      from: "1h16m",
      labels,
    },
    quiet: {
      series: {
        up: "1x90",
        ...on({ size_bytes: "100x90" }),
        ...on({ size_bytes: "100x65 stale" }, { fstype: "tmpfs" }),
        ...on({ size_bytes: "100x65 stale" }, ofPod),
        'up{instance="b"}': "1x65 0x30",
        ...on({ size_bytes: "100x65 stale" }, { instance: "b" }),
        // Another program's word that the host is there does not count.
        'up{instance="b",job="another"}': "1x90",
      },
      at: "1h20m",
    },
    resolves: { series: { up: "1x20", ...on({ size_bytes: "100x20" }) }, at: "5m" },
    byNature: {
      removed:
        "Whether a file system was unmounted on purpose is not told; it ends on its own within the hour.",
      mounted: "Each place where something was mounted is one that programs now write beside.",
    },
  },
});
