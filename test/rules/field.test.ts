/**
 * Situations from public bug reports about alert rules, each as the exporter tells of it. The variants
 * of every fixture find their kinds; these are the cases themselves.
 */
import { stringify } from "yaml";
import { groups } from "../../rules/index.ts";
import { expand, notation, samplesOf, withUp } from "../../rules/lib/fixture.ts";
import { plainOptions, renderRuleFile } from "../../rules/lib/rule-file.ts";
import { ruleFileOf, runAlertTests } from "../../toolchain/promtool.ts";

interface Situation {
  readonly alert: string;
  /** Labels of all series: the scrape's. */
  readonly target?: Readonly<Record<string, string>>;
  readonly series: Readonly<Record<string, string>>;
  /** @default 1m */
  readonly step?: string;
  /** How many alerts fire, by the moment. */
  readonly firing: Readonly<Record<string, number>>;
}

const state = { job: "kube-state-metrics", instance: "10.0.0.9:8080" };
const waiting = (uid: string): string =>
  `kube_pod_container_status_waiting_reason{namespace="m",pod="am-0",container="c",reason="CrashLoopBackOff",uid="${uid}"}`;

const filesystem = (field: string, mountpoint: string, device = "/dev/sda2"): string =>
  `node_filesystem_${field}{device="${device}",fstype="btrfs",mountpoint="${mountpoint}"}`;
const mountedOn = (avail: string, readonly: string, mountpoint: string, device?: string) => ({
  [filesystem("avail_bytes", mountpoint, device)]: avail,
  [filesystem("size_bytes", mountpoint, device)]: "100x60",
  [filesystem("readonly", mountpoint, device)]: readonly,
});

