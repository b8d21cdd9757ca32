import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../kit/servers.ts";
import { newIdentity } from "../place.ts";
import { Timeline } from "../timeline.ts";
import { Clock } from "./clock.ts";
import { limitOf, mayMount, tmpfsAt } from "./disk.ts";
import { Exporter } from "./exporter.ts";
import { ProcessActor } from "./process.ts";
import { Proxy } from "./proxy.ts";
import { exchange, Relay } from "./relay.ts";
import { reset } from "./reset.ts";

const folder = mkdtempSync(join(tmpdir(), "vigil-actors-"));
const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

async function listening<T extends Server>(server: T): Promise<T> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

// With a reset that fails the connection is never closed, and the process never ends.
it.each([false, true])(
  "a connection is closed by a reset (its end on its way: %s)",
  async (ended) => {
    const server = createTcpServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = connect({ port: portOf(server), host: "127.0.0.1" }).on(
      "error",
      () => undefined,
    );
    const [socket] = (await once(server, "connection")) as [Socket];
    if (ended) socket.end("the end");
    const closed = once(socket, "close");
    reset(socket);
    await closed;
    expect(socket.destroyed).toBe(true);
    client.destroy();
    server.close();
  },
);

describe("a way that can be cut", () => {
  let asked = 0;
  let proxy: Proxy;

  beforeEach(async () => {
    asked = 0;
    const server = await listening(
      createServer((_request, response) => {
        asked += 1;
        response.end("here");
      }),
    );
    proxy = await Proxy.start(portOf(server));
    undo.push(() => proxy.stop());
  });

  const ask = async (patience = 600): Promise<string> => {
    const url = new URL(`http://127.0.0.1:${proxy.port}/`);
    const { body, status } = await exchange(url, { signal: AbortSignal.timeout(patience) });
    return status === 200 ? body : "no answer";
  };

  it.each([
    { way: "refuse", arrives: false },
    { way: "drop", arrives: false },
    { way: "half", arrives: true },
  ] as const)("$way: no answer comes, and all is well once it is healed", async (one) => {
    expect(await ask(30_000)).toBe("here");
    asked = 0;
    proxy.cut(one.way);
    expect(await ask()).toBe("no answer");
    if (one.arrives) await until("it arrives", 60, () => (asked > 0 ? true : undefined));
    expect(asked > 0).toBe(one.arrives);
    proxy.heal();
    expect(await ask(30_000)).toBe("here");
  });

  it("delay: the answer comes late", async () => {
    proxy.cut("delay");
    const begun = performance.now();
    expect(await ask(30_000)).toBe("here");
    expect(performance.now() - begun).toBeGreaterThan(2_000);
  });
});

describe("a relay", () => {
  it("writes down, holds, repeats and changes what goes through", async () => {
    const identity = await newIdentity();
    const came: string[] = [];
    const { certificate: cert, key } = identity;
    const server = await listening(
      createSecureServer({ cert, key }, (request, response) => {
        let text = "";
        request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        request.on("end", () => {
          came.push(text);
          response.writeHead(text === "bad" ? 503 : 200).end();
        });
      }),
    );
    // Nobody listens at the first.
    const relay = await Relay.start(identity, [1, portOf(server)]);
    undo.push(() => relay.stop());
    const post = async (body: string, patience = 30_000): Promise<number> => {
      const url = new URL(`https://127.0.0.1:${relay.port}/x`);
      const options = { method: "POST", signal: AbortSignal.timeout(patience) };
      return (await exchange(url, options, body, identity.ca)).status;
    };

    expect(await post("one")).toBe(200);
    expect(await post("bad")).toBe(503);
    relay.change = (body) => `${body}!`;
    expect(await post("two")).toBe(200);
    relay.change = (body) => body;
    relay.hold();
    void post("late");
    await until("it is held", 60, () => (relay.holds > 0 ? true : undefined));
    expect(came).toEqual(["one", "bad", "two!"]);
    await relay.release();
    await relay.repeat((all) => all.filter(({ body }) => body === "one"));
    expect(came).toEqual(["one", "bad", "two!", "late", "one"]);
    expect(relay.handed.map(({ body, status }) => `${body} ${status}`)).toEqual([
      "one 200",
      "bad 503",
      "two! 200",
      "late 200",
      "one 200",
    ]);
  });
});

