import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { hasConnection, isHeldBy, parsePeer } from "../../provider/caller.ts";
import { cleanUp, eventually, startProgram } from "./helpers.ts";

/** Nobody in particular, who owns nothing: `nobody` on most systems. */
const stranger = "65534";
const isRoot = process.getuid?.() === 0;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigil-caller-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

afterAll(cleanUp);

/** What a process that is not the engine gets for its question, and whether its command was run. */
async function strangersAnswer(port: string, user: string, address?: string): Promise<string> {
  const proof = join(folder, "proof");
  const script = resolve("test/provider/fixtures/stranger.mjs");
  const args = [script, port, user, proof, ...(address === undefined ? [] : [address])];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await new Promise((done) => child.on("close", done));
  return `${said}${existsSync(proof) ? ", and its command was run" : ""}`;
}

const onLinux = process.platform === "linux" ? test : test.skip;

describe("the provider as the engine starts it", () => {
  const started = async (): Promise<{ port: string; warnings: () => string }> => {
    const child = spawn(resolve("provider/pulumi-resource-vigil"), {
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    let [port, warnings] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (port += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (warnings += chunk.toString()));
    await eventually(() => Promise.resolve(port.endsWith("\n")));
    return { port: port.trim(), warnings: () => warnings };
  };
  const children: ReturnType<typeof spawn>[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  // Another user where this may become one; a process that is not the engine is refused everywhere.
  test.each(isRoot ? ["-", stranger] : ["-"])(
    "answers no other process (as user %s), over either family",
    async (user) => {
      const { port, warnings } = await started();
      expect(await strangersAnswer(port, user)).toMatch(/^refused: [^,]*$/u);
      expect(await strangersAnswer(port, user, "[::ffff:127.0.0.1]")).toMatch(/^refused: [^,]*$/u);
      expect(warnings()).toBe(
        "vigil: a connection to the provider was refused: it is not the engine's\n",
      );
    },
  );

  onLinux("keeps nothing of the configuration that the engine hands it", async () => {
    process.env["PULUMI_CONFIG"] = "a-secret";
    await started().finally(() => delete process.env["PULUMI_CONFIG"]);
    const [child] = children;
    const environment = readFileSync(`/proc/${child?.pid ?? 0}/environ`, "utf8");
    expect(environment).toContain("PATH=");
    expect(environment).not.toContain("a-secret");
  });

  test("answers the process that started it, while others ask", async () => {
    const { port } = await started();
    const others = strangersAnswer(port, "-");
    const socket = connect(Number(port), "127.0.0.1");
    // A server of HTTP/2 speaks first, once it was spoken to; one that refuses hangs up.
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0");
    const first = await new Promise<Buffer>((done) => socket.once("data", done));
    expect(first.length).toBeGreaterThan(0);
    socket.destroy();
    expect(await others).toMatch(/^refused/u);
  });
});

describe("the other end of a connection", () => {
  const accepted = async (dial: (port: number) => unknown): Promise<Socket> => {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const next = new Promise<Socket>((done) => server.once("connection", done));
    dial((server.address() as AddressInfo).port);
    const socket = await next;
    opened.push(() => {
      socket.destroy();
      server.close();
    });
    return socket;
  };
  const opened: (() => void)[] = [];
  afterEach(() => {
    for (const close of opened.splice(0)) close();
  });
  const dial = (port: number, host: string, localAddress?: string): Socket => {
    const socket = connect({ port, host, ...(localAddress && { localAddress }) });
    opened.push(() => socket.destroy());
    return socket;
  };

  // lsof stands where macOS has no table of the kernel's; this machine may have it, too.
  test.each<NodeJS.Platform>(["linux", "darwin"])(
    "is known by its process (%s)",
    async (system) => {
      const mine = await accepted((port) => dial(port, "127.0.0.1"));
      expect(await isHeldBy(process.pid, mine, system)).toBe(true);
      expect(await isHeldBy(process.ppid, mine, system)).toBe(false);
      const mapped = await accepted((port) => dial(port, "::ffff:127.0.0.1"));
      expect(await isHeldBy(process.pid, mapped, system)).toBe(true);
      const other = await accepted((port) =>
        startProgram(process.execPath, ["-e", `require("net").connect(${port}, "127.0.0.1")`]),
      );
      expect(await isHeldBy(process.pid, other, system)).toBe(false);
    },
  );

  onLinux("is not taken for a socket with the same port of another address", async () => {
    const socket = await accepted((port) => dial(port, "127.0.0.1", "127.0.0.9"));
    expect(await isHeldBy(process.pid, socket)).toBe(true);
    const ends = {
      localAddress: socket.localAddress,
      localPort: socket.localPort,
      remoteAddress: "127.0.0.1",
      remotePort: socket.remotePort,
    };
    expect(await isHeldBy(process.pid, ends)).toBe(false);
  });

  test("that has hung up belongs to nobody", async () => {
    const socket = await accepted((port) => dial(port, "127.0.0.1").end("a question"));
    await eventually(async () => !(await isHeldBy(process.pid, socket)));
    socket.destroy();
    expect(await isHeldBy(process.pid, socket)).toBe(false);
  });

  test("that cannot be known is refused with what to do", async () => {
    const socket = await accepted((port) => dial(port, "127.0.0.1"));
    await expect(isHeldBy(0, socket, "linux")).rejects.toThrow(/cannot verify its caller/u);
  });
});

describe("the kernel's table", () => {
  const other = { address: "127.0.0.1", port: 0xa000 };
  const own = { address: "127.0.0.1", port: 9090 };
  const line = (state: string, inode: string, user = "1000"): string =>
    `   1: 0100007F:A000 0100007F:2382 ${state} 0:0 00:0 0  ${user}        0 ${inode} 1`;
  const four = "0000000000000000FFFF0000";

  test("is read over either family", () => {
    expect(parsePeer(line("01", "4712"), other, own)).toEqual({ inode: "4712", user: 1000 });
    const six = line("01", "4713").replaceAll("0100007F", `${four}0100007F`);
    expect(parsePeer(six, other, own)).toEqual({ inode: "4713", user: 1000 });
    expect(parsePeer(line("01", "4712"), own, other)).toBeUndefined();
  });

  test("names nobody for what is closing, which it says is root's", () => {
    for (const state of ["04", "05", "06", "08", "0A"]) {
      expect(parsePeer(line(state, "4712", "0"), other, own)).toBeUndefined();
    }
    expect(parsePeer(line("01", "0", "0"), other, own)).toBeUndefined();
  });
});

test("lsof is read as it writes connections of either family", () => {
  const ends = [
    { address: "127.0.0.1", port: 40960 },
    { address: "127.0.0.1", port: 9090 },
  ] as const;
  expect(hasConnection("p7\nf12\nn127.0.0.1:40960->127.0.0.1:9090\n", ...ends)).toBe(true);
  expect(hasConnection("p7\nf12\nn[::ffff:127.0.0.1]:40960->127.0.0.1:9090\n", ...ends)).toBe(true);
  expect(hasConnection("p7\nf12\nn127.0.0.1:9090->127.0.0.1:40960\n", ...ends)).toBe(false);
  expect(hasConnection("", ...ends)).toBe(false);
});
