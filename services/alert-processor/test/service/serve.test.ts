import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../../../test/kit/eventually.ts";
import type { Alert } from "../../core/alert.ts";
import { fakeServer } from "../channels/fake-server.ts";
import { login, type Place, sent, startPlace, tokens } from "./harness.ts";

const routesFolder = join(import.meta.dirname, "../../service/routes");

let place: Place;
beforeAll(async () => {
  place = await startPlace();
});
afterAll(() => place.stop());

const body = (...alerts: unknown[]): string => JSON.stringify({ alerts });
const alertAt = async (fingerprint: string): Promise<Alert> =>
  (await place.json<{ alert: Alert }>(`/v1/alerts/${fingerprint}`)).alert;
const act = (fingerprint: string, action: object, as = login) =>
  place.ask(`/v1/alerts/${fingerprint}/actions`, { as, body: JSON.stringify(action) });

describe("a message", () => {
  test("is taken with either of two tokens, and with no other", async () => {
    for (const token of tokens) {
      expect((await place.ask("/v1/alerts", { body: body(sent()), token })).status).toBe(200);
    }
    for (const token of [undefined, "", "wrong", tokens[0]?.slice(1)]) {
      const { headers, status } = await place.ask("/v1/alerts", { body: body(sent()), token });
      expect([status, headers["www-authenticate"]]).toEqual([401, 'Bearer realm="vigil"']);
    }
    const { status } = await place.ask("/v1/alerts", { body: body(sent()), as: login });
    expect(status).toBe(401);
  });

  test("is there when it was answered", async () => {
    const fingerprint = "00000000000000b1";
    expect((await place.post([sent({ fingerprint })])).text).toBe('{"taken":1,"quarantined":0}');
    await place.again();
    expect(await alertAt(fingerprint)).toMatchObject({ status: "firing", team: "platform" });
  });

  test.each([
    ["no JSON", "{"],
    ["no message", "{}"],
    ["no object", "7"],
    ["nothing", ""],
    ["deeper than anybody sends", "[".repeat(500_000)],
  ])("that is %s is refused, and nothing else happens", async (_, text) => {
    const { status } = await place.ask("/v1/alerts", { body: text, token: tokens[0] });
    expect(status).toBe(400);
    expect((await place.post([sent()])).status).toBe(200);
  });

  test("that is larger than any group is refused", async () => {
    const large = Buffer.alloc(33 * 1024 * 1024, " ");
    const refused = await place.ask("/v1/alerts", { body: large, token: tokens[0] }).then(
      ({ status }) => String(status),
      (error: unknown) => String(error),
    );
    // The connection is closed while it is still sent: the sender may see either.
    expect(refused).toMatch(/^413$|EPIPE|ECONNRESET|hang up/);
  });

  test("of another type than JSON is refused", async () => {
    const headers = { "content-type": "text/plain" };
    const { status } = await place.ask("/v1/alerts", { body: "x", headers, token: tokens[0] });
    expect(status).toBe(415);
  });

  test("with an alert that makes no sense loses nothing else", async () => {
    const fingerprint = "00000000000000b2";
    const { status, text } = await place.post([{ odd: "<script>" }, sent({ fingerprint })]);
    expect([status, text]).toEqual([200, '{"taken":1,"quarantined":1}']);
    expect((await alertAt(fingerprint)).status).toBe("firing");
    const [odd] = await place.json<{ raw: string; why: string }[]>("/v1/quarantine");
    expect(odd?.raw).toBe('{"odd":"<script>"}');
    expect(odd?.why).toContain("labels");
    const { alerts } = await place.json<{ alerts: Alert[] }>("/v1/alerts");
    const told = alerts.filter(({ alertname }) => alertname === "AlertQuarantined");
    expect(told).toMatchObject([{ severity: "critical", status: "firing" }]);
  });
});

describe("a session", () => {
  test("that was ended stays so when the processor starts again", async () => {
    const signedIn = await place.ask("/v1/session", {
      body: JSON.stringify({ name: "ada", password: "lovelace" }),
    });
    const [cookie = ""] = signedIn.headers["set-cookie"] ?? [];
    const headers = { cookie: cookie.split(";")[0] ?? "", origin: place.url };
    const session = (method: string) => place.ask("/v1/session", { headers, method });
    await place.again();
    expect((await session("GET")).status).toBe(200);
    expect((await session("DELETE")).status).toBe(204);
    await place.again();
    expect((await session("GET")).status).toBe(401);
  });
});

