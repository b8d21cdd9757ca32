import { createServer, type AddressInfo } from "node:net";
import { inspect } from "node:util";
import { freePort } from "../../../../test/kit/programs.ts";
import { DatabaseError } from "../../store/database-error.ts";
import { type PostgresOptions } from "../../store/postgres-connection.ts";
import { openPostgres } from "../../store/postgres.ts";
import type { Sql } from "../../store/sql.ts";
import { PostgresServer } from "./postgres-server.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

async function using<T>(options: PostgresOptions, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openPostgres(options);
  try {
    return await work(sql);
  } finally {
    await sql.close();
  }
}

/** What is said where it cannot be used. */
async function complaint(options: PostgresOptions): Promise<string> {
  const error: unknown = await (async () =>
    using(options, (sql) => sql.transaction((run) => run("SELECT 1"))))().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseError);
  const all = inspect(error, { depth: 20, showHidden: true });
  for (const secret of [PostgresServer.password, encodeURIComponent(PostgresServer.password)]) {
    expect(all).not.toContain(secret);
  }
  return (error as DatabaseError).message;
}

test("a transaction is durable and sees what others wrote, whatever the server's defaults", async () => {
  const options = { url: server.url("postgres"), plain: true };
  const settings = ["synchronous_commit", "transaction_isolation", "transaction_read_only"];
  const transaction = await using(options, (sql) =>
    sql.transaction(async (run) => {
      const values = [];
      for (const name of settings) values.push(...(await run(`SHOW ${name}`)));
      return values;
    }),
  );
  expect(transaction).toEqual([
    { synchronous_commit: "on" },
    { transaction_isolation: "read committed" },
    { transaction_read_only: "off" },
  ]);
});

test("a transaction whose failure was passed over is not taken for done", async () => {
  await using({ url: await server.fresh(), plain: true }, async (sql) => {
    await sql.transaction((run) => run("CREATE TABLE kept (value bigint)"));
    const work = sql.transaction(async (run) => {
      await run("INSERT INTO kept VALUES (?)", 1);
      await run("SELECT 1 / 0").catch(() => undefined);
    });
    await expect(work).rejects.toThrow(DatabaseError);
    expect(await sql.read("SELECT * FROM kept")).toEqual([]);
  });
});

test("a socket needs no TLS", async () => {
  const folder = encodeURIComponent(server.folder);
  const { user, password } = PostgresServer;
  const options = { url: `postgres://${user}@${folder}:${server.port}/postgres`, password };
  expect(await using(options, (sql) => sql.read("SELECT 1 AS one"))).toEqual([{ one: 1 }]);
});

describe("TLS", () => {
  const encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

  test("is used with a server whose authority and name are right", async () => {
    const options = { url: server.url("postgres", "localhost"), caFile: server.caFile };
    expect(await using(options, (sql) => sql.read(encrypted))).toEqual([{ ssl: true }]);
  });

  test("refuses an authority that nobody named", async () => {
    expect(await complaint({ url: server.url("postgres", "localhost") })).toContain(
      "set caFile to the authority of its certificate",
    );
  });

  test("refuses a certificate for another host", async () => {
    const { caFile } = server;
    expect(await complaint({ url: server.url("postgres"), caFile })).toContain(
      "a host that the certificate names",
    );
  });

  test("refuses a server without it", async () => {
    // A fake: says no, as PostgreSQL does where ssl is off.
    const fake = createServer((socket) => socket.once("data", () => socket.end("N")));
    await new Promise<void>((resolve) => fake.listen(0, "127.0.0.1", resolve));
    const { port } = fake.address() as AddressInfo;
    expect(await complaint({ url: `postgres://ada@127.0.0.1:${port}/vigil` })).toContain(
      "turn ssl on",
    );
    fake.close();
  });

  test("is left out only when told so, and only on this machine", async () => {
    expect(await complaint({ url: server.url("postgres", "db.example"), plain: true })).toBe(
      "plain is allowed on this machine only, not for db.example: remove it",
    );
    const url = server.url("postgres", "localhost");
    expect(await using({ url, plain: true }, (sql) => sql.read(encrypted))).toEqual([
      { ssl: false },
    ]);
  });
});

describe("what is wrong is said, without the password", () => {
  const plain = true;
  const password = PostgresServer.password;

  test("a wrong password", async () => {
    const url = server.url("postgres");
    expect(await complaint({ url, plain, password: "wrong" })).toBe(
      `PostgreSQL at 127.0.0.1:${server.port}/postgres: password authentication failed for user ` +
        `"ada"; check the user and the password`,
    );
  });

  test("a database that is not there", async () => {
    expect(await complaint({ url: server.url("missing"), plain })).toContain("create the database");
  });

  test("a server that is not there", async () => {
    for (const host of ["127.0.0.1", "localhost"]) {
      const url = `postgres://ada@${host}:${await freePort()}/vigil`;
      const text = await complaint({ url, plain, password });
      expect(text).toMatch(/ECONNREFUSED .*; check that it runs there/);
    }
  });

  test("a server that says nothing", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as AddressInfo;
    const url = `postgres://ada@127.0.0.1:${port}/vigil`;
    expect(await complaint({ url, plain, password, timeout: 100 })).toContain("timeout");
    silent.close();
  });

  test("options that cannot be right", async () => {
    const secret = encodeURIComponent(password);
    for (const url of [
      `ada:${secret}@db`,
      `mysql://ada:${secret}@db/x`,
      `postgres://a:${secret}@`,
    ]) {
      expect(await complaint({ url })).toContain("url must be an address");
    }
    expect(await complaint({ url: `${server.url("x")}?sslmode=disable` })).toBe(
      "url takes no parameters (sslmode): use caFile, plain and timeout",
    );
    expect(await complaint({ url: server.url("x"), caFile: "missing.pem" })).toContain(
      "caFile missing.pem cannot be read",
    );
  });
});
