import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../../../test/kit/servers.ts";
import { PostgresServer } from "../store/postgres-server.ts";
import { firing, numbers } from "./alerts.ts";
import { Processor } from "./harness.ts";

describe("a processor whose PostgreSQL is gone", () => {
  let server: PostgresServer;
  let processor: Processor;

  beforeAll(async () => {
    server = await PostgresServer.start();
    processor = await Processor.create({
      store: { kind: "postgres", urlFile: "url", caFile: server.caFile },
    });
    const url = await server.fresh();
    writeFileSync(join(processor.place.folder, "url"), url.replace("127.0.0.1", "localhost"));
    await processor.start();
  });

  afterAll(async () => {
    await processor.remove();
    await server.stop();
  });

  it("answers 503 meanwhile, keeps what it acknowledged, and accepts alerts after that", async () => {
    const batchOf = (batch: number) => numbers(batch * 20, 20).map((number) => firing(number));
    expect(await processor.post(batchOf(0))).toBe(200);
    await server.crash();
    for (const batch of [1, 2, 3]) expect(await processor.post(batchOf(batch))).toBe(503);
    await expect(processor.get("/-/ready")).rejects.toThrow("answered 503");

    await server.resume();
    await until("the way back", 60, async () =>
      (await processor.post(batchOf(1))) === 200 ? true : undefined,
    );
    expect(await processor.post(batchOf(2))).toBe(200);
    const { open } = await processor.get<{ open: number }>("/v1/status");
    expect(open).toBe(60);
  });
});
