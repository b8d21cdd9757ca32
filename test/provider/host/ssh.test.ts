import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server as TcpServer, type Socket } from "node:net";
import { once } from "node:events";
import ssh2, { type Connection } from "ssh2";
import { withHost } from "../../../provider/host/ssh.ts";
import { messageOf } from "../../../provider/errors.ts";
import type { ConnectionInputs } from "../../../provider/types.ts";

/** One key in some three hundred that ssh2 makes it cannot read itself. */
function pair(): { readonly private: string; readonly public: string } {
  const made = ssh2.utils.generateKeyPairSync("ed25519");
  if (ssh2.utils.parseKey(made.private) instanceof Error) return pair();
  return { private: made.private, public: made.public.split(" ").slice(0, 2).join(" ") };
}

const hostKeys = pair();
const user = pair();
const open: { close(): void }[] = [];

afterAll(() => {
  for (const one of open) one.close();
});

async function portOf(server: TcpServer | ssh2.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(server);
  return (server.address() as { port: number }).port;
}

const at = (port: number, more: Partial<ConnectionInputs> = {}): ConnectionInputs => ({
  address: "127.0.0.1",
  port,
  user: "root",
  key: user.private,
  hostKey: hostKeys.public,
  ...more,
});

/** What is said when no work can be done there. */
const refusal = (connection: ConnectionInputs): Promise<string> =>
  withHost(connection, () => Promise.resolve("")).catch(messageOf);

/** A server that lets the user in and answers every command with what it was sent. */
function host(onCommand?: (client: Connection) => void): ssh2.Server {
  return new ssh2.Server({ hostKeys: [hostKeys.private] }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      const known = ssh2.utils.parseKey(user.public);
      const mine =
        context.method === "publickey" &&
        !(known instanceof Error) &&
        context.key.data.equals(known.getPublicSSH());
      if (mine) context.accept();
      else context.reject(["publickey"]);
    });
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec) => {
        const channel = acceptExec();
        if (onCommand !== undefined) {
          onCommand(client);
          return;
        }
        channel.on("data", (chunk: Buffer) => channel.write(chunk));
        channel.on("end", () => {
          channel.exit(0);
          channel.end();
        });
      });
    });
  });
}

describe("a server that is not one", () => {
  const behaviours: Readonly<Record<string, (socket: Socket) => void>> = {
    "resets the connection": (socket) => socket.resetAndDestroy(),
    "closes it at once": (socket) => socket.end(),
    "has too many connections": (socket) => socket.end("Exceeded MaxStartups\r\n"),
    "speaks HTTP": (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "goes away after its greeting": (socket) => {
      socket.write("SSH-2.0-x\r\n");
      setTimeout(() => socket.destroy(), 50);
    },
    "sends rubbish": (socket) => {
      socket.write("SSH-2.0-x\r\n");
      socket.write(Buffer.alloc(5000, 7));
    },
  };

  it.each(Object.entries(behaviours))("is named as it %s", async (_what, behave) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      behave(socket);
    });
    const port = await portOf(server);
    expect(await refusal(at(port))).toMatch(
      new RegExp(
        `^root@127.0.0.1:${port} cannot be reached: .+\nTry: ssh -p ${port} root@127.0.0.1 true`,
      ),
    );
  });

  it("is not there at all", async () => {
    const server = createServer();
    const port = await portOf(server);
    server.close();
    await once(server, "close");
    expect(await refusal(at(port))).toMatch(/cannot be reached: .*ECONNREFUSED/);
  });
});

describe("a host", () => {
  it("runs what it is given as its input", async () => {
    const port = await portOf(host());
    const outcome = await withHost(at(port), (session) =>
      session.run("echo hello", Buffer.from("more")),
    );
    expect(outcome).toEqual({ code: 0, output: "echo hellomore" });
  });

  it("with another key is refused before anybody signs in", async () => {
    const port = await portOf(host());
    const text = await refusal(at(port, { hostKey: pair().public }));
    expect(text).toMatch(
      /is not the host it was: its key is SHA256:\S+, not SHA256:\S+; nothing was sent/,
    );
  });

  it("with a key of another kind is refused as well", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    expect(publicKey.asymmetricKeyType).toBe("rsa");
    const port = await portOf(host());
    const text = await refusal(at(port, { hostKey: `ssh-rsa ${"A".repeat(80)}` }));
    expect(text).toMatch(/has no key of the kind ssh-rsa.*nothing was sent/);
  });

  it("is taken as it is where every key will do", async () => {
    const port = await portOf(host());
    const { address, key = "", user: who } = at(port);
    const any = { address, port, key, user: who };
    await expect(withHost(any, (session) => session.run("x"))).resolves.toMatchObject({ code: 0 });
  });

  it("that does not know the key lets nobody in", async () => {
    const port = await portOf(host());
    expect(await refusal(at(port, { key: pair().private }))).toMatch(
      /lets nobody in: it accepts none of the keys that were shown for root/,
    );
  });

  it("whose connection breaks in the middle ends the command without a code", async () => {
    const port = await portOf(
      host((client) => {
        client.end();
      }),
    );
    await expect(withHost(at(port), (session) => session.run("x"))).resolves.toMatchObject({
      code: undefined,
    });
  });

  it("is worked on once at a time, and a failure keeps nobody waiting", async () => {
    const port = await portOf(host());
    let inside = 0;
    const most: number[] = [];
    const works = Array.from({ length: 6 }, (_, index) =>
      withHost(at(port), async (session) => {
        inside += 1;
        most.push(inside);
        await session.run("x");
        inside -= 1;
        if (index % 2 === 0) throw new Error("no");
      }).catch(messageOf),
    );
    await Promise.all(works);
    expect(most).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it("is one of four at most", async () => {
    const ports = await Promise.all(Array.from({ length: 8 }, () => portOf(host())));
    let inside = 0;
    let most = 0;
    await Promise.all(
      ports.map((port) =>
        withHost(at(port), async (session) => {
          inside += 1;
          most = Math.max(most, inside);
          await session.run("x");
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(4);
  });
});
