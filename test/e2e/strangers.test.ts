import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { request } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(300_000);

let place: Workspace;
const text = (...path: string[]): string => readFileSync(place.inHome(...path), "utf8");

const parts = ["alertmanager", "blackboxExporter", "nodeExporter", "processor", "prometheus"];
type Part = keyof Workspace["ports"];
const portOf = (part: string): number => place.ports[part as Part];

/** Which of the listeners let everybody through the handshake, and look at a password after it. */
const asksForPassword = ["processor", "prometheus"];

/** Status of what somebody with every right gets from this listener. */
function rightful(part: string): Promise<number> {
  const password = /password (\S+)/.exec(text("access", "login"))?.[1] ?? "";
  return new Promise((resolve, reject) => {
    request(
      {
        agent: false,
        host: "127.0.0.1",
        port: portOf(part),
        path: "/metrics",
        ca: text("access", "ca.crt"),
        // Not for speed: whoever is locked out waits for ever.
        signal: AbortSignal.timeout(60_000),
        ...(asksForPassword.includes(part)
          ? { auth: `vigil:${password}` }
          : { cert: text("access", "client.crt"), key: text("access", "client.key") }),
      },
      (answer) => {
        answer.resume().on("end", () => {
          resolve(answer.statusCode ?? 0);
        });
      },
    )
      .on("error", reject)
      .end();
  });
}

/** As many as kept everybody out of Prometheus. */
const many = 600;

const quiet = { rejectUnauthorized: false, host: "127.0.0.1" } as const;

/** Once there is a connection, or none for us. */
const settled = (socket: Socket, event: string): Promise<unknown> =>
  Promise.race([once(socket, event), once(socket, "close")]).catch(() => undefined);

/** Opens connections a few at a time and says `words` on each; gives what ends them. */
async function hold(
  open: () => Socket,
  event: "connect" | "secureConnect",
  words: string | Buffer,
): Promise<() => void> {
  const held: Socket[] = [];
  for (let begun = 0; begun < many; begun += 50) {
    const some = Array.from({ length: 50 }, open);
    held.push(...some);
    await Promise.all(
      some.map(async (socket) => {
        socket.on("error", () => undefined);
        await settled(socket, event);
        if (!socket.destroyed) socket.write(words);
      }),
    );
  }
  return () => {
    for (const socket of held) socket.destroy();
  };
}

/** Requests without any login, each on a connection of its own; they go on while others ask. */
function flood(port: number): Promise<() => void> {
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      const asked = request({ ...quiet, port, agent: false }, (answer) => {
        answer.resume().on("end", resolve);
      });
      asked.on("error", () => {
        resolve();
      });
      asked.end();
    });
  let left = 10 * many;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await ask();
  };
  for (let asking = 0; asking < 30; asking++) void worker();
  return Promise.resolve(() => {
    left = 0;
  });
}

const tcp = (port: number) => (): Socket => connect(port, "127.0.0.1");
const tls = (port: number) => (): Socket => connectTls({ ...quiet, port });

/** The first bytes of a handshake that promise 512 more. */
const halfHello = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);

const tricks: Readonly<Record<string, (port: number) => Promise<() => void>>> = {
  "say nothing": (port) => hold(tcp(port), "connect", ""),
  "begin a handshake": (port) => hold(tcp(port), "connect", halfHello),
  "begin a header": (port) => hold(tls(port), "secureConnect", "GET / HTTP/1.1\r\nhost: x\r\nx-a"),
  "begin a body": (port) =>
    hold(
      tls(port),
      "secureConnect",
      "POST /v1/alerts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n[",
    ),
  "ask without a login": flood,
};

/** Addresses that are listened on in this moment, as the system lists them; state 0A is listening. */
function listening(): string[] {
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === "0A")
      .map(([, address = "", , , , , , , , inode = ""]) => `${address} ${inode}`),
  );
}

/** As /proc writes 127.0.0.1, ::1 and ::ffff:127.0.0.1. */
const loopback = /^(?:[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F):/;

/** Inodes of the sockets of every process that has this folder in its environment or arguments. */
function socketsBelow(folder: string): Set<string> {
  const found = new Set<string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const shown = ["cmdline", "environ"].map((one) =>
        readFileSync(`/proc/${pid}/${one}`, "latin1"),
      );
      if (!shown.join().includes(folder)) continue;
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        if (inode !== undefined) found.add(inode);
      }
    } catch {
      // Ended while we looked, or no socket any more.
    }
  }
  return found;
}

/** Every address that something of the workspace listened on, however shortly, by whether it is loopback. */
const seen = { loopback: new Set<string>(), elsewhere: new Set<string>() };

/** Looks while `work` goes on. */
async function watching<T>(work: Promise<T>): Promise<T> {
  const look = (): void => {
    const own = socketsBelow(place.folder);
    for (const [address = "", inode = ""] of listening().map((one) => one.split(" "))) {
      if (own.has(inode)) seen[loopback.test(address) ? "loopback" : "elsewhere"].add(address);
    }
  };
  const timer = setInterval(look, 50);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

beforeAll(async () => {
  place = await createWorkspace("strangers");
  for (const command of ["preview", "up", "refresh", "verify"]) {
    const { code, text: said } = await watching(place.vigil([command]));
    if (code !== 0) throw new Error(said);
  }
});

it("nothing listens on a network, not even for a moment of preview, up, refresh or verify", () => {
  expect([...seen.elsewhere]).toEqual([]);
  // The engine's and the provider's ports of a moment are among them, so they would have been seen.
  expect(seen.loopback.size).toBeGreaterThan(2 * parts.length);
});

afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  place.remove();
});

describe.each(parts)("%s answers who may ask", (part) => {
  it.each(Object.entries(tricks))("while strangers %s", async (_, play) => {
    const stop = await play(portOf(part));
    try {
      expect(await rightful(part)).toBe(200);
    } finally {
      stop();
    }
  });
});

// There one connection asks for hundreds of things at once, and takes them back for nothing.
it.each(parts)("%s speaks no HTTP/2 with strangers", async (part) => {
  const socket = connectTls({ ...quiet, port: portOf(part), ALPNProtocols: ["h2"] });
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0");
  let answer = Buffer.alloc(0);
  socket.on("data", (some: Buffer) => (answer = Buffer.concat([answer, some])));
  await new Promise<void>((resolve) => {
    socket.on("error", () => undefined);
    socket.on("data", resolve).on("close", resolve);
  });
  socket.destroy();
  // A server of HTTP/2 begins with its settings: a frame of type 4.
  expect(answer[3]).not.toBe(4);
});