describe("a process", () => {
  it("is started again when it ends on its own, and not when it is ended", async () => {
    const timeline = new Timeline();
    const program = process.execPath;
    const args = ["-e", "console.log('runs'); setTimeout(() => process.exit(3), 300)"];
    const one = new ProcessActor("one", { program, args, cwd: folder }, timeline);
    undo.push(() => one.remove());
    one.start();
    await until("a second start", 60, () => (one.ended.length > 1 ? true : undefined));
    expect(one.ended[0]).toBe("code 3");
    expect(one.said).toContain("runs");
    await one.kill();
    const { length } = one.ended;
    expect(one.pid).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(one.ended).toHaveLength(length);
  });
});

describe("a clock", () => {
  it("is wrong for the process that it is of, and for that alone", async () => {
    const clock = new Clock(folder, "process");
    clock.step(3_600_000);
    const script = "setInterval(() => console.log(Date.now(), new Date().getTime()), 50)";
    const child = spawn(process.execPath, ["-e", script], {
      env: { ...process.env, ...clock.env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    undo.push(() => child.kill("SIGKILL"));
    let last = "";
    child.stdout
      .setEncoding("utf8")
      .on("data", (text: string) => (last = text.split("\n")[0] ?? ""));
    const aheadBy = (milliseconds: number) => () => {
      const times = last.split(" ").map(Number);
      const right = times.every(
        (time) => Math.abs(time - Date.now() - milliseconds) < 60_000 && time > 0,
      );
      return last !== "" && right ? true : undefined;
    };
    await until("an hour before", 60, aheadBy(3_600_000));
    clock.step(-86_400_000);
    await until("a day behind", 60, aheadBy(-86_400_000));
    clock.step(0);
    expect(await until("the right time", 60, aheadBy(0))).toBe(true);
  });
});

describe("a processor's waiting for others", () => {
  it("is as much shorter as it should be", () => {
    const times = join(import.meta.dirname, "../../../services/alert-processor/core/times.ts");
    const script = `import(${JSON.stringify(times)}).then(({ quiet }) => console.log(quiet))`;
    const env = { ...process.env, ...new Clock(folder, "times").env, CHAIN_SPEED: "10" };
    expect(execFileSync(process.execPath, ["-e", script], { env, encoding: "utf8" })).toBe(
      `${300_000 / 10}\n`,
    );
  });
});

describe("a disk", () => {
  const write = (path: string): boolean => {
    try {
      writeFileSync(path, Buffer.alloc(100_000));
      return true;
    } catch {
      return false;
    }
  };

  // Who may not mount has the other way, which is tried below.
  const itWhereAllowed = mayMount() ? it : it.skip;
  itWhereAllowed("of its own is really full", () => {
    const mounted = mkdtempSync(join(folder, "disk-"));
    const disk = tmpfsAt(mounted);
    undo.push(() => {
      disk.remove();
    });
    expect(write(join(mounted, "a"))).toBe(true);
    disk.fill();
    expect(write(join(mounted, "b"))).toBe(false);
    disk.free();
    expect(write(join(mounted, "b"))).toBe(true);
  });

  it("that cannot be mounted is a limit of the process", async () => {
    const script =
      "const fs=require('fs');process.on('SIGXFSZ',()=>{});setInterval(()=>{try{fs.writeFileSync(process.argv[1],Buffer.alloc(1e5));console.log('written')}catch(e){console.log(e.code)}},50)";
    const child = spawn(process.execPath, ["-e", script, join(folder, "limited")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    undo.push(() => child.kill("SIGKILL"));
    let last = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (last = text.trim()));
    const says = (word: string) => () => (last.endsWith(word) ? true : undefined);
    const disk = limitOf(() => child.pid);
    await until("a file", 60, says("written"));
    disk.fill();
    await until("no room", 60, says("EFBIG"));
    disk.free();
    expect(await until("room", 60, says("written"))).toBe(true);
  });
});

describe("an exporter", () => {
  it("shows what it is told to, and remembers since when", async () => {
    const exporter = await Exporter.start([
      { object: "disk", severity: "critical" },
      { object: "fan", severity: "info" },
    ]);
    undo.push(() => exporter.stop());
    const scrape = async (): Promise<string> =>
      (await exchange(new URL(`http://127.0.0.1:${exporter.port}/metrics`), {})).body;
    exporter.show("disk", 1);
    exporter.show("fan", null);
    const text = await scrape();
    expect(text).toContain('chain_trouble{object="disk",severity="critical"} 1\n');
    expect(text).not.toContain("fan");
    execFileSync("promtool", ["check", "metrics"], { input: text });
    exporter.show("disk", 0);
    expect(await scrape()).toContain('chain_trouble{object="disk",severity="critical"} 0\n');
    expect(exporter.was["fan"]).toEqual([]);
    expect(exporter.was["disk"]).toEqual([
      { from: expect.any(Number) as number, to: expect.any(Number) as number },
    ]);
  });
});
