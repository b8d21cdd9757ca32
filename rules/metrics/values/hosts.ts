import { free, like, oneOf, type ProgramValues, share } from "../values.ts";

/** Names of block devices: the kernel's, and those of macOS. */
const disk = like(/^[\w!-]+$/, [
  "sda",
  "hda",
  "vda",
  "xvda",
  "nvme0n1",
  "mmcblk0",
  "md0",
  "dm-0",
  "rbd0",
  "sr0",
  "loop0",
  "zd0",
  "disk0",
]);
/** Names of network interfaces: systemd's, the kernel's, those of engines and of macOS. */
const link = like(/^[\w@.-]+$/, [
  "eth0",
  "eno1",
  "enp3s0",
  "en0",
  "wlan0",
  "wlp2s0",
  "wwan0",
  "ib0",
  "bond0",
  "team0",
  "br0",
  "lo",
  "docker0",
  "veth1a2b",
  "cali1a2b",
  "cni0",
  "tun0",
  "wg0",
]);
const fstype = like(/^[\w.]+$/, [
  "ext2",
  "ext3",
  "ext4",
  "xfs",
  "btrfs",
  "zfs",
  "f2fs",
  "vfat",
  "exfat",
  "tmpfs",
  "ramfs",
  "squashfs",
  "overlay",
  "nfs4",
  "cifs",
  "fuse.sshfs",
  "apfs",
  "hfs",
]);

export const nodeExporter: ProgramValues = {
  source:
    "prometheus/node_exporter@v1.11.1: collector; prometheus/procfs@v0.20.1: mdstat.go, sysfs/vulnerability.go; torvalds/linux@v6: fs, drivers",
  labels: {
    node_cpu_seconds_total: {
      mode: oneOf(["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"]),
    },
    node_cpu_vulnerabilities_info: {
      codename: free("vulnerabilities that the kernel knows"),
      state: oneOf(["not affected", "vulnerable", "mitigation", "unknown"], {
        unknown: ["unknown"],
        unheard: "A guest cannot see what its hypervisor does, and nothing on it fixes that.",
        notApplicable: ["not affected"],
      }),
    },
    "node_disk_*": { device: disk },
    "node_filesystem_*": { fstype },
    // What the system says of statfs(), or the exporter after five seconds without an answer.
    node_filesystem_device_error: {
      device_error: like(
        /^[A-Za-z /]*$/,
        [
          ...["", "input/output error", "mountpoint timeout", "no such file or directory"],
          ...["permission denied", "stale NFS file handle", "structure needs cleaning"],
        ],
        { notApplicable: [""] },
      ),
    },
    node_md_disks: { state: oneOf(["active", "failed", "spare"]) },
    node_md_state: { state: oneOf(["active", "inactive", "recovering", "resync", "check"]) },
    "node_network_*": { device: link },
    node_power_supply_power_source_state: { state: oneOf(["AC Power", "Battery Power"]) },
    node_scrape_collector_success: {
      collector: oneOf(
        (
          "arp bcache bcachefs bonding boottime btrfs buddyinfo cgroups conntrack cpu cpu_vulnerabilities cpufreq " +
          "devstat diskstats dmi drbd drm edac entropy ethtool exec fibrechannel filefd filesystem hwmon infiniband " +
          "interrupts ipvs kernel_hung ksmd lnstat loadavg logind mdadm meminfo meminfo_numa mountstats netclass " +
          "netdev netinterface netisr netstat network_route nfs nfsd ntp nvme os partition pcidevice perf " +
          "powersupplyclass pressure processes qdisc rapl runit schedstat selinux slabinfo sockstat softirqs softnet " +
          "stat supervisord swap sysctl systemd tapestats tcpstat textfile thermal thermal_zone time timex " +
          "udp_queues uname vmstat watchdog wifi xfrm xfs zfs zoneinfo"
        ).split(" "),
      ),
    },
    node_systemd_unit_state: {
      type: oneOf(
        ["simple", "exec", "forking", "oneshot", "dbus", "notify", "notify-reload", "idle", ""],
        { notApplicable: [""] },
      ),
      state: oneOf(["active", "activating", "deactivating", "inactive", "failed"]),
    },
    node_uname_info: { sysname: oneOf(["Linux", "Darwin", "FreeBSD", "OpenBSD", "NetBSD"]) },
    // How smartctl speaks to the disk, and the number of the attribute.
    "smartmon_*": {
      smart_id: like(/^\d+$/, ["5", "187", "197", "198"]),
      type: like(/^[\w+,]+$/, ["sat", "ata", "scsi", "nvme", "megaraid,0"]),
    },
    ...share(["apt_upgrades_held", "apt_upgrades_pending"], {
      arch: like(/^\w+$/, ["all", "amd64", "arm64", "i386"]),
      // Of a package that several archives have all are named.
      origin: like(/^.*:.*$|^$/, [
        "Debian:12.9/stable",
        "Debian-Security:12/stable-security",
        "Ubuntu:24.04/noble-updates",
        "Ubuntu:24.04/noble-security",
        "Debian-Security:12/stable-security,Debian:12.9/stable",
        "Docker:bookworm",
      ]),
    }),
  },
};

