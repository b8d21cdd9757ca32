import { defineAlerts, type Owner } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { hostOwner } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

export const signals = defineSignals({
  raidMissing: {
    unit: "count",
    about: "Disks that a software RAID lacks.",
    query: (q) =>
      `${q.gauge("node_md_disks_required")} - ignoring (state) ${q.gauge("node_md_disks", { state: "active" })}`,
  },
  raidFailed: {
    unit: "count",
    about: "Disks of a software RAID that failed.",
    query: (q) => q.gauge("node_md_disks", { state: "failed" }),
  },
  raidRebuilding: {
    unit: "bool",
    about: "1 while a software RAID copies its data onto a disk.",
    query: (q) => q.gauge("node_md_state", { state: /recovering|resync/ }),
  },
  smartHealthy: {
    unit: "bool",
    about: "1 while a disk says of itself that it is well.",
    query: (q) => q.gauge("smartmon_device_smart_healthy"),
  },
  reallocated: {
    unit: "count",
    about: "Sectors that a disk replaced within a day.",
    query: (q) => `delta(${q.gauge("smartmon_reallocated_sector_ct_raw_value")}[1d])`,
  },
  pending: {
    unit: "count",
    about: "Sectors that a disk could not read and has not given up.",
    query: (q) => q.gauge("smartmon_current_pending_sector_raw_value"),
  },
  eccUncorrectable: {
    unit: "count",
    about: "Memory errors in an hour that could not be corrected.",
    query: (q) => q.increase("node_edac_uncorrectable_errors_total", "1h"),
  },
  eccCorrectable: {
    unit: "count",
    about: "Memory errors in an hour that were corrected.",
    query: (q) => q.increase("node_edac_correctable_errors_total", "1h"),
  },
  temperature: {
    unit: "celsius",
    about: "Temperature of each sensor.",
    query: (q) => q.gauge("node_hwmon_temp_celsius"),
  },
  temperatureMoves: {
    unit: "bool",
    about:
      "There for each sensor that moved within six hours: an input without one reads the same for ever.",
    query: (q) => `(changes(${q.gauge("node_hwmon_temp_celsius")}[6h]) > 0)`,
  },
  temperatureLimit: {
    unit: "celsius",
    about: "Temperature that the maker of each sensor calls high.",
    query: (q) => `(${q.gauge("node_hwmon_temp_max_celsius")} > 0)`,
  },
  temperatureAlarm: {
    unit: "bool",
    about: "1 while the hardware itself calls a temperature critical.",
    // As `temp1_crit_alarm`, or as the one `temp1_alarm` of an NVMe drive; other chips have that for
    // sensors, too, to which nothing is connected.
    query: (q) =>
      `(${q.gauge("node_hwmon_temp_crit_alarm_celsius")} or ${q.gauge("node_hwmon_temp_alarm", { chip: /nvme.*/ })})`,
  },
  fan: {
    unit: "count",
    about: "Turns per minute of each fan.",
    query: (q) => q.gauge("node_hwmon_fan_rpm"),
  },
  fanBefore: {
    unit: "count",
    about: "Turns per minute of each fan an hour ago.",
    query: (q) => `${q.gauge("node_hwmon_fan_rpm")} offset 1h`,
  },
});

const owner: Owner = { ...hostOwner("hardware"), scope: "device" };
const md = (metric: string, state?: string): string =>
  `node_md_${metric}{device="md0"${state === undefined ? "" : `,state="${state}"`}}`;
const smart = 'disk="/dev/sda",type="sat"';
const sensor = 'chip="platform_coretemp_0",sensor="temp1"';
const fan = 'node_hwmon_fan_rpm{chip="nct6775",sensor="fan1"}';

