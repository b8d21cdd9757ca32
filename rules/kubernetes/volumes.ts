import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { by, componentOwner, kubeletName, object, ofNode } from "./common.ts";

const sameClaim = "on (cluster, env, namespace, persistentvolumeclaim)";
const stat = (what: string): string => `kubelet_volume_stats_${what}`;
/** A volume that several nodes have mounted is one volume. */
const ofClaim = (values: string): string =>
  `min ${by("namespace", "persistentvolumeclaim")} (${values})`;
/** A raw block volume has a size and nothing in it that could be used or free: all of that is zero. */
const share = (q: Query, part: string, all: string): string =>
  ofClaim(
    `${q.gauge(stat(part))} / (${q.gauge(stat(all))} > 0) unless ${q.gauge(stat("used_bytes"))} == 0`,
  );
const inFourDays = (q: Query, what: string): string =>
  ofClaim(`predict_linear(${q.gauge(stat(what))}[6h], 4 * 86400)`);

export const signals = defineSignals({
  free: {
    unit: "ratio",
    about: "Share of each volume that is free.",
    query: (q) => share(q, "available_bytes", "capacity_bytes"),
  },
  freeInFourDays: {
    unit: "bytes",
    about: "Bytes free on each volume in four days if the last six hours go on.",
    query: (q) => inFourDays(q, "available_bytes"),
  },
  inodesFree: {
    unit: "ratio",
    about: "Share of the inodes of each volume that is free.",
    // Some file systems that make inodes as they are needed say that all are used, CephFS for one.
    query: (q) =>
      `(${share(q, "inodes_free", "inodes")} and max ${by("namespace", "persistentvolumeclaim")} (max_over_time(${q.gauge(stat("inodes_free"))}[7d:6h])) > 0)`,
  },
  inodesInFourDays: {
    unit: "count",
    about: "Inodes free on each volume in four days if the last six hours go on.",
    query: (q) => inFourDays(q, "inodes_free"),
  },
  readOnly: {
    unit: "bool",
    about: "1 for each claim that nobody may write to.",
    query: (q) =>
      `max by (cluster, env, namespace, persistentvolumeclaim) (${q.gauge("kube_persistentvolumeclaim_access_mode", { access_mode: "ReadOnlyMany" })})`,
  },
  abnormal: {
    unit: "bool",
    about: "1 for each volume whose driver says that something is wrong with it.",
    query: (q) => ofNode(q, q.gauge(stat("health_status_abnormal"))),
  },
  operationsFailed: {
    unit: "count",
    about: "Operations on volumes that failed in 15 minutes, by node and kind.",
    query: (q) =>
      ofNode(
        q,
        `sum without (migrated, status) (${q.events("storage_operation_duration_seconds_count", "15m", { status: "fail-unknown" })})`,
      ),
  },
});

const claim = 'namespace="shop",persistentvolumeclaim="data-db-0"';
const thatClaim = object({ namespace: "shop", persistentvolumeclaim: "data-db-0" });
const frozen = 'namespace="shop",persistentvolumeclaim="images"';
const readOnlyMode = {
  [`kube_persistentvolumeclaim_access_mode{${frozen},access_mode="ReadOnlyMany"}`]: "1x700",
  [`kube_persistentvolumeclaim_access_mode{${claim},access_mode="ReadWriteOnce"}`]: "1x700",
};
/** Free and all of a volume, and of one that is full on purpose. */
const volume = (part: string, all: string, free: string, size: string) => ({
  [`${stat(part)}{${claim}}`]: free,
  [`${stat(all)}{${claim}}`]: size,
  [`${stat(part)}{${frozen}}`]: "1000-2x480",
  [`${stat(all)}{${frozen}}`]: "100000x480",
  ...readOnlyMode,
});