export const windowsExporter: ProgramValues = {
  source: "prometheus-community/windows_exporter@v0.31.8: internal/collector",
  labels: {
    windows_cpu_time_total: {
      mode: oneOf(["idle", "interrupt", "dpc", "privileged", "user"]),
    },
    // Collectors by the names of their switches.
    windows_exporter_collector_success: {
      collector: like(/^[a-z_]+$/, ["cpu", "logical_disk", "memory", "net", "service", "system"]),
    },
    windows_iis_current_application_pool_state: {
      state: oneOf([
        "Uninitialized",
        "Initialized",
        "Running",
        "Disabling",
        "Disabled",
        "Shutdown Pending",
        "Delete Pending",
      ]),
    },
    // A volume without a letter has its device's name, or the folder it is mounted at.
    "windows_logical_disk_*": { volume: like(/^.+$/, ["C:", "D:", "HarddiskVolume1"]) },
    // The exporter turns the backslashes of a task's path round.
    "windows_scheduled_task_*": {
      task: like(/^\/.+$/, ["/Backup", "/Microsoft/Windows/Chkdsk/ProactiveScan"]),
    },
    windows_scheduled_task_state: {
      state: oneOf(["disabled", "queued", "ready", "running", "unknown"], {
        unknown: ["unknown"],
        unheard: "The last result of such a task is looked at all the same.",
      }),
    },
    windows_service_start_mode: {
      start_mode: oneOf(["auto", "boot", "manual", "disabled", "system"]),
    },
    windows_service_state: {
      state: oneOf([
        "continue pending",
        "pause pending",
        "paused",
        "running",
        "start pending",
        "stop pending",
        "stopped",
      ]),
    },
    ...share(["windows_tcp_segments_retransmitted_total", "windows_tcp_segments_sent_total"], {
      af: oneOf(["ipv4", "ipv6"]),
    }),
    windows_update_pending_published_timestamp: { revision: free("revisions of updates") },
    // Names as Windows has them; each software brings its own.
    "windows_service_*": {
      name: like(/^.+$/, [
        "spooler",
        "clr_optimization_v4.0.30319_64",
        "edgeupdate",
        "gupdate",
        "GoogleUpdaterService130.0",
        "googleupdaterservice130.0",
        "MapsBroker",
        "RemoteRegistry",
        "ShellHWDetection",
        "sppsvc",
        "tiledatamodelsvc",
        "TrustedInstaller",
        "WbioSrvc",
        "CDPSvc",
        "cdpsvc",
        "wuauserv",
        "BITS",
        "gpsvc",
        "DoSvc",
      ]),
    },
  },
};
