import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import {
  ConfigError,
  readAlertmanager,
  readConfig,
  readSecret,
  readTokens,
  readWeb,
} from "../../service/config.ts";
import { type Place, sent, startPlace } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "vigil-processor-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const least = {
  listen: "127.0.0.1:9095",
  publicUrl: "https://alerts.example.com",
  webFile: "web.yml",
  tokensFile: "tokens",
  secretFile: "secret",
  store: { kind: "sqlite", path: "memory.db" },
};

const errorOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("it should have been refused");
};

const withConfig = (more: object): string =>
  file("processor.yml", stringify({ ...least, ...more }));

describe("a configuration", () => {
  test("has defaults, and paths beside it", () => {
    const config = readConfig(withConfig({}));
    expect(config).toMatchObject({
      channels: {},
      heartbeat: { silence: 300 },
      retentionDays: 90,
      store: { path: join(folder, "memory.db") },
      subscriptions: [],
      webFile: join(folder, "web.yml"),
    });
  });

  test("is told all its mistakes at once, each with where and why", () => {
    const path = withConfig({
      listen: "everywhere",
      publicUrl: "http://alerts.example.com",
      store: { kind: "paper" },
      retentionDays: 0,
      retention: 3,
      channels: { Chat: { kind: "pigeon" } },
    });
    const message = errorOf(() => readConfig(path));
    for (const where of [
      "listen:",
      "publicUrl:",
      "store",
      "retentionDays:",
      "retention",
      "channels.Chat",
    ]) {
      expect(message).toContain(where);
    }
    expect(message).toMatch(/^.* has \d+ mistakes:\n/);
    const one = errorOf(() => readConfig(withConfig({ retentionDays: 0 })));
    expect(one).toMatch(/^.* has 1 mistake:\n/);
  });

  test("names every channel that would be told nothing, and no channel that is not there", () => {
    const webhook = { kind: "webhook", url: "https://hook.example.com" };
    const message = errorOf(() =>
      readConfig(
        withConfig({
          channels: { hook: webhook },
          subscriptions: [{ channel: "chat", after: [0] }],
        }),
      ),
    );
    expect(message).toContain("subscriptions.0.channel: there is no channel chat; there are: hook");
    expect(message).toContain("channels.hook: no subscription uses it");
  });

  test.each(["127.0.0.1:9095", ":9095", "[::1]:9095", "localhost:9095"])(
    "may listen on %s",
    (listen) => {
      expect(readConfig(withConfig({ listen })).listen).toBe(listen);
    },
  );

  test("that is not there, or no YAML, says so", () => {
    expect(errorOf(() => readConfig(join(folder, "none.yml")))).toContain("none.yml: ENOENT");
    expect(errorOf(() => readConfig(file("odd.yml", "a: [")))).toContain("odd.yml: ");
  });
});

