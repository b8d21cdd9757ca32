import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquire } from "../provider/process/lock.ts";

const lock = join(tmpdir(), "vigil-test-network.lock");
const patience = 900;

/**
 * Before the tests of a file: waits until it has the network interfaces for itself. Chromium breaks off
 * its requests when some come or go (ERR_NETWORK_CHANGED), and each container brings one.
 */
export function takeNetwork(): void {
  beforeAll(() => acquire(lock, patience), patience * 1000);
}

/** After the tests of a file, and after what else it does then: the next may have them. */
export function leaveNetwork(): void {
  afterAll(() => rm(lock, { force: true }));
}
