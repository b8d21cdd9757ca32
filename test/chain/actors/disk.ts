import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atExit } from "./at-exit.ts";

const mount = (options: string, folder: string): void => {
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "pipe" });
};

let allowed: boolean | undefined;

/** Whether file systems can be made here: root outside of most containers. */
export function mayMount(): boolean {
  if (allowed !== undefined) return allowed;
  const folder = mkdtempSync(join(tmpdir(), "vigil-mount-"));
  try {
    mount("size=1m", folder);
    execFileSync("umount", [folder], { stdio: "pipe" });
    allowed = true;
  } catch {
    allowed = false;
  }
  rmSync(folder, { recursive: true });
  return allowed;
}

/** Room on the disk of a process, that can be taken away. */
export interface Disk {
  fill(): void;
  free(): void;
  remove(): void;
}

/** Kilobytes when nothing is wrong. Prometheus sets 128 MB aside for the chunks of its head. */
const usual = 300 * 1024;

/** A file system of its own in a folder: a small one in memory that is really full. */
export function tmpfsAt(folder: string): Disk {
  mount(`size=${usual}k,mode=0777`, folder);
  const drop = (): void => {
    try {
      // Also where somebody still has a file open there.
      execFileSync("umount", ["-l", folder], { stdio: "pipe" });
    } catch {
      // Not there any more.
    }
  };
  const stay = atExit(drop);
  const resize = (kilobytes: number): void => {
    execFileSync("mount", ["-o", `remount,size=${kilobytes}k`, folder], { stdio: "pipe" });
  };
  return {
    fill: () => {
      const { bfree, blocks, bsize } = statfsSync(folder);
      // No larger than what is used: what is freed can be used again, as on a real one.
      const used = Math.max(1, blocks - bfree) * (bsize / 1024);
      try {
        resize(used);
      } catch {
        // More was written meanwhile.
        resize(used + 1024);
      }
    },
    free: () => {
      resize(usual);
    },
    remove: () => {
      stay();
      drop();
    },
  };
}

/** Without the right to mount, and for programs that end by the signal of a limit: always room. */
export const endless: Disk = {
  fill: () => undefined,
  free: () => undefined,
  remove: () => undefined,
};

/**
 * Without the right to mount: the process may not make any file larger, which it sees as a full disk.
 * Only what bears the signal that comes with it (SIGXFSZ), as Node and PostgreSQL do, can be tried so;
 * Go programs end by it, so that for them a disk is {@link endless}.
 */
export function limitOf(pid: () => number | undefined): Disk {
  const limit = (bytes: string): void => {
    const one = pid();
    if (one === undefined) return;
    try {
      execFileSync("prlimit", ["--pid", String(one), `--fsize=${bytes}:`], { stdio: "pipe" });
    } catch {
      // It ended in this moment.
    }
  };
  return {
    fill: () => {
      limit("4096");
    },
    free: () => {
      limit("unlimited");
    },
    remove: () => undefined,
  };
}