describe("secrets", () => {
  test("are one or two tokens that are long enough", () => {
    const [one, two] = ["1".repeat(32), "2".repeat(32)];
    expect(readTokens(file("tokens", `${one}\n${two}\n`))).toEqual([one, two]);
    expect(errorOf(() => readTokens(file("tokens", "short")))).toContain(
      "fewer than 32 characters",
    );
    expect(errorOf(() => readTokens(file("tokens", "a b c")))).toContain(
      "has 3 tokens: at most two are allowed",
    );
    expect(errorOf(() => readTokens(file("tokens", "\n")))).toContain("too short");
  });

  test("that are missing or short are named, not shown", () => {
    expect(errorOf(() => readSecret(join(folder, "none")))).toContain("none cannot be read");
    const message = errorOf(() => readSecret(file("secret", "hidden"), 32));
    expect(message).toContain("at least 32");
    expect(message).not.toContain("hidden");
  });

  test("of Alertmanager are read from files, again each time", () => {
    const { alertmanager: all } = readConfig(
      withConfig({
        alertmanager: {
          url: "https://alertmanager.example.com",
          username: "ada",
          passwordFile: "password",
          caFile: "ca.pem",
        },
      }),
    );
    const [alertmanager] = all ?? [];
    if (alertmanager === undefined) throw new Error("it should be there");
    file("password", "lovelace\n");
    expect(errorOf(() => readAlertmanager(alertmanager))).toContain("ca.pem cannot be read");
    file("ca.pem", "certificate\n");
    expect(readAlertmanager(alertmanager)).toEqual({
      url: "https://alertmanager.example.com",
      login: { username: "ada", password: "lovelace" },
      ca: "certificate",
      receiver: "processor",
    });
    file("password", "byron\n");
    expect(readAlertmanager(alertmanager).login?.password).toBe("byron");
  });

  test("of Alertmanager may be a certificate, and neither half of a pair stands alone", () => {
    const given = (more: object) =>
      withConfig({
        alertmanager: { url: "https://alertmanager.example.com", caFile: "ca.pem", ...more },
      });
    const [alertmanager] =
      readConfig(given({ certFile: "own.pem", keyFile: "own.key" })).alertmanager ?? [];
    if (alertmanager === undefined) throw new Error("it should be there");
    for (const name of ["ca.pem", "own.pem", "own.key"]) file(name, name);
    expect(readAlertmanager(alertmanager)).toEqual({
      url: "https://alertmanager.example.com",
      ca: "ca.pem",
      cert: "own.pem",
      key: "own.key",
      receiver: "processor",
    });
    expect(errorOf(() => readConfig(given({ certFile: "own.pem" })))).toContain(
      "alertmanager.0.keyFile: certFile and keyFile belong together",
    );
    expect(errorOf(() => readConfig(given({ passwordFile: "password" })))).toContain(
      "alertmanager.0.username: username and passwordFile belong together",
    );
  });

  test("of an invalid web.yml are refused", () => {
    expect(errorOf(() => readWeb(file("web.yml", "basic_auth_users: 3")))).toContain("web.yml");
  });
});

describe("the command", () => {
  let place: Place;
  beforeAll(async () => {
    place = await startPlace();
    await place.post([sent()]);
  });
  afterAll(() => place.stop());

  const program = join(import.meta.dirname, "../../bin/alert-processor");
  const run = async (...args: string[]) => {
    try {
      const { stdout } = await promisify(execFile)(program, args);
      return { code: 0, text: stdout };
    } catch (error) {
      const { code, stderr, stdout } = error as { code: number; stderr: string; stdout: string };
      return { code, text: stderr + stdout };
    }
  };

  test("explains itself, and says what it does not understand", async () => {
    expect(await run("--help")).toMatchObject({ code: 0 });
    expect((await run()).code).toBe(2);
    expect(await run("serve")).toEqual({ code: 1, text: "--config FILE is missing\n" });
    expect((await run("dance", "--config", "x")).text).toContain("unknown command dance");
    expect((await run("--odd")).text).toContain("--odd");
  });

  test("checks a configuration", async () => {
    const config = join(place.folder, "processor.yml");
    expect(await run("check", "--config", config)).toEqual({
      code: 0,
      text: `${config} is fine.\n`,
    });
    expect((await run("check", "--config", withConfig({ listen: "x" }))).code).toBe(1);
  });

  test("copies the memory while it is used, and puts it back when it is not", async () => {
    const config = join(place.folder, "processor.yml");
    const copy = join(folder, "copy.db");
    expect(await run("backup", "--config", config, copy)).toMatchObject({ code: 0 });
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect((await run("backup", "--config", config, copy)).text).toContain("cannot be written");
    expect((await run("backup", "--config", config)).text).toContain(
      "backup needs the path of a file",
    );
    const used = await run("restore", "--config", config, copy);
    expect(used.text).toContain("is in use, stop the service first");

    const elsewhere = withConfig({ store: { kind: "sqlite", path: "restored.db" } });
    expect(await run("restore", "--config", elsewhere, copy)).toMatchObject({ code: 0 });
    expect(statSync(join(folder, "restored.db")).mode & 0o777).toBe(0o600);
    const other = file("other.db", "no database");
    const before = readFileSync(join(folder, "restored.db"));
    expect((await run("restore", "--config", elsewhere, other)).text).toContain(
      "not an intact database",
    );
    expect(readFileSync(join(folder, "restored.db")).equals(before)).toBe(true);
  });
});
