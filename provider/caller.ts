import { readFile, readdir, readlink } from "node:fs/promises";
import type { Socket } from "node:net";
import { endianness } from "node:os";
import { messageOf, VigilError } from "./errors.ts";
import { findOnPath } from "../lib/path.ts";
import { run } from "./process/tool.ts";

/** One end of a TCP connection over IPv4. */
export interface End {
  readonly address: string;
  readonly port: number;
}

/** An end of an established connection as the kernel's table has it. */
export interface Peer {
  readonly inode: string;
  readonly user: number;
}

/** Both ends of a connection, as a socket names them; undefined once it is closed. */
export type Ends = {
  readonly [K in `${"local" | "remote"}${"Address" | "Port"}`]?: Socket[K] | undefined;
};

/** State of a connection in /proc/net/tcp. A connection being closed has no owner there, or user 0. */
const established = "01";

/**
 * Whether `pid` has the other end of a connection open. Nothing of the connection is read for that:
 * the kernel says whose it is, and nobody can make it say another's.
 *
 * @throws VigilError where the system does not say.
 */
export async function isHeldBy(
  pid: number,
  socket: Ends,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const other = endOf(socket.remoteAddress, socket.remotePort);
  const own = endOf(socket.localAddress, socket.localPort);
  // Closed by the other end before it was looked at.
  if (other === undefined || own === undefined) return false;
  try {
    return platform === "linux" ? await inProc(pid, other, own) : await inLsof(pid, other, own);
  } catch (error) {
    throw new VigilError(
      "The provider cannot verify its caller, and answers nobody",
      messageOf(error),
      platform === "linux"
        ? "Let it read /proc/net and /proc of its own user, and run again."
        : "Install lsof, and run again.",
    );
  }
}

/** A listener of both families names an IPv4 peer `::ffff:127.0.0.1`. */
function endOf(address: string | undefined, port: number | undefined): End | undefined {
  if (address === undefined || port === undefined) return undefined;
  return { address: address.replace(/^::ffff:/iu, ""), port };
}

async function inProc(pid: number, other: End, own: End): Promise<boolean> {
  // A client may have an IPv6 socket for an IPv4 connection. Where IPv6 is off there is no such table.
  const tables = await Promise.all([
    readFile("/proc/net/tcp", "utf8"),
    readFile("/proc/net/tcp6", "utf8").catch(() => ""),
  ]);
  const peer = tables.map((table) => parsePeer(table, other, own)).find((one) => one !== undefined);
  if (peer === undefined) return false;
  const folder = `/proc/${pid}/fd`;
  const open = await Promise.all(
    // A file may be closed meanwhile.
    (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => "")),
  );
  return open.includes(`socket:[${peer.inode}]`);
}

/** The end `other` of its connection with `own` in /proc/net/tcp or tcp6; only while it is open. */
export function parsePeer(table: string, other: End, own: End): Peer | undefined {
  const wanted = [endInTable(other), endInTable(own)];
  for (const line of table.split("\n")) {
    const [, local, remote, state, , , , user, , inode] = line.trim().split(/\s+/u);
    if (state !== established || inode === undefined || inode === "0") continue;
    if ([local, remote].every((end, index) => end?.replace(mapped, "") === wanted[index])) {
      return { inode, user: Number(user) };
    }
  }
  return undefined;
}

const little = endianness() === "LE";

/** How the table begins an IPv4 address in an IPv6 socket. */
const mapped = little ? /^0{16}FFFF0000(?=.{8}:)/u : /^0{16}0000FFFF(?=.{8}:)/u;

/** `0100007F:2382`: the address as a number of this processor, the port as people write it. */
function endInTable({ address, port }: End): string {
  const bytes = address.split(".").map(Number);
  const hex = Buffer.from(little ? bytes.reverse() : bytes).toString("hex");
  return `${hex}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
}

async function inLsof(pid: number, other: End, own: End): Promise<boolean> {
  const lsof = findOnPath("lsof") ?? "/usr/sbin/lsof";
  const args = ["-nP", "-a", "-p", String(pid), `-iTCP:${other.port}`, "-sTCP:ESTABLISHED"];
  const { output } = await run(lsof, [...args, "-F", "n"], { timeoutSeconds: 5 });
  return hasConnection(output, other, own);
}

/** Reads `lsof -F n`, where a connection of the process is `n127.0.0.1:5000->127.0.0.1:9090`. */
export function hasConnection(output: string, other: End, own: End): boolean {
  const name = `n${other.address}:${other.port}->${own.address}:${own.port}`;
  return output
    .split("\n")
    .some((line) => line.replaceAll(/\[::ffff:([\d.]+)\]/giu, "$1") === name);
}