const situations: Readonly<Record<string, Situation>> = {
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
  "a pod of one name on two nodes, in a drain": {
    alert: "KubePodCrashLooping",
    target: state,
    series: {
      'kube_pod_info{namespace="m",pod="am-0",node="node-01",uid="1"}': "1x60",
      'kube_pod_info{namespace="m",pod="am-0",node="node-02",uid="2"}': "1x60",
      [waiting("2")]: "1x60",
    },
    firing: { "16m": 1, "60m": 1 },
  },
  "a second kube-state-metrics that does not know the node yet": {
    alert: "KubePodCrashLooping",
    target: { job: "kube-state-metrics" },
    series: {
      'kube_pod_info{namespace="m",pod="am-0",instance="a:8080"}': "_x10 1 stale",
      'kube_pod_info{namespace="m",pod="am-0",instance="b:8080",node="n1"}': "_x10 1x60",
      'kube_pod_container_status_waiting_reason{namespace="m",pod="am-0",container="c",reason="CrashLoopBackOff",instance="b:8080"}':
        "1x70",
    },
    firing: { "40m": 1 },
  },
  "kube-state-metrics moves while a StatefulSet lacks a replica": {
    alert: "KubeStatefulSetReplicasMismatch",
    target: { job: "kube-state-metrics", namespace: "shop", statefulset: "db" },
    series: {
      'kube_statefulset_replicas{instance="a",pod="ksm-1"}': "3x36 stale",
      'kube_statefulset_status_replicas_ready{instance="a",pod="ksm-1"}': "2x36 stale",
      'kube_statefulset_status_replicas_updated{instance="a",pod="ksm-1"}': "3x36 stale",
      'kube_statefulset_replicas{instance="b",pod="ksm-2"}': "_x37 3x40",
      'kube_statefulset_status_replicas_ready{instance="b",pod="ksm-2"}': "_x37 2x40",
      'kube_statefulset_status_replicas_updated{instance="b",pod="ksm-2"}': "_x37 3x40",
    },
    firing: { "30m": 1, "38m": 1, "45m": 1 },
  },
  "a certificate that lives for a day and is renewed every sixteen hours": {
    alert: "CertManagerCertExpiring",
    target: { job: "cert-manager", instance: "cm:9402" },
    series: {
      'certmanager_certificate_expiration_timestamp_seconds{namespace="m",name="c"}': "86400x240",
      'certmanager_certificate_renewal_timestamp_seconds{namespace="m",name="c"}': "57600x240",
    },
    firing: { "3h": 0 },
  },
  "clients whose certificates live for six hours": {
    alert: "KubeClientCertificateExpiresToday",
    target: { job: "apiserver", instance: "10.0.0.1:6443" },
    series: {
      'apiserver_client_certificate_expiration_seconds_bucket{le="0"}': "0x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="1800"}': "0x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="3600"}': "0x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="7200"}': "0x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="21600"}': "0+60x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="+Inf"}': "0+60x60",
    },
    firing: { "50m": 0 },
  },
  "a base backup that streams its log beside it": {
    alert: "PostgresStandbyLost",
    target: { job: "postgres", instance: "db-1:9187", host: "db-1" },
    series: {
      pg_replication_is_replica: "0x300",
      'pg_stat_replication_pg_wal_lsn_diff{application_name="b",client_addr="10.0.0.2",state="streaming"}':
        "0x300",
      'pg_stat_replication_pg_wal_lsn_diff{application_name="pg_basebackup",client_addr="10.0.0.9",state="streaming"}':
        "_x60 0x20 stale",
    },
    firing: { "90m": 0, "120m": 0 },
  },
  "the first audit event that is lost": {
    alert: "KubeAuditEventsLost",
    target: { job: "apiserver", instance: "10.0.0.1:6443" },
    series: { 'apiserver_audit_error_total{plugin="log"}': "_x30 40x60" },
    firing: { "32m": 1 },
  },
  "an error of a GPU that ends its pod, whose label goes": {
    alert: "GpuEccUncorrectable",
    target: { job: "dcgm", instance: "g:9400", host: "g", gpu: "0", UUID: "GPU-0" },
    series: {
      'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{pod="train-1"}': "0x20 stale",
      DCGM_FI_DEV_ECC_DBE_VOL_TOTAL: "_x21 1x60",
    },
    firing: { "20m": 0, "22m": 1 },
  },
  "an error of a GPU from days ago": {
    alert: "GpuXidFatal",
    target: { job: "dcgm", instance: "g:9400", host: "g", gpu: "0", UUID: "GPU-0" },
    step: "5m",
    series: { 'DCGM_FI_DEV_XID_ERRORS{err_code="79"}': "_x12 79x600" },
    firing: { "2h": 1, "26h": 0 },
  },
  "a raw block volume, of which the kubelet knows no space": {
    alert: "KubePersistentVolumeFull",
    target: { job: "kubelet", instance: "10.0.0.1:10250", namespace: "m" },
    series: {
      'kubelet_volume_stats_available_bytes{persistentvolumeclaim="raw"}': "0x600",
      'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="raw"}': "107374182400x600",
      'kubelet_volume_stats_used_bytes{persistentvolumeclaim="raw"}': "0x600",
    },
    firing: { "5h": 0 },
  },
  "a primary that Sentinel finds down: the state is a label": {
    alert: "RedisNoMaster",
    target: { job: "redis", instance: "s:9121", host: "s" },
    series: {
      'redis_sentinel_master_status{master_name="m",master_address="10.0.0.1:6379",master_status="ok"}':
        "1x10 stale",
      'redis_sentinel_master_status{master_name="m",master_address="10.0.0.1:6379",master_status="odown"}':
        "_x11 0x200",
    },
    firing: { "10m": 0, "13m": 1 },
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
  "a Saturday": {
    alert: "ServiceTrafficDropped",
    target: { job: "shop", instance: "a:8080", code: "200" },
    step: "5m",
    // Weekdays, a weekend, weekdays, and the next Saturday.
    series: {
      http_requests_total: "0+1000x1440 1440000+100x576 1497600+1000x1440 2937600+100x270",
    },
    firing: { "300h": 0 },
  },
  "callers that do not reach a service": {
    alert: "ServiceTrafficDropped",
    target: { job: "shop", instance: "a:8080", code: "200" },
    step: "5m",
    series: { http_requests_total: "0+1000x3000 3000000+33x270" },
    firing: { "252h": 1 },
  },
  "one of two workers is killed and its series vanishes": {
    alert: "CeleryWorkerDown",
    target: { job: "celery", instance: "c:9808", host: "c" },
    series: {
      'celery_worker_up{hostname="w1"}': "1x60 stale",
      'celery_worker_up{hostname="w2"}': "1x120",
    },
    firing: { "60m": 0, "75m": 1 },
  },
};

/** The rules of an alert alone, and the situation, as promtool wants them. */
function testOf({ alert: name, firing, series, step = "1m", target = {} }: Situation) {
  const group = groups.find(({ alerts }) => name in alerts);
  const alert = group?.alerts[name];
  if (group === undefined || alert === undefined) throw new Error(`no alert ${name}`);
  const samples = withUp(samplesOf(series, target));
  const count = `(count(ALERTS{alertname="${name}",alertstate="firing"}) or vector(0))`;
  return {
    rules: renderRuleFile(group, plainOptions, [alert]),
    tests: stringify(
      {
        rule_files: [ruleFileOf(name)],
        evaluation_interval: step,
        tests: [
          {
            interval: step,
            input_series: [...samples].map(([one, values]) => ({
              series: one,
              values: notation(values),
            })),
            promql_expr_test: Object.entries(firing).map(([at, wanted]) => ({
              expr: `${count} != ${wanted}`,
              eval_time: at,
              exp_samples: [],
            })),
          },
        ],
      },
      { lineWidth: 0 },
    ),
  };
}

it.each(Object.entries(situations))("%s", async (_name, situation) => {
  const answers = await runAlertTests(new Map([[situation.alert, testOf(situation)]]));
  expect(answers.get(situation.alert)).toBeUndefined();
});

it("a situation's notation is what promtool reads", () => {
  expect(expand("_x2 1 stale")).toEqual(["_", "_", 1, "stale"]);
});
