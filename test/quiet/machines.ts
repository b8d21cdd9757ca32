import type { Capture, Captured } from "./replay.ts";

type Labels = Captured["labels"];
type Change = (one: Captured) => Captured | undefined;

const nameOf = ({ labels }: Captured): string => labels["__name__"] ?? "";
const isOfHost = (one: Captured): boolean => one.labels["job"] === "node";

/** The same value in every scrape. */
function always(one: Captured, value: number): Captured {
  return { ...one, samples: one.samples.map(([at]) => [at, value] as const) };
}

/** A counter that goes on at a pace, per second. */
function paced(one: Captured, pace: number): Captured {
  const [[start, first] = [0, 0]] = one.samples;
  return { ...one, samples: one.samples.map(([at]) => [at, first + pace * (at - start)] as const) };
}

/** What shows how busy a machine is, in figures that are too high for a smaller one. */
const usage =
  /^node_(?:load|procs_|timex_offset|sockstat_|filefd_allocated|nf_conntrack_entries$|processes_(?:pids|state|threads)|memory_(?:Dirty|Writeback|SUnreclaim))/;

/**
 * The machine as if nothing but the estate ran on it, its disks half empty and its clock kept right: what
 * else runs beside a test is not the estate's doing.
 */
export function calmed(capture: Capture): Capture {
  const size = new Map<string, number>();
  const keyOf = ({ labels }: Captured): string =>
    `${labels["device"] ?? ""} ${labels["mountpoint"] ?? ""}`;
  for (const one of capture.series) {
    const [[, value] = [0, 0]] = one.samples;
    if (/^node_filesystem_(?:size_bytes|files)$/.test(nameOf(one)))
      size.set(nameOf(one) + keyOf(one), value);
    if (nameOf(one) === "node_memory_MemTotal_bytes") size.set("memory", value);
    if (nameOf(one) === "node_memory_SwapTotal_bytes") size.set("swap", value);
  }
  const change: Change = (one) => {
    const name = nameOf(one);
    if (/^node_(?:time_seconds|scrape_)/.test(name)) return one;
    if (name === "node_cpu_seconds_total")
      return paced(one, one.labels["mode"] === "idle" ? 0.97 : 0);
    if (usage.test(name)) return always(one, 0);
    if (name === "node_memory_SwapFree_bytes") return always(one, size.get("swap") ?? 0);
    if (name === "node_timex_sync_status") return always(one, 1);
    if (name === "node_timex_maxerror_seconds") return always(one, 0.01);
    if (name === "node_memory_MemAvailable_bytes")
      return always(one, (size.get("memory") ?? 0) * 0.6);
    if (/^node_filesystem_(?:avail|free)_bytes$/.test(name))
      return always(one, (size.get(`node_filesystem_size_bytes${keyOf(one)}`) ?? 0) * 0.6);
    if (name === "node_filesystem_files_free")
      return always(one, (size.get(`node_filesystem_files${keyOf(one)}`) ?? 0) * 0.6);
    const [[, first] = [0, 0]] = one.samples;
    return always(one, first);
  };
  return {
    ...capture,
    series: capture.series.map((one) =>
      isOfHost(one) && nameOf(one).startsWith("node_") ? (change(one) ?? one) : one,
    ),
  };
}

/** A machine with something odd that nobody would call a fault, as a change of a calm one. */
export interface Odd {
  readonly what: string;
  /** Series that it lacks, as `name {"label":"value"}`. */
  readonly without?: RegExp;
  /** Series that it has beside the others or instead: labels, and values over its life so far. */
  readonly has?: readonly (readonly [name: string, labels: Labels, ...values: number[]])[];
}

const mount = (
  of: { device: string; fstype: string; mountpoint: string },
  { free, readonly = 0, size = 1e8 }: { free: number; readonly?: number; size?: number },
): NonNullable<Odd["has"]> =>
  Object.entries({
    avail_bytes: free,
    free_bytes: free,
    size_bytes: size,
    files: size / 16_384,
    files_free: free / 16_384,
    readonly,
    device_error: 0,
  }).map(([field, value]) => [`node_filesystem_${field}`, of, value] as const);

const link = (device: string, carrier: number, speed: number): NonNullable<Odd["has"]> => [
  ["node_network_up", { device }, carrier],
  ["node_network_carrier", { device }, carrier],
  ["node_network_carrier_changes_total", { device }, 1],
  ["node_network_speed_bytes", { device }, speed],
  ["node_network_receive_packets_total", { device }, 0],
];