export const group = defineAlerts(owner, signals, {
  HostRaidDegraded: {
    severity: "warning",
    when: ({ raidMissing }) => `${raidMissing} > 0`,
    for: "5m",
    summary: "RAID {{ $labels.device }} of {{ $labels.host }} is degraded",
    description:
      '{{ $labels.device }} lacks {{ $value | printf "%.0f" }} of its disks and has no spare: the next failure may cost the data.',
    fires: {
      series: {
        [md("disks_required")]: "2x40",
        [md("disks", "active")]: "2x4 1x30",
        [md("disks", "failed")]: "0x40",
      },
      from: "10m",
      labels: { device: "md0" },
      value: "1",
    },
    quiet: {
      series: {
        [md("disks_required")]: "2x40",
        [md("disks", "active")]: "2x4 1x2 2x30",
        [md("disks", "spare")]: "0x40",
      },
      at: "15m",
    },
  },
  HostRaidDiskFailed: {
    severity: "warning",
    when: ({ raidFailed }) => `${raidFailed} > 0`,
    for: "5m",
    summary: "A disk of RAID {{ $labels.device }} of {{ $labels.host }} failed",
    description:
      'In {{ $labels.device }} {{ $value | printf "%.0f" }} disks are marked as failed; a spare may have taken over.',
    fires: {
      series: { [md("disks", "failed")]: "0x4 1x30" },
      from: "10m",
      labels: { device: "md0", state: "failed" },
      value: "1",
    },
    quiet: {
      series: { [md("disks", "failed")]: "0x4 1x2 0x30", [md("disks", "spare")]: "1x40" },
      at: "15m",
    },
  },
  HostRaidRebuilding: {
    severity: "info",
    when: ({ raidRebuilding }) => `${raidRebuilding} == 1`,
    for: "15m",
    summary: "RAID {{ $labels.device }} of {{ $labels.host }} copies its data",
    description:
      "{{ $labels.device }} is {{ $labels.state }}: it is slower meanwhile, and not yet safe where a disk was replaced.",
    fires: {
      series: { [md("state", "recovering")]: "0x4 1x30" },
      from: "20m",
      labels: { device: "md0", state: "recovering" },
    },
    quiet: {
      series: { [md("state", "recovering")]: "0x4 1x10 0x30", [md("state", "active")]: "1x50" },
      at: "30m",
    },
  },
  HostSmartUnhealthy: {
    severity: "warning",
    needs: "smartmon textfile",
    when: ({ smartHealthy }) => `${smartHealthy} == 0`,
    // The script runs every 15 minutes, and may fail once to ask an NVMe drive.
    for: "20m",
    summary: "Disk {{ $labels.disk }} of {{ $labels.host }} says it is failing",
    description: "{{ $labels.disk }} failed its own health check: expect it to die within a day.",
    fires: {
      series: { [`smartmon_device_smart_healthy{${smart}}`]: "1x4 0x40" },
      from: "25m",
      labels: { disk: "/dev/sda", type: "sat" },
    },
    quiet: {
      series: { [`smartmon_device_smart_healthy{${smart}}`]: "1x4 0x14 1x20" },
      at: "30m",
    },
  },
  HostDiskSectorsReallocated: {
    severity: "warning",
    needs: "smartmon textfile",
    threshold: { value: 5, unit: "sectors replaced in a day" },
    when: ({ reallocated }, threshold) => `${reallocated} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Disk {{ $labels.disk }} of {{ $labels.host }} replaces sectors",
    description:
      '{{ $labels.disk }} gave up {{ $value | printf "%.0f" }} sectors within a day: disks that begin so seldom last long.',
    step: "30m",
    fires: {
      series: {
        [`smartmon_reallocated_sector_ct_raw_value{${smart},smart_id="5"}`]: "8x60 14x20",
      },
      from: "30h30m",
      labels: { disk: "/dev/sda", type: "sat", smart_id: "5" },
      value: "6",
    },
    quiet: {
      series: { [`smartmon_reallocated_sector_ct_raw_value{${smart},smart_id="5"}`]: "8x60 12x60" },
      at: "32h",
    },
  },
  HostDiskSectorsPending: {
    severity: "warning",
    needs: "smartmon textfile",
    threshold: { value: 10, unit: "sectors that could not be read" },
    when: ({ pending }, threshold) => `${pending} > ${threshold}`,
    for: "1h",
    summary: "Disk {{ $labels.disk }} of {{ $labels.host }} has unreadable sectors",
    description:
      '{{ $labels.disk }} has {{ $value | printf "%.0f" }} sectors it cannot read: what lies there is lost unless another copy exists.',
    fires: {
      series: { [`smartmon_current_pending_sector_raw_value{${smart},smart_id="197"}`]: "12x90" },
      from: "1h",
      labels: { disk: "/dev/sda", type: "sat", smart_id: "197" },
      value: "12",
    },
    quiet: {
      series: { [`smartmon_current_pending_sector_raw_value{${smart},smart_id="197"}`]: "9x90" },
      at: "1h20m",
    },
  },
  HostEccUncorrectable: {
    severity: "critical",
    when: ({ eccUncorrectable }) => `${eccUncorrectable} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Memory of {{ $labels.host }} returned wrong data",
    description:
      'Memory controller {{ $labels.controller }} met {{ $value | printf "%.0f" }} errors in an hour that it could not correct.',
    fires: {
      series: { 'node_edac_uncorrectable_errors_total{controller="0"}': "0x5 1x80" },
      from: "6m",
      labels: { controller: "0" },
      value: "1",
    },
    quiet: {
      series: { 'node_edac_uncorrectable_errors_total{controller="0"}': "4x100" },
      at: "1h20m",
    },
    byNature: { born: countsFromZero },
  },
  HostEccCorrectable: {
    severity: "warning",
    threshold: { value: 10, unit: "corrected errors in an hour" },
    when: ({ eccCorrectable }, threshold) => `${eccCorrectable} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Memory of {{ $labels.host }} needs correction again and again",
    description:
      'Memory controller {{ $labels.controller }} corrected {{ $value | printf "%.0f" }} errors in an hour; one module is on its way out.',
    fires: {
      series: { 'node_edac_correctable_errors_total{controller="0"}': "0x9 11x100" },
      from: "10m",
      labels: { controller: "0" },
      value: "11",
    },
    quiet: {
      series: { 'node_edac_correctable_errors_total{controller="0"}': "0x9 9x100" },
      at: "1h20m",
    },
    byNature: { born: countsFromZero },
  },
  HostTemperatureHigh: {
    severity: "warning",
    when: ({ temperature, temperatureLimit, temperatureMoves }) =>
      `${temperature} > ${temperatureLimit} and ${temperatureMoves}`,
    for: "5m",
    summary: "{{ $labels.host }} is too warm",
    description:
      'Sensor {{ $labels.sensor }} of {{ $labels.chip }} reads {{ $value | printf "%.0f" }} °C, more than its maker allows for.',
    fires: {
      series: {
        [`node_hwmon_temp_celsius{${sensor}}`]: "60x4 90x20",
        [`node_hwmon_temp_max_celsius{${sensor}}`]: "80x30",
      },
      from: "10m",
      labels: { chip: "platform_coretemp_0", sensor: "temp1" },
      value: "90",
    },
    quiet: {
      series: {
        [`node_hwmon_temp_celsius{${sensor}}`]: "60x4 90x2 75x20",
        [`node_hwmon_temp_max_celsius{${sensor}}`]: "80x30",
        // Sensors without a limit say 0.
        [`node_hwmon_temp_celsius{${sensor},instance="b"}`]: "48x2 50x27",
        [`node_hwmon_temp_max_celsius{${sensor},instance="b"}`]: "0x30",
        // Nothing is connected to it.
        [`node_hwmon_temp_celsius{${sensor},instance="c"}`]: "127.5x30",
        [`node_hwmon_temp_max_celsius{${sensor},instance="c"}`]: "80x30",
      },
      at: "12m",
    },
  },
  HostTemperatureCritical: {
    severity: "critical",
    // The exporter takes the alarm for a temperature: 0.001 degrees.
    when: ({ temperatureAlarm }) => `${temperatureAlarm} > 0`,
    for: "1m",
    summary: "{{ $labels.host }} is about to switch itself off for its heat",
    description:
      "Sensor {{ $labels.sensor }} of {{ $labels.chip }} raises its critical alarm; hardware protects itself next.",
    fires: {
      series: { [`node_hwmon_temp_crit_alarm_celsius{${sensor}}`]: "0x4 0.001x20" },
      from: "6m",
      labels: { chip: "platform_coretemp_0", sensor: "temp1" },
    },
    quiet: {
      series: {
        [`node_hwmon_temp_crit_alarm_celsius{${sensor}}`]: "0x4 0.001 0x20",
        // Nothing is connected to it.
        'node_hwmon_temp_alarm{chip="platform_nct6775_656",sensor="temp2"}': "1x20",
        'node_hwmon_temp_alarm{chip="nvme_nvme0",sensor="temp1"}': "0x20",
      },
      at: "6m",
    },
  },
  HostFanStopped: {
    severity: "warning",
    when: ({ fan: now, fanBefore }) => `${now} == 0 and ${fanBefore} > 0`,
    for: "5m",
    summary: "A fan of {{ $labels.host }} stopped",
    description:
      "{{ $labels.sensor }} of {{ $labels.chip }} turned an hour ago and stands still now.",
    fires: {
      series: { [fan]: "900x70 0x40" },
      from: "1h16m",
      labels: { chip: "nct6775", sensor: "fan1" },
    },
    quiet: {
      series: {
        [fan]: "900x70 0x2 800x40",
        // A header to which no fan is connected.
        'node_hwmon_fan_rpm{chip="nct6775",sensor="fan2"}': "0x120",
      },
      at: "1h20m",
    },
    resolves: { series: { [fan]: "900x20" }, at: "5m" },
  },
});
