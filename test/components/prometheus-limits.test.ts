import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseConfig } from "../kit/parse.ts";
import { renderPrometheus, webLimits } from "../../components/render/prometheus.ts";
import { freePort } from "../../lib/free-port.ts";
import { throwAway } from "../kit/pki.ts";
import { stackConfig } from "../kit/harness.ts";

const million = 1_000_000;

/** An exporter that somebody took over: a stand-in with a million series of its own making. */
function openFlood(): Server {
  return createServer((_, response) => {
    let next = 0;
    const go = (): void => {
      while (next < million) {
        let text = "";
        const end = Math.min(next + 5_000, million);
        for (; next < end; next++) text += `flood{id="${next}",padding="${"x".repeat(16)}"} 1\n`;
        if (!response.write(text)) {
          response.once("drain", go);
          return;
        }
      }
      response.end();
    };
    go();
  });
}

/** Waits, but not for ever: a Prometheus that ended says nothing. */
async function until(done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error("It did not come to that within a minute");
    await sleep(100);
  }
}

describe("a real Prometheus with the estate's limits", () => {
  let folder: string;
  let port: number;
  let prometheus: ChildProcess;
  let flood: Server;

  const ask = async (path: string): Promise<string> => {
    const url = `http://127.0.0.1:${port}${path}`;
    return (await fetch(url, { signal: AbortSignal.timeout(60_000) })).text();
  };

  const valueOf = async (query: string): Promise<string | undefined> => {
    const answer = await ask(`/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = JSON.parse(answer) as { data: { result: { value: [number, string] }[] } };
    return data.result[0]?.value[1];
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "vigil-limits-"));
    flood = openFlood().listen(0, "127.0.0.1");
    await once(flood, "listening");
    const { port: flooding } = flood.address() as { port: number };
    const { config } = parseConfig(stackConfig("local"), new Date());
    if (!config) throw new Error("stack local has mistakes");
    const target = { address: `127.0.0.1:${flooding}`, labels: { instance: "taken-over" } };
    const text = renderPrometheus({
      environment: "test",
      settings: { ...config.prometheus, scrapeInterval: "2s" },
      // As plan.ts has node's.
      jobs: [{ name: "node", access: "open", mostSamples: 10_000, targets: [target] }],
      alertmanager: "127.0.0.1:1",
      ruleFiles: [],
    });
    // Nobody asks for them: its configuration names them.
    const { ca, server } = await throwAway([]);
    writeFileSync(join(folder, "ca.crt"), ca);
    writeFileSync(join(folder, "client.crt"), server.certificate);
    writeFileSync(join(folder, "client.key"), server.key);
    writeFileSync(join(folder, "prometheus.yml"), text);
    port = await freePort();
    prometheus = spawn(
      "prometheus",
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...webLimits,
      ],
      { stdio: "ignore" },
    );
    await until(() =>
      ask("/-/ready").then(
        (text) => text.includes("Ready"),
        () => false,
      ),
    );
  });

  afterAll(async () => {
    const gone = once(prometheus, "exit");
    prometheus.kill("SIGKILL");
    await gone;
    flood.closeAllConnections();
    flood.close();
    rmSync(folder, { recursive: true });
  });

  it("drops a million series while they are read, and says that the job failed", async () => {
    const dropped = "prometheus_target_scrapes_exceeded_body_size_limit_total";
    const counted = async (): Promise<number> =>
      Number(new RegExp(`^${dropped} (\\d+)$`, "m").exec(await ask("/metrics"))?.[1]);
    await until(async () => (await counted()) >= 3);
    expect(await valueOf("up")).toBe("0");
    const head = /^prometheus_tsdb_head_series (\d+)$/m.exec(await ask("/metrics"))?.[1];
    expect(Number(head)).toBeLessThan(100);
    // 755 MB where the answer was read whole and counted.
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(
      readFileSync(`/proc/${prometheus.pid ?? 0}/status`, "utf8"),
    )?.[1];
    expect(Number(peak) / 1024).toBeLessThan(300);
  });

  it("answers beside more silent connections than it bears on its own", async () => {
    const silent: Socket[] = [];
    for (let one = 0; one < 600; one++) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      silent.push(socket);
    }
    await Promise.all(silent.map((socket) => once(socket, "connect")));
    expect(await ask("/-/ready")).toContain("Ready");
    // And they are sent away, where by default they may stay for five minutes.
    await Promise.all(silent.map((socket) => once(socket.resume(), "close")));
    for (const socket of silent) socket.destroy();
  });
});
