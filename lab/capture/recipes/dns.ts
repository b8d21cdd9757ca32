import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";

const types = { A: 1, AAAA: 28 } as const;

/** The type of record asked for. */
export type RecordType = keyof typeof types;

/** A question of DNS on the wire; it says that it understands signatures (the bit DO). */
export function question(name: string, type: RecordType): Buffer {
  const labels = name.split(".").map((label) => Buffer.from(`\0${label}`));
  for (const label of labels) label[0] = label.length - 1;
  return Buffer.concat([
    // An identifier, recursion desired; one question, one additional record.
    Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]),
    ...labels,
    Buffer.from([0, 0, types[type], 0, 1]),
    Buffer.from([0, 0, 41, 16, 0, 0, 0, 128, 0, 0, 0]),
  ]);
}

/** Asks a server on loopback, and waits for what it says; not for long. */
export async function askName(port: number, name: string, type: RecordType): Promise<void> {
  const socket = createSocket("udp4");
  const answered = new Promise((resolve) => socket.once("message", resolve).once("error", resolve));
  socket.send(question(name, type), port, "127.0.0.1");
  const patience = new AbortController();
  await Promise.race([
    answered,
    sleep(500, undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
  patience.abort();
  socket.close();
}