export const group = defineAlerts(componentOwner("volumes", "workload", "kubelet"), signals, {
  KubePersistentVolumeFillingUp: {
    severity: "warning",
    family: "KubePersistentVolumeSpace",
    threshold: { value: 0.15, unit: "share of the volume free" },
    when: ({ free, freeInFourDays, readOnly }, threshold) =>
      `${free} < ${threshold} and ${freeInFourDays} < 0 unless ${sameClaim} ${readOnly} > 0`,
    for: "1h",
    summary: "Volume {{ $labels.persistentvolumeclaim }} will be full in four days",
    description:
      "{{ $value | humanizePercentage }} of the volume of {{ $labels.namespace }} is free, and at the pace of the last six hours it is full within four days.",
    fires: {
      series: volume("available_bytes", "capacity_bytes", "1000-1x480", "4000x480"),
      // Below 15 % from minute 401, an hour before it fires.
      from: "7h41m",
      labels: thatClaim,
      value: "13.48%",
    },
    quiet: {
      series: {
        ...volume("available_bytes", "capacity_bytes", "1000-0.25x480", "5500x480"),
        // Little room, but it has been enough all the time.
        [`${stat("available_bytes")}{namespace="b",persistentvolumeclaim="b"}`]: "100x480",
        [`${stat("capacity_bytes")}{namespace="b",persistentvolumeclaim="b"}`]: "1000x480",
      },
      at: "7h50m",
    },
    resolves: {
      series: {
        [`${stat("available_bytes")}{${claim}}`]: "3000x5",
        [`${stat("capacity_bytes")}{${claim}}`]: "4000x5",
        ...readOnlyMode,
      },
      at: "2m",
    },
  },
  KubePersistentVolumeFull: {
    severity: "critical",
    family: "KubePersistentVolumeSpace",
    threshold: { value: 0.03, unit: "share of the volume free" },
    when: ({ free, readOnly }, threshold) =>
      `${free} < ${threshold} unless ${sameClaim} ${readOnly} > 0`,
    for: "2m",
    summary: "Volume {{ $labels.persistentvolumeclaim }} is full",
    description:
      "Only {{ $value | humanizePercentage }} of the volume of {{ $labels.namespace }} is free: what writes to it fails now or within minutes.",
    fires: {
      series: volume("available_bytes", "capacity_bytes", "25x20", "1000x20"),
      from: "2m",
      labels: thatClaim,
      value: "2.5%",
    },
    quiet: {
      series: {
        ...volume("available_bytes", "capacity_bytes", "33x20", "1000x20"),
        // A raw block volume.
        [`${stat("available_bytes")}{namespace="b",persistentvolumeclaim="raw"}`]: "0x20",
        [`${stat("capacity_bytes")}{namespace="b",persistentvolumeclaim="raw"}`]: "100x20",
        [`${stat("used_bytes")}{namespace="b",persistentvolumeclaim="raw"}`]: "0x20",
        // Not measured: its size is not known either.
        [`${stat("available_bytes")}{namespace="b",persistentvolumeclaim="b"}`]: "-1x20",
        [`${stat("capacity_bytes")}{namespace="b",persistentvolumeclaim="b"}`]: "0x20",
      },
      at: "8m",
    },
  },
  KubePersistentVolumeInodesFillingUp: {
    severity: "warning",
    family: "KubePersistentVolumeInodes",
    threshold: { value: 0.15, unit: "share of the inodes free" },
    when: ({ inodesFree, inodesInFourDays, readOnly }, threshold) =>
      `${inodesFree} < ${threshold} and ${inodesInFourDays} < 0 unless ${sameClaim} ${readOnly} > 0`,
    for: "1h",
    summary: "Volume {{ $labels.persistentvolumeclaim }} runs out of inodes in four days",
    description:
      "{{ $value | humanizePercentage }} of the inodes are free, and at the pace of the last six hours none is left within four days: too many small files.",
    fires: {
      series: volume("inodes_free", "inodes", "1000-1x480", "4000x480"),
      from: "7h41m",
      labels: thatClaim,
      value: "13.48%",
    },
    quiet: {
      series: {
        ...volume("inodes_free", "inodes", "1000-0.25x480", "5500x480"),
        [`${stat("inodes_free")}{namespace="b",persistentvolumeclaim="b"}`]: "100x480",
        [`${stat("inodes")}{namespace="b",persistentvolumeclaim="b"}`]: "1000x480",
      },
      at: "7h50m",
    },
    resolves: {
      series: {
        [`${stat("inodes_free")}{${claim}}`]: "3000x5",
        [`${stat("inodes")}{${claim}}`]: "4000x5",
        ...readOnlyMode,
      },
      at: "2m",
    },
  },
  KubePersistentVolumeInodesUsedUp: {
    severity: "critical",
    family: "KubePersistentVolumeInodes",
    threshold: { value: 0.03, unit: "share of the inodes free" },
    when: ({ inodesFree, readOnly }, threshold) =>
      `${inodesFree} < ${threshold} unless ${sameClaim} ${readOnly} > 0`,
    for: "2m",
    summary: "Volume {{ $labels.persistentvolumeclaim }} has no inodes left",
    description:
      "Only {{ $value | humanizePercentage }} of the inodes are free: no new file can be made, however much room there is.",
    fires: {
      series: volume("inodes_free", "inodes", "25x20", "1000x20"),
      from: "2m",
      labels: thatClaim,
      value: "2.5%",
    },
    quiet: {
      series: {
        ...volume("inodes_free", "inodes", "33x20", "1000x20"),
        // File systems without a fixed number of inodes say zero of zero.
        [`${stat("inodes_free")}{namespace="b",persistentvolumeclaim="b"}`]: "-1x20",
        [`${stat("inodes")}{namespace="b",persistentvolumeclaim="b"}`]: "0x20",
      },
      at: "8m",
    },
  },
  KubeVolumeAbnormal: {
    severity: "warning",
    when: ({ abnormal }) => `${abnormal} > 0`,
    for: "5m",
    summary: "Volume {{ $labels.persistentvolumeclaim }} is not healthy",
    description:
      "The storage driver on {{ $labels.node }} has reported for five minutes that something is wrong with the volume; reads and writes may fail.",
    fires: {
      series: { ...kubeletName, [`${stat("health_status_abnormal")}{${claim}}`]: "1x20" },
      from: "5m",
      labels: { namespace: "shop", persistentvolumeclaim: "data-db-0", node: "node-1" },
    },
    quiet: {
      series: { ...kubeletName, [`${stat("health_status_abnormal")}{${claim}}`]: "1x3 0x20" },
      at: "12m",
    },
  },
  KubeVolumeOperationsFailing: {
    severity: "warning",
    scope: "node",
    threshold: { value: 5, unit: "failed operations in 15 minutes" },
    when: ({ operationsFailed }, threshold) => `${operationsFailed} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.operation_name }} fails on {{ $labels.node }}",
    description:
      '{{ $value | printf "%.0f" }} operations of {{ $labels.volume_plugin }} failed in 15 minutes: pods that need the volumes do not start or do not end.',
    fires: {
      series: {
        ...kubeletName,
        'storage_operation_duration_seconds_count{operation_name="volume_mount",volume_plugin="csi",migrated="false",status="fail-unknown"}':
          "0+0.4x100",
      },
      from: "23m",
      labels: { operation_name: "volume_mount", volume_plugin: "csi", node: "node-1" },
      value: "6",
    },
    quiet: {
      series: {
        ...kubeletName,
        'storage_operation_duration_seconds_count{operation_name="volume_mount",volume_plugin="csi",migrated="false",status="fail-unknown"}':
          "0+0.3x80",
        'storage_operation_duration_seconds_count{operation_name="volume_mount",volume_plugin="csi",migrated="false",status="success"}':
          "0+5x80",
      },
      at: "33m",
    },
  },
});