/** What users of comparable tools were told of without reason. */
export const oddities: readonly Odd[] = [
  { what: "nothing odd" },
  {
    what: "an image, a disc and a snapshot that are full by nature",
    has: [
      ...mount(
        { device: "/dev/loop0", fstype: "squashfs", mountpoint: "/snap/core/1" },
        { free: 0, readonly: 1 },
      ),
      ...mount(
        { device: "/dev/sr0", fstype: "iso9660", mountpoint: "/media/cdrom" },
        { free: 0, readonly: 1 },
      ),
      ...mount(
        { device: "/dev/sr1", fstype: "udf", mountpoint: "/media/dvd" },
        { free: 0, readonly: 1 },
      ),
      ...mount(
        { device: "/dev/loop1", fstype: "erofs", mountpoint: "/apex" },
        { free: 0, readonly: 1 },
      ),
    ],
  },
  {
    what: "file systems that are read-only on purpose",
    has: [
      ...mount(
        { device: "/dev/vda1", fstype: "ext4", mountpoint: "/nix/store" },
        { free: 5e7, readonly: 1 },
      ),
      ...mount(
        { device: "/dev/vda2", fstype: "btrfs", mountpoint: "/usr" },
        { free: 0, readonly: 1 },
      ),
      ...mount(
        { device: "/dev/vda3", fstype: "vfat", mountpoint: "/boot/efi" },
        { free: 5e7, readonly: 1 },
      ),
    ],
  },
  {
    what: "full memory file systems, and mounts without a size",
    has: [
      ...mount({ device: "tmpfs", fstype: "tmpfs", mountpoint: "/run" }, { free: 0 }),
      ...mount({ device: "none", fstype: "ramfs", mountpoint: "/mnt/ram" }, { free: 0, size: 0 }),
      ...mount(
        { device: "gvfsd-fuse", fstype: "fuse.gvfsd-fuse", mountpoint: "/run/user/1000/gvfs" },
        { free: 0, size: 0 },
      ),
      [
        "node_filesystem_device_error",
        { device: "portal", fstype: "fuse.portal", mountpoint: "/run/user/1000/doc" },
        1,
      ],
    ],
  },
  {
    what: "containers: their layers and their ends of the network",
    has: [
      ...mount(
        { device: "overlay", fstype: "overlay", mountpoint: "/var/lib/docker/overlay2/a/merged" },
        { free: 0 },
      ),
      ...link("veth1a2b3c4", 0, 1.25e9),
      ...link("docker0", 0, -125_000),
      ...link("br-1a2b3c4d5e6f", 0, -125_000),
    ],
  },
  {
    what: "an empty port, Wi-Fi that is off, and links that never had more",
    has: [
      ...link("enp3s0", 0, -125_000),
      ...link("wlan0", 0, -125_000),
      ...link("eth1", 1, 12_500_000),
    ],
  },
  { what: "no swap", without: /^node_memory_Swap|^node_vmstat_pswp/ },
  {
    what: "swap that is switched off",
    has: [
      ["node_memory_SwapTotal_bytes", {}, 0],
      ["node_memory_SwapFree_bytes", {}, 0],
    ],
  },
  {
    what: "no time server, as its kernel sees it",
    has: [
      ["node_timex_sync_status", {}, 0],
      ["node_timex_maxerror_seconds", {}, 16],
      ["node_timex_estimated_error_seconds", {}, 16],
    ],
  },
  {
    what: "a kernel that counts no pressure, no conntrack, no timex",
    without: /^node_(?:pressure|nf_conntrack|timex|hwmon|edac|md)_/,
  },
  {
    what: "counters that went wrong long before",
    has: [
      ["node_vmstat_oom_kill", {}, 7],
      ["node_netstat_TcpExt_ListenDrops", {}, 90_000],
      ["node_edac_correctable_errors_total", { controller: "0" }, 40],
    ],
  },
  { what: "a machine that was started a minute ago", has: [["node_boot_time_seconds", {}, NaN]] },
  {
    what: "one core, a gigabyte, ten of disk, and the estate just put on it",
    without: /^node_filesystem|^node_\w+ .*"cpu":"(?!0")/,
    has: [
      ["node_memory_MemTotal_bytes", {}, 1e9],
      ["node_memory_MemAvailable_bytes", {}, 4.2e8, 3.8e8, 3.4e8, 3e8, 2.7e8, 2.4e8],
      ["node_load1", {}, 1.4, 1.2, 1, 0.6, 0.3, 0.1],
      ["node_load5", {}, 1.4, 1.2, 1, 0.6, 0.3, 0.1],
      ...mount(
        { device: "/dev/vda1", fstype: "ext4", mountpoint: "/" },
        { free: 3.8e9, size: 1e10 },
      ).map(
        ([name, labels, value = 0]) =>
          [
            name,
            labels,
            ...(/avail|free_bytes/.test(name) ? [4.2e9, 4.1e9, 4e9, 3.9e9] : []),
            value,
          ] as const,
      ),
    ],
  },
];

/** The host's part of a capture as that of another machine with an oddity. */
export function oddHost(
  capture: Capture,
  { has = [], without = /^$/ }: Odd,
  host: string,
): Captured[] {
  const own = capture.series.filter(isOfHost);
  const named: Labels = {
    job: "node",
    env: own[0]?.labels["env"] ?? "",
    host,
    instance: `${host}:9100`,
  };
  const replaced = new Set(
    has.map(([name, labels]) => JSON.stringify([name, Object.entries(labels).sort()])),
  );
  const kept = own.filter((one) => {
    const telling = Object.entries(one.labels).filter(([name]) => !(name in named));
    const { __name__: name = "", ...rest } = Object.fromEntries(telling);
    return (
      !without.test(`${name} ${JSON.stringify(rest)}`) &&
      !replaced.has(JSON.stringify([name, Object.entries(rest).sort()]))
    );
  });
  const times = own.find((one) => nameOf(one) === "up")?.samples.map(([at]) => at) ?? [];
  const more = has.map(([name, labels, ...values]): Captured => ({
    labels: { __name__: name, ...labels, ...named },
    samples: times.map((at, index) => {
      const value = values[Math.floor((index / times.length) * values.length)] ?? NaN;
      return [
        at,
        name === "node_boot_time_seconds" ? Math.floor(capture.born) - 60 : value,
      ] as const;
    }),
  }));
  return [...kept.map((one) => ({ ...one, labels: { ...one.labels, ...named } })), ...more];
}
