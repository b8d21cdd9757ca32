import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { until } from "../../../../test/kit/servers.ts";
import { PostgresServer } from "../store/postgres-server.ts";
import { firing, numbers } from "./alerts.ts";
import { Processor } from "./harness.ts";
import { channelTo, openReceiver, type Receiver } from "./receiver.ts";

/** The only answer that says that all works. */
const ready = (processor: Processor): Promise<string> =>
  processor.text("/-/ready").then(({ status }) => String(status));
const upOf = async (processor: Processor): Promise<string | undefined> =>
  /^vigil_processor_store_up (\d)$/m.exec((await processor.text("/metrics")).body)?.[1];

/** Waits until its page, its metrics and its log say that it can do nothing now, and why. */
async function saysWhy(processor: Processor, why: RegExp): Promise<void> {
  await until("it says that its memory fails", 60, async () =>
    (await upOf(processor)) === "0" ? true : undefined,
  );
  expect((await processor.text("/")).status).toBe(200);
  const { body, status } = await processor.text("/v1/alerts");
  expect(status).toBe(503);
  expect(body).toMatch(why);
  expect(processor.said).toMatch(why);
}

const worksAgain = (processor: Processor): Promise<true> =>
  until("it recovers automatically", 60, async () =>
    (await processor.post([firing(99_999)])) === 200 && (await upOf(processor)) === "1"
      ? true
      : undefined,
  );

describe("a processor whose PostgreSQL goes away", () => {
  let receiver: Receiver;
  let postgres: PostgresServer;
  let processor: Processor;

  beforeAll(async () => {
    receiver = await openReceiver();
    postgres = await PostgresServer.start();
    processor = await Processor.create({
      channels: { people: channelTo(receiver, { bundle: 1, perSecond: 50 }) },
      store: { kind: "postgres", urlFile: "url", caFile: postgres.caFile },
    });
    const url = await postgres.fresh();
    writeFileSync(join(processor.place.folder, "url"), url.replace("127.0.0.1", "localhost"));
  });

  afterAll(async () => {
    await processor.remove();
    await postgres.stop();
    await receiver.close();
  });

  it("while messages are under way it goes on living, and tells each alert when it is back", async () => {
    // Slow answers: many are under way at any moment.
    receiver.delay = () => 300;
    await processor.start();
    expect(await processor.post(numbers(0, 200).map((number) => firing(number)))).toBe(200);
    await receiver.next();
    const { pid } = processor;
    for (let round = 0; round < 2; round += 1) {
      await postgres.crash();
      await saysWhy(processor, /PostgreSQL at /);
      await postgres.resume();
      await worksAgain(processor);
    }
    receiver.delay = () => 0;
    await until("all are told", 60, () => (receiver.told.size >= 201 ? true : undefined));
    expect(processor.pid).toBe(pid);
  }, 240_000);

  it("starts without it, and accepts alerts as soon as it is there", async () => {
    await processor.stop();
    await postgres.crash();
    await processor.launch();
    await saysWhy(processor, /PostgreSQL at /);
    await postgres.resume();
    await worksAgain(processor);
    expect(await ready(processor)).toBe("200");
  });
});

describe("a processor that is started", () => {
  let processor: Processor;

  beforeAll(async () => {
    processor = await Processor.create({ database: "disk/memory.db" });
  });
  afterAll(() => processor.remove());
  afterEach(() => processor.stop());

  const database = (): string => processor.place.database;

  it("without the folder of its memory has a page that says so, and goes on when it is there", async () => {
    await processor.launch();
    await saysWhy(processor, /disk\/memory\.db: .*make sure that its folder exists/);
    mkdirSync(dirname(database()));
    expect(await worksAgain(processor)).toBe(true);
  });

  it("where no file may grow has a page that says so, and goes on when they may", async () => {
    rmSync(dirname(database()), { recursive: true });
    mkdirSync(dirname(database()));
    await processor.launch({}, ["prlimit", "--fsize=0:"]);
    await saysWhy(processor, /disk\/memory\.db: /);
    execFileSync("prlimit", ["--pid", String(processor.pid), "--fsize=unlimited:"]);
    expect(await worksAgain(processor)).toBe(true);
  });

  it("with a damaged memory says which file that is and the way back, which works", async () => {
    await processor.start();
    expect(await processor.post([firing(1)])).toBe(200);
    const copy = join(processor.place.folder, "copy.db");
    await processor.run("backup", copy);
    await processor.stop();
    writeFileSync(database(), "this is not what was written here ".repeat(1_000));
    for (const journal of ["-wal", "-shm"]) rmSync(database() + journal, { force: true });
    await processor.launch();
    await saysWhy(processor, /disk\/memory\.db: .*restore --config/);
    await processor.stop();
    await processor.run("restore", copy);
    await processor.start();
    expect(await processor.find("HostDiskFillsUp")).toMatchObject({
      alert: { alertname: "HostDiskFillsUp", status: "firing" },
    });
  });

  it("with its log on a full disk accepts alerts", async () => {
    const full = openSync("/dev/full", "w");
    await processor.launch({}, [], full);
    closeSync(full);
    expect(await worksAgain(processor)).toBe(true);
  });
});
