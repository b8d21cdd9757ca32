import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { UserError } from "../../../lib/errors.ts";
import { Session } from "../../../lab/capture/session.ts";
import { failure, later } from "../../kit/workshop.ts";

/** A program that exposes these texts, one scrape after the other. */
async function exposing(...texts: readonly string[]): Promise<string> {
  const left = [...texts];
  const server = createServer((_, response) => response.end(left.shift() ?? ""));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("what was seen in any scrape is kept", async () => {
  const url = await exposing('a{x="1"} 1\n', '# TYPE a gauge\na{y="1"} 1\nb 1\n');
  const seen = await Session.use(async (session) => {
    await session.scrape(url);
    expect(Object.keys(await session.scrape(url))).toEqual(["a", "b"]);
  });
  expect(seen.metrics).toEqual({
    a: { type: "gauge", labels: ["x", "y"] },
    b: { type: "untyped", labels: [] },
  });
  expect([...seen.series]).toEqual(['a{x="1"}', 'a{y="1"}', "b{}"]);
});

test("an answer that is not good is an error with what it says", async () => {
  const server = createServer((_, response) => response.writeHead(500).end("no database"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  later(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const error = await failure<UserError>(
    Session.use(async (session) => {
      await session.scrape(url);
    }),
  );
  expect(error.message).toBe(`${url} answers 500`);
  expect(error.details).toEqual(["no database"]);
});

test("a server that ends at once says why", async () => {
  const error = await failure<UserError>(
    Session.use(async (session) => {
      const script = "echo starting; echo fatal: no such port >&2; exit 3";
      const ready = `http://127.0.0.1:${await session.port()}/`;
      await session.start("server", "sh", ["-c", script], { ready });
    }),
  );
  expect(error.message).toBe("server ended at once");
  expect(error.details).toContain("fatal: no such port");
});

test("a server that is not there is named", async () => {
  const error = await failure<UserError>(
    Session.use((session) => session.start("server", "no-such-server", [])),
  );
  expect(error.message).toBe("server cannot be started");
  expect(error.details.join()).toContain("no-such-server");
});

test.each([
  ["well", undefined],
  ["badly", new Error("enough")],
])("nothing is left when it ends %s: no process, no helper, no folder", async (_, problem) => {
  let folder = "";
  let pids: number[] = [];
  const work = Session.use(async (session) => {
    folder = session.folder;
    const script = "sleep 300 & echo $! $$ >pids.new; mv pids.new pids; wait";
    await session.start("server", "sh", ["-c", script]);
    await session.until("it has started", () => Promise.resolve(existsSync(session.path("pids"))));
    pids = (await session.run("cat", ["pids"])).trim().split(" ").map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    if (problem !== undefined) throw problem;
  });
  const ending = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(ending).toBe(problem);
  expect(existsSync(folder)).toBe(false);
  expect(pids).toHaveLength(2);
  // A helper that has ended stays a name until its new parent has noticed.
  const gone = async (): Promise<void> => {
    while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await gone();
});
