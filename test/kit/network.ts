import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquire } from "../../lib/lock.ts";

/** What a file does: containers change the network interfaces, a browser wants them to stay as they are. */
type Use = "browser" | "containers";

/** Whoever has one of these has the interfaces stay; to change them takes all. As many as jest may have workers. */
const locks = [0, 1, 2, 3].map((slot) => join(tmpdir(), `vigil-test-network-${slot}.lock`));
const patience = 900;

/** Browsers of two workers do not wait for each other. */
const locksOf = (use: Use): readonly string[] => {
  const slot = (Number(process.env["JEST_WORKER_ID"] ?? 1) - 1) % locks.length;
  return use === "containers" ? locks : locks.slice(slot, slot + 1);
};

const held: (() => Promise<void>)[] = [];

/** One after the other, and always in the same order: two that want all cannot block each other. */
async function take(use: Use): Promise<void> {
  for (const lock of locksOf(use)) held.push(await acquire(lock, { seconds: patience }));
}

async function leave(): Promise<void> {
  for (const release of held.splice(0)) await release();
}

/**
 * Before the tests of a file: waits until no browser and no container of others is in the way. Chromium
 * breaks off its requests when interfaces come or go (ERR_NETWORK_CHANGED), and each container brings one.
 */
export function takeNetwork(use: Use): void {
  beforeAll(() => take(use), patience * 1000);
}

/** After the tests of a file, and after what else it does then: the next may have them. */
export function leaveNetwork(): void {
  afterAll(() => leave());
}

/** For a part of one test. */
export async function withNetwork(use: Use, work: () => Promise<void>): Promise<void> {
  await take(use);
  try {
    await work();
  } finally {
    await leave();
  }
}