describe("the cookie of a session", () => {
  test("shows nothing of the password, and a sign-in is in the log", async () => {
    const body = JSON.stringify({ name: "ada", password: "lovelace" });
    const { headers } = await place.ask("/v1/session", { body });
    const [cookie = ""] = headers["set-cookie"] ?? [];
    const read = Buffer.from(cookie.split("=")[1]?.split(".")[0] ?? "", "base64url").toString();
    expect(read).toContain("ada");
    expect(read).not.toMatch(/\$2|lovelace/);
    const [, hash = ""] =
      /ada: (\S+)/.exec(readFileSync(join(place.folder, "web.yml"), "utf8")) ?? [];
    expect(hash).toMatch(/^\$2/);
    expect(read).not.toContain(hash.slice(7, 20));
    await place.ask("/v1/session", { as: "nobody:wrong" });
    const audit = place.lines.filter((line) => line.includes('"audit":"sign-in"')).join("");
    expect(audit).toContain('"user":"ada"');
    expect(audit).toContain('"user":"nobody"');
    expect(audit).not.toContain("lovelace");
  });

  test("is got by who never signed in, whatever names others make up", async () => {
    await place.again();
    const made = Array.from({ length: 150 }, (_, n) => `made-up-${n}:x`);
    const answers = await Promise.all(made.map((as) => place.ask("/v1/session", { as })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect((await place.ask("/v1/session", { as: "grace:hopper" })).status).toBe(200);
  });
});

describe("a stranger", () => {
  test.each([
    "/v1/alerts",
    "/v1/alerts/00000000000000a1",
    "/v1/noise",
    "/v1/status",
    "/v1/quarantine",
    "/v1/changes",
    "/v1/session",
    "/metrics",
    "/openapi.json",
    "/-/healthy",
    "/-/ready",
  ])("gets nothing from %s", async (path) => {
    for (const as of [undefined, `ada${path}:wrong`, `grace${path}:`]) {
      const { status, text } = await place.ask(path, as === undefined ? {} : { as });
      expect([status, text]).toEqual([401, '{"error":"sign in"}']);
    }
  });

  test("may guess a few times, which keeps nobody out who was in", async () => {
    expect((await place.ask("/v1/session", { as: login })).status).toBe(200);
    const answers = [];
    for (let n = 0; n < 11; n += 1) answers.push(await place.ask("/v1/session", { as: "ada:x" }));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(10).fill(401),
      429,
    ]);
    expect((await place.ask("/v1/session", { as: login })).status).toBe(200);
    expect((await place.ask("/v1/session", { as: "grace:hopper" })).status).toBe(200);
  });

  test("changes nothing", async () => {
    const answers = await Promise.all([
      place.ask("/v1/alerts/00000000000000a1/actions", { body: '{"kind":"acknowledge"}' }),
      place.ask("/v1/redrive", { body: "{}" }),
      place.ask("/v1/session", { method: "DELETE" }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  test("finds no file beside those of the page", async () => {
    for (const path of ["/../package.json", "/%2e%2e/main.ts", "/web/app.js", "/index.html~"]) {
      expect((await place.ask(path)).status).toBe(404);
    }
  });
});

describe("a person", () => {
  test("takes an alert, and another one is told so", async () => {
    const fingerprint = "00000000000000c1";
    await place.post([sent({ fingerprint })]);
    const { version } = await alertAt(fingerprint);
    const taken = await act(fingerprint, { kind: "acknowledge", version, text: "on it" });
    expect(taken.status).toBe(200);
    expect(JSON.parse(taken.text)).toMatchObject({ owner: "ada", status: "acknowledged" });
    const late = await act(fingerprint, { kind: "acknowledge", version }, "grace:hopper");
    expect([late.status, late.text]).toEqual([
      409,
      '{"error":"somebody changed it: it is at version 2"}',
    ]);
    const { events } = await place.json<{ events: object[] }>(`/v1/alerts/${fingerprint}`);
    expect(events).toMatchObject([
      { kind: "acknowledged", actor: "ada", text: "on it" },
      { kind: "firing", actor: null },
    ]);
  });

  test.each([
    [{ kind: "unacknowledge" }, 422],
    [{ kind: "snooze", until: 0 }, 422],
    [{ kind: "snooze" }, 400],
    [{ kind: "odd" }, 400],
    [{ kind: "comment", text: "" }, 400],
    [{ kind: "comment", text: "x".repeat(5_000) }, 400],
    [{ kind: "acknowledge", version: "1" }, 400],
  ])("a request for %j is answered %d", async (action, status) => {
    const fingerprint = "00000000000000c2";
    await place.post([sent({ fingerprint })]);
    const answer = await act(fingerprint, action);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ error: expect.any(String) as string });
  });

  test("a request for what does not exist is answered 404", async () => {
    expect((await place.ask("/v1/alerts/ffff", { as: login })).status).toBe(404);
    expect((await act("ffff", { kind: "acknowledge" })).status).toBe(404);
    expect((await place.ask("/v1/alerts/UNION%20SELECT", { as: login })).status).toBe(400);
  });

  test("filters the list", async () => {
    const labels = { ...sent().labels, team: "dba", severity: "warning" };
    await place.post([sent({ fingerprint: "00000000000000c3", labels })]);
    const { alerts } = await place.json<{ alerts: Alert[] }>(
      "/v1/alerts?team=dba&severity=warning",
    );
    expect(alerts.map(({ fingerprint }) => fingerprint)).toEqual(["00000000000000c3"]);
    expect((await place.ask("/v1/alerts?state=odd", { as: login })).status).toBe(400);
    expect((await place.ask("/v1/alerts?limit=0", { as: login })).status).toBe(400);
  });
});

describe("a user with read-only access", () => {
  test("reads, signs in and out, and does nothing; who may be handed an alert is another", async () => {
    const own = await startPlace({ readers: ["grace"] });
    await own.post([sent()]);
    const as = "grace:hopper";
    const { fingerprint } = sent();
    expect((await own.ask(`/v1/alerts/${fingerprint}`, { as })).status).toBe(200);
    const { text } = await own.ask("/v1/session", { as });
    expect(JSON.parse(text)).toMatchObject({ name: "grace", mayAct: false, people: ["ada"] });
    const acts = [
      [`/v1/alerts/${fingerprint}/actions`, { kind: "acknowledge" }],
      ["/v1/actions", { kind: "resolve", alerts: [{ fingerprint }] }],
      ["/v1/redrive", {}],
      ["/v1/dismiss", {}],
      ["/v1/channels/any/test", {}],
    ] as const;
    for (const [path, body] of acts) {
      const answer = await own.ask(path, { as, body: JSON.stringify(body) });
      expect([path, answer.status, answer.text]).toEqual([
        path,
        403,
        '{"error":"grace has read-only access"}',
      ]);
    }
    expect((await own.ask("/v1/quarantine", { as, method: "DELETE" })).status).toBe(403);
    expect((await own.ask("/v1/session", { as, method: "DELETE" })).status).toBe(204);
    expect((await own.json<{ alert: Alert }>(`/v1/alerts/${fingerprint}`)).alert.version).toBe(1);
    await own.stop();
  });

  test("must be one that there is", async () => {
    await expect(startPlace({ readers: ["gracie"] })).rejects.toThrow(
      /web.yml has no user gracie; it has: ada, grace/,
    );
  });
});

describe("what it says of itself", () => {
  test("is OpenAPI 3.1 that names every route", async () => {
    const { text } = await place.ask("/openapi.json", { as: login });
    // In a process of its own: it is a module that Jest does not load.
    const check =
      'import parser from "@apidevtools/swagger-parser";' +
      'await parser.validate(JSON.parse(process.env["DOCUMENT"]));';
    const env = { ...process.env, DOCUMENT: text };
    execFileSync(process.execPath, ["--input-type=module", "-e", check], {
      cwd: import.meta.dirname,
      env,
    });
    const { openapi, paths } = JSON.parse(text) as {
      openapi: string;
      paths: Readonly<Record<string, object>>;
    };
    expect(openapi).toBe("3.1.0");
    const files = ["app.ts", ...readdirSync(routesFolder).map((name) => `routes/${name}`)];
    const registered = files.flatMap((file) => {
      const source = readFileSync(join(routesFolder, "..", file), "utf8");
      const found = source.matchAll(
        /\bapp\.(get|post|put|patch|delete)(?:<[^(]*>)?\(\s*"([^"]+)"/g,
      );
      return [...found].map(
        ([, method = "", path = ""]) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`,
      );
    });
    const known = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    // The page itself is for browsers.
    expect(["get /", ...known].sort()).toEqual(registered.sort());
  });

  test("is metrics that promtool accepts and that agree with what happened", async () => {
    await place.ask("/v1/alerts", { body: "{}", token: "wrong" });
    const { text } = await place.ask("/metrics", { as: login });
    // Those of Node itself have names that promtool does not like.
    const own = text.split("\n").filter((line) => line.includes("vigil_processor_"));
    execFileSync("promtool", ["check", "metrics"], { input: `${own.join("\n")}\n` });
    expect(text).toMatch(/^vigil_processor_store_up 1$/m);
    expect(text).toMatch(/^vigil_processor_quarantined 1$/m);
    expect(text).toMatch(
      /http_requests_total\{method="POST",route="\/v1\/alerts",code="401"\} [1-9]/,
    );
  });

  test("is that it is well, and ready", async () => {
    const answers = await Promise.all(
      ["/-/healthy", "/-/ready"].map((path) => place.ask(path, { as: login })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  test("holds no token, password or key, in answers or in the log", async () => {
    const { text } = await place.ask("/metrics", { as: login });
    const log = place.lines.join("");
    for (const secret of [...tokens, "lovelace", "s".repeat(40)]) {
      expect([text.includes(secret), log.includes(secret)]).toEqual([false, false]);
    }
  });
});

describe("channels", () => {
  test("are told, one that is down delays no other, and what was given up is sent again", async () => {
    const [well, down] = [await fakeServer(), await fakeServer()];
    down.script = [{ status: 400 }];
    const webhook = (url: string) => ({ kind: "webhook", url, plain: true, private: true });
    const own = await startPlace({
      channels: { well: webhook(well.url), down: webhook(down.url) },
      subscriptions: [
        { channel: "well", after: [0] },
        { channel: "down", severities: ["critical"], after: [0] },
      ],
    });
    await own.post([sent()]);
    await eventually(() => Promise.resolve(well.seen.length === 1 && down.seen.length === 1));
    const [told] = well.seen;
    const message = JSON.parse(told?.body ?? "") as {
      key: string;
      links: { alerts: { acknowledge: string }[] };
    };
    expect(told?.headers["idempotency-key"]).toBe(message.key);
    const dead = async () => (await own.json<{ dead: number }>("/v1/status")).dead === 1;
    await eventually(dead);

    down.script = [{ status: 200 }];
    const redriven = await own.ask("/v1/redrive", { as: login, body: '{"channel":"down"}' });
    expect(redriven.text).toBe('{"deliveries":1,"skipped":0}');
    await eventually(() => Promise.resolve(down.seen.length === 2));

    // The link for the phone: looking changes nothing, pressing takes it, once.
    const path = new URL(message.links.alerts[0]?.acknowledge ?? "").pathname;
    const look = await own.ask(path);
    expect([look.status, look.text.includes("Take it")]).toEqual([200, true]);
    expect((await own.json<{ alert: Alert }>(`/v1/alerts/${sent().fingerprint}`)).alert.owner).toBe(
      null,
    );
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const press = () => own.ask(path, { method: "POST", body: "", headers: form });
    expect((await press()).text).toContain("It is yours");
    expect((await press()).text).toContain("It was taken with a link");
    await own.ask(`/v1/alerts/${sent().fingerprint}/actions`, {
      as: login,
      body: '{"kind":"unacknowledge"}',
    });
    expect((await press()).text).toContain("has already been used");
    expect((await own.ask(`${path}x`)).text).toContain("not valid");

    // What was taken and given back is told again; what ends is told to who was notified.
    await eventually(() => Promise.resolve(well.seen.length === 2));
    await own.post([sent({ status: "resolved", endsAt: "2026-11-21T08:10:00Z" })]);
    await eventually(() => Promise.resolve(well.seen.length === 3 && down.seen.length >= 3));
    expect(JSON.parse(well.seen[2]?.body ?? "")).toMatchObject({ occasion: "resolved" });
    await own.stop();
    await Promise.all([well.close(), down.close()]);
  });
});
