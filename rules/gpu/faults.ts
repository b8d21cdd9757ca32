import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { card, device, each, gained, gpu, ofCard, server } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

/**
 * Codes after which the GPU needs a reset, a reboot or a technician. The metric is the last code
 * seen, and `err_code` holds it too: another code is another series, so `changes` never sees it.
 */
const fatal = /46|48|62|64|74|79|95|119|120|136|140|143/;

const cards = (q: Query): string =>
  `count by (${server}) (group by (${server}, gpu) (${q.gauge("DCGM_FI_DEV_GPU_TEMP")}))`;

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while dcgm-exporter answers its scrape.",
    query: (q) => q.gauge("up", { job: "dcgm" }),
  },
  cards: {
    unit: "count",
    about: "GPUs that the driver shows on each host.",
    query: cards,
  },
  lost: {
    unit: "count",
    about: "GPUs that each host had within a day and has no more.",
    query: (q) => `max_over_time((${cards(q)})[1d:5m]) - ${cards(q)}`,
  },
  fatalXid: {
    unit: "count",
    about: "The last error code of each GPU, where it is one that only a reset or a repair ends.",
    query: (q) =>
      `max by (${device}, err_code) (${q.gauge("DCGM_FI_DEV_XID_ERRORS", { err_code: fatal })})`,
  },
  fatalXidYesterday: {
    unit: "count",
    about: "The same a day ago: the code stays until the driver is loaded again.",
    query: (q) =>
      `max by (${device}, err_code) (${q.gauge("DCGM_FI_DEV_XID_ERRORS", { err_code: fatal })} offset 1d)`,
  },
  xid: {
    unit: "count",
    about: "The last error code of each GPU, where it may be the application's fault.",
    query: (q) =>
      `max by (${device}, err_code) (${q.gauge("DCGM_FI_DEV_XID_ERRORS", { err_code: { not: fatal } })})`,
  },
  xidBefore: {
    unit: "count",
    about: "The same ten minutes ago.",
    query: (q) =>
      `max by (${device}, err_code) (${q.gauge("DCGM_FI_DEV_XID_ERRORS", { err_code: { not: fatal } })} offset 10m)`,
  },
  upBefore: {
    unit: "bool",
    about: "1 where dcgm-exporter answered ten minutes ago: what it says first may be old.",
    query: (q) => `${q.gauge("up", { job: "dcgm" })} offset 10m`,
  },
  xidCount: {
    unit: "count",
    about: "Errors of all codes within the exporter's window of five minutes.",
    query: (q) => `sum by (${device}) (${q.gauge("DCGM_EXP_XID_ERRORS_COUNT")})`,
  },
  doubleBit: {
    unit: "count",
    about: "Memory errors of 15 minutes that could not be corrected.",
    query: (q) => gained(q, "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", "15m"),
  },
  singleBit: {
    unit: "count",
    about: "Memory errors of an hour that were corrected.",
    query: (q) => gained(q, "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL", "1h"),
  },
  remapFailed: {
    unit: "bool",
    about: "1 once a bad row of memory could not be replaced.",
    query: (q) => each(q.gauge("DCGM_FI_DEV_ROW_REMAP_FAILURE")),
  },
  remapped: {
    unit: "count",
    about: "Rows of memory replaced within an hour after an error that was not corrected.",
    query: (q) => gained(q, "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "1h"),
  },
  retirePending: {
    unit: "count",
    about: "Pages of memory that leave service at the next reset.",
    query: (q) => each(q.gauge("DCGM_FI_DEV_RETIRED_PENDING")),
  },
  health: {
    unit: "count",
    about: "The worst verdict of DCGM's health watches: 0 pass, 10 warn, 20 fail.",
    query: (q) => `max by (${device}) (${q.gauge("DCGM_EXP_GPU_HEALTH_STATUS")})`,
  },
});

const temp = (labels: string): string => `DCGM_FI_DEV_GPU_TEMP{${labels}}`;
const xid = (code: string, labels = card): string =>
  `DCGM_FI_DEV_XID_ERRORS{${labels},err_code="${code}"}`;
const watch = (name: string): string =>
  `DCGM_EXP_GPU_HEALTH_STATUS{${card},health_watch="${name}"}`;

