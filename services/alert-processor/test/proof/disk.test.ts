import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { until } from "../../../../test/kit/servers.ts";
import { firing, numbers } from "./alerts.ts";
import { Processor } from "./harness.ts";

const megabyte = 1024 * 1024;

/** A way to leave no room for what the processor writes, and to give it back. */
interface Way {
  /** Before the processor runs. */
  prepare(processor: Processor): void;
  fill(processor: Processor): void;
  free(processor: Processor): void;
  /** After the processor has ended. */
  clear(processor: Processor): void;
}

/** Where the memory is. */
const disk = (processor: Processor): string => dirname(processor.place.database);
const ballast = (processor: Processor): string => join(disk(processor), "ballast");

/** A file system of its own that is really full; who may mount one is asked first. */
const full: Way = {
  prepare: (processor) => {
    mkdirSync(disk(processor));
    mount(disk(processor));
  },
  fill: (processor) => {
    const { bavail, bsize } = statfsSync(disk(processor));
    writeFileSync(ballast(processor), Buffer.alloc(bavail * bsize));
  },
  free: (processor) => {
    rmSync(ballast(processor));
  },
  clear: (processor) => {
    unmount(disk(processor));
  },
};

const limitFiles = (processor: Processor, bytes: string): void => {
  execFileSync("prlimit", ["--pid", String(processor.pid), `--fsize=${bytes}:`]);
};

/** No file may become larger: the same for a program, and everybody may do it to their own. */
const limited: Way = {
  prepare: (processor) => {
    mkdirSync(disk(processor));
  },
  fill: (processor) => {
    limitFiles(processor, String(megabyte));
  },
  free: (processor) => {
    limitFiles(processor, "unlimited");
  },
  clear: () => undefined,
};

const mount = (folder: string): void => {
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], { stdio: "ignore" });
};
const unmount = (folder: string): void => {
  execFileSync("umount", [folder]);
};

/** Whether we may make file systems: in most containers nobody may, root included. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "vigil-mount-"));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ways: readonly (readonly [string, Way])[] = [
  ["whose files may not grow", limited],
  ...(mayMount() ? [["on a disk that is full", full] as const] : []),
];

describe.each(ways)("a processor %s", (_, way) => {
  let processor: Processor;

  beforeAll(async () => {
    processor = await Processor.create({ database: "disk/memory.db" });
    way.prepare(processor);
    await processor.start();
  });

  afterAll(async () => {
    await processor.kill();
    way.clear(processor);
    await processor.remove();
  });

  it("answers 503 and keeps no part of a message, then accepts alerts again", async () => {
    const batchOf = (batch: number) => numbers(batch * 500, 500).map((number) => firing(number));
    const taken: number[] = [];
    const statuses = new Set<number>();
    const send = async (batch: number): Promise<number> => {
      const status = await processor.post(batchOf(batch));
      if (status === 200) taken.push(batch);
      statuses.add(status);
      return status;
    };
    const kept = () =>
      processor
        .ask("SELECT count(*) AS n FROM alerts")
        .concat(processor.ask("SELECT count(*) AS n FROM alert_events"));
    const whole = () => Array.from({ length: 2 }, () => ({ n: taken.length * 500 }));

    expect(await send(0)).toBe(200);
    way.fill(processor);
    // What is there already may be written again for a while.
    let batch = 1;
    await until("a refusal", 30, async () => ((await send(batch++)) === 503 ? true : undefined));
    for (const end = batch + 5; batch < end; batch += 1) expect(await send(batch)).toBe(503);
    expect(kept()).toEqual(whole());

    way.free(processor);
    await until("room", 30, async () => ((await send(batch++)) === 200 ? true : undefined));
    for (const end = batch + 5; batch < end; batch += 1) expect(await send(batch)).toBe(200);
    expect(kept()).toEqual(whole());
    expect(statuses).toEqual(new Set([200, 503]));
    expect(processor.ask("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  });
});
