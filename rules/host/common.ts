/** What the groups about Linux hosts share. */
import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";
import type { Matchers } from "../lib/signal.ts";

/** File systems that hold data: no pseudo, read-only image or container layer. */
export const real: Matchers = {
  fstype: /ext[234]|xfs|btrfs|zfs|f2fs|vfat|apfs|hfs/,
  // Volumes of pods, wherever the kubelet keeps them, and layers of containers come and go, and have alerts of their own. What macOS
  // keeps beside its data shares the room with it.
  mountpoint: {
    not: /.*[/]kubelet[/](?:pods|plugins)[/].+|[/]var[/]lib[/](?:kubelet|docker|containers?|containerd)[/].+|[/]run[/].+|[/]System[/]Volumes[/](?:Hardware|Preboot|Update|VM|iSCPreboot|xarts).*/,
  },
};
/** Interfaces to the outside: no bridge of containers, tunnel or loopback, nor a pod's end at AWS, `eni<hash>`. */
export const interfaces: Matchers = { device: /(?:en[a-hj-zA-Z0-9]|eth|wl|bond|ib|ww).*/ };
/** Whole disks and what is made of them: no partition, no drive without a medium. */
export const disks: Matchers = {
  device: /(?:nvme|sd|vd|xvd|hd|md|mmcblk|dm-|rbd|disk).+/,
};

/** Owner of one group about hosts. */
export const hostOwner = (topic: string): Owner => ({
  name: `host-${topic}`,
  service: "host",
  team: "sre",
  scope: "host",
  layer: "basic",
  board: hostBoard,
  target: { job: "node", instance: "a:9100", host: "a" },
});