export const group = defineAlerts({ ...gpu, name: "gpu-faults" }, signals, {
  GpuExporterDown: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "5m",
    summary: "Nothing is known of the GPUs of {{ $labels.host }}",
    description:
      "dcgm-exporter at {{ $labels.instance }} has not answered for five minutes; it also hangs when the driver does.",
    fires: { series: { up: "1 0x10" }, from: "6m" },
    quiet: { series: { up: "1 0x4 1x10", 'up{job="other"}': "0x20" }, at: "12m" },
  },
  GpuMetricsMissing: {
    severity: "warning",
    when: ({ up, cards: shown }) =>
      `${up} == 1 unless on (cluster, env, host, instance, job) ${shown}`,
    for: "5m",
    summary: "{{ $labels.host }} shows no GPU at all",
    description:
      "The exporter at {{ $labels.instance }} answers and lists no GPU: the driver does not load or has lost them all.",
    fires: { series: { up: "1x20", [temp(card)]: "40x2 stale" }, from: "8m" },
    quiet: {
      series: {
        up: "1x20",
        [temp(card)]: "40x20",
        'up{job="other",instance="a:80"}': "1x20",
        'up{instance="gpu-2:9400"}': "0x20",
      },
      at: "15m",
    },
    byNature: { removed: "A host with an exporter for GPUs and no GPU is what it tells." },
  },
  GpuLost: {
    severity: "warning",
    when: ({ lost }) => `${lost} > 0`,
    for: "5m",
    summary: "{{ $labels.host }} has lost a GPU",
    description:
      '{{ $value | printf "%.0f" }} of the GPUs that {{ $labels.host }} had within the last day are not shown any more.',
    fires: {
      series: { [temp('gpu="0",UUID="GPU-0"')]: "40x40", [temp(card)]: "40x10 stale" },
      from: "16m",
      value: "1",
    },
    quiet: {
      series: {
        [temp('gpu="0",UUID="GPU-0"')]: "40x40",
        [temp(card)]: "40x40",
        [temp(`${card},device="nvidia3"`)]: "40x10 stale",
      },
      at: "30m",
    },
  },
  GpuXidFatal: {
    severity: "warning",
    when: ({ fatalXid, fatalXidYesterday }) => `${fatalXid} > 0 unless ${fatalXidYesterday} > 0`,
    for: "1m",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} reports a fatal error",
    description:
      "Its last error is XID {{ $labels.err_code }}: the GPU needs a reset, a reboot or a technician before it is trusted again.",
    fires: {
      series: { [xid("79")]: "_x3 79x10" },
      from: "4m",
      labels: { ...ofCard, err_code: "79" },
    },
    quiet: { series: { [xid("31")]: "31x20", [xid("48")]: "0x20" }, at: "10m" },
  },
  GpuXidError: {
    severity: "warning",
    when: ({ upBefore, xid: now, xidBefore }) =>
      `${now} > 0 unless ${xidBefore} and on (${server}) ${upBefore} == 1`,
    for: "0s",
    keepFiringFor: "10m",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} reports an error",
    description:
      "XID {{ $labels.err_code }} came within the last ten minutes; the job that used the GPU has probably ended.",
    fires: {
      series: { [xid("31")]: "_x15 31x30" },
      from: "15m",
      labels: { ...ofCard, err_code: "31" },
    },
    quiet: {
      series: {
        [xid("31")]: "31x60",
        [xid("79")]: "_x40 79x20",
        [xid("0", 'gpu="0",UUID="GPU-0"')]: "_x40 0x20",
      },
      at: "45m",
    },
  },
  GpuXidStorm: {
    severity: "warning",
    threshold: { value: 10, unit: "errors within five minutes" },
    when: ({ xidCount }, threshold) => `${xidCount} > ${threshold}`,
    for: "10m",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} reports error after error",
    description: '{{ $value | printf "%.0f" }} XID errors came within five minutes, and go on.',
    fires: {
      series: {
        [`DCGM_EXP_XID_ERRORS_COUNT{${card},xid="13"}`]: "7x20",
        [`DCGM_EXP_XID_ERRORS_COUNT{${card},xid="31"}`]: "5x20",
      },
      from: "10m",
      labels: ofCard,
      value: "12",
    },
    quiet: {
      series: {
        [`DCGM_EXP_XID_ERRORS_COUNT{${card},xid="13"}`]: "9x20",
        'DCGM_EXP_XID_ERRORS_COUNT{gpu="0",UUID="GPU-0",xid="13"}': "8x20",
      },
      at: "15m",
    },
  },
  GpuEccUncorrectable: {
    severity: "warning",
    when: ({ doubleBit }) => `${doubleBit} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} has corrupt memory",
    description:
      "An error of two bits was found and not corrected; what computed on the GPU may be wrong and was killed.",
    fires: {
      series: { [`DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{${card}}`]: "0x10 1x20" },
      from: "11m",
      labels: ofCard,
    },
    quiet: { series: { [`DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{${card}}`]: "4x60" }, at: "50m" },
    byNature: { born: countsFromZero },
  },
  GpuEccCorrectedOften: {
    severity: "warning",
    threshold: { value: 100, unit: "corrected memory errors within an hour" },
    when: ({ singleBit }, threshold) => `${singleBit} > ${threshold}`,
    for: "15m",
    summary: "Memory of GPU {{ $labels.gpu }} of {{ $labels.host }} wears out",
    description:
      "{{ $value | humanize }} errors of one bit were corrected within an hour; errors that cannot be corrected tend to follow.",
    fires: {
      series: { [`DCGM_FI_DEV_ECC_SBE_VOL_TOTAL{${card}}`]: "0x60 0+1.9x120" },
      from: "129m",
      labels: ofCard,
      value: "112.1",
    },
    quiet: { series: { [`DCGM_FI_DEV_ECC_SBE_VOL_TOTAL{${card}}`]: "0+1.5x180" }, at: "170m" },
  },
  GpuRowRemapFailed: {
    severity: "warning",
    when: ({ remapFailed }) => `${remapFailed} > 0`,
    for: "1m",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} cannot replace bad memory",
    description: "A bad row found no spare: the GPU is to be exchanged.",
    fires: {
      series: { [`DCGM_FI_DEV_ROW_REMAP_FAILURE{${card}}`]: "0x2 1x10" },
      from: "4m",
      labels: ofCard,
    },
    quiet: { series: { [`DCGM_FI_DEV_ROW_REMAP_FAILURE{${card}}`]: "0x20" }, at: "10m" },
  },
  GpuRowsRemapped: {
    severity: "warning",
    when: ({ remapped }) => `${remapped} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} replaces bad memory",
    description:
      "A row of memory was marked after an error that could not be corrected; the spare takes over at the next reset.",
    fires: {
      series: { [`DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{${card}}`]: "0x10 1x20" },
      from: "11m",
      labels: ofCard,
    },
    quiet: {
      series: { [`DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{${card}}`]: "2x120" },
      at: "100m",
    },
    byNature: { born: countsFromZero },
  },
  GpuPagesPending: {
    severity: "warning",
    when: ({ retirePending }) => `${retirePending} > 0`,
    for: "15m",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} waits for a reset",
    description: "Pages of its memory are to be retired, and are in use until the GPU is reset.",
    fires: {
      series: { [`DCGM_FI_DEV_RETIRED_PENDING{${card}}`]: "0 1x30" },
      from: "16m",
      labels: ofCard,
    },
    quiet: { series: { [`DCGM_FI_DEV_RETIRED_PENDING{${card}}`]: "1x13 0x20" }, at: "30m" },
  },
  GpuHealthFailed: {
    severity: "warning",
    family: "GpuHealth",
    when: ({ health }) => `${health} == 20`,
    for: "3m",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} fails its health check",
    description: "DCGM has called it failed for three minutes.",
    fires: {
      series: { [watch("PCIE")]: "20x10", [watch("MEM")]: "0x10" },
      from: "3m",
      labels: ofCard,
    },
    quiet: { series: { [watch("PCIE")]: "20x1 10x20", [watch("MEM")]: "10x20" }, at: "10m" },
  },
  GpuHealthDegraded: {
    severity: "warning",
    family: "GpuHealth",
    when: ({ health }) => `${health} >= 10`,
    for: "15m",
    summary: "DCGM warns of GPU {{ $labels.gpu }} of {{ $labels.host }}",
    description: "One of its health watches has not passed for a quarter of an hour.",
    fires: {
      series: { [watch("THERMAL")]: "10x30", [watch("MEM")]: "0x30" },
      from: "15m",
      labels: ofCard,
    },
    quiet: { series: { [watch("THERMAL")]: "10x13 0x20", [watch("MEM")]: "0x40" }, at: "30m" },
  },
});
