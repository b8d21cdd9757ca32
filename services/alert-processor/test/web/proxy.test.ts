/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import type { Browser } from "puppeteer-core";
import { freePort } from "../../../../test/kit/programs.ts";
import { leaveNetwork, takeNetwork } from "../../../../test/kit/network.ts";
import { fakeServer, type FakeServer } from "../channels/fake-server.ts";
import { type Place, startPlace } from "../service/harness.ts";
import { openBrowser, visit, type Visitor } from "./browser.ts";
import { type ReverseProxy, reverseProxy } from "./reverse-proxy.ts";
import { alertOf, watchdog } from "./setting.ts";

const secret = "what-the-proxy-alone-can-know-and-nobody-else";
const base = "/ops/alerts";

let browser: Browser;
let place: Place;
let chat: FakeServer;
let keeps: ReverseProxy;
let strips: ReverseProxy;

takeNetwork("browser");
beforeAll(async () => {
  chat = await fakeServer();
  const ports = [await freePort(), await freePort()] as const;
  [browser, place] = await Promise.all([
    openBrowser(),
    startPlace(
      {
        publicUrl: `https://127.0.0.1:${ports[0]}${base}/`,
        readers: ["grace"],
        proxy: {
          from: ["127.0.0.1"],
          secretFile: "proxy-secret",
          act: ["on-call"],
          look: ["staff"],
          signOutUrl: "/sso/out",
        },
        channels: { chat: { kind: "webhook", url: chat.url, private: true, plain: true } },
        subscriptions: [{ channel: "chat", after: [0] }],
      },
      { "proxy-secret": secret },
    ),
  ]);
  [keeps, strips] = await Promise.all([
    reverseProxy(place, { port: ports[0], base, strips: false, secret }),
    reverseProxy(place, { port: ports[1], base, strips: true, secret }),
  ]);
  await place.post([watchdog()]);
});
afterAll(async () => {
  await browser.close();
  keeps.close();
  strips.close();
  await place.stop();
  await chat.close();
});
leaveNetwork();

/** Somebody whom the proxy knows. */
async function person(proxy: ReverseProxy, name: string, groups: string): Promise<Visitor> {
  const query = new URLSearchParams({ as: name, groups });
  return visit(browser, `${proxy.url}/sso?${query.toString()}`);
}

async function fire(): Promise<string> {
  const one = alertOf();
  await place.post([one]);
  return one.fingerprint;
}

const alertAt = async (fingerprint: string) =>
  (await place.json<{ alert: { owner: string | null } }>(`/v1/alerts/${fingerprint}`)).alert;

describe.each([
  ["keeps", () => keeps],
  ["takes away", () => strips],
])("behind a proxy that %s the path", (_, proxyOf) => {
  it("shows everything under it, live, and acts in the name of whom the proxy signed in", async () => {
    const proxy = proxyOf();
    const fingerprint = await fire();
    const one = await person(proxy, "Zoë Ångström", "staff,on-call");
    await one.sees("#user", "Zoë Ångström");
    await one.sees("#freshness", "Live");
    await one.go(`#/alerts/${fingerprint}`);
    await one.press("#view-alert .first .primary");
    await one.sees(".facts", "Zoë Ångström has it");
    expect((await alertAt(fingerprint)).owner).toBe("Zoë Ångström");
    await one.go("#/");
    const next = await fire();
    await one.sees(`a[href="#/alerts/${next}"]`, "DiskFull");
    for (const page of ["history", "noise", "health"]) {
      await one.go(`#/${page}`);
      await one.sees(`#view-${page} h1`, "");
    }
    expect(await one.value("location.pathname")).toBe(`${base}/`);
    expect(one.problems).toEqual([]);
    // Their address is the visitor's, not the proxy's.
    expect(place.lines.join("")).toMatch(
      /"audit":"acknowledge","user":"Zoë Ångström","address":"203\.0\.113\.7"/,
    );
  });

  it("is whole without the slash at the end, too", async () => {
    const proxy = proxyOf();
    await fire();
    const one = await person(proxy, "zoe", "on-call");
    await one.page.goto(`${proxy.url}${base}`);
    await one.sees("#freshness", "Live");
    await one.press(".name");
    await one.sees("#view-alert h1", "DiskFull");
    expect(one.problems).toEqual([]);
  });
});

describe("a proxy that signs in", () => {
  it("lets a user with read-only access see everything and change nothing", async () => {
    const fingerprint = await fire();
    const one = await person(keeps, "lou", "staff");
    await one.sees("#user", "lou (read-only)");
    await one.sees("#groups .row", "DiskFull");
    await one.misses("#groups button");
    await one.misses("#pick");
    await one.go(`#/alerts/${fingerprint}`);
    await one.sees("#view-alert h1", "DiskFull");
    await one.misses("#view-alert form, #view-alert textarea, #view-alert .primary");
    const answer = `fetch("v1/alerts/${fingerprint}/actions", { method: "POST", body: '{"kind":"acknowledge"}',
      headers: { "content-type": "application/json" } }).then(async (one) => [one.status, await one.json()])`;
    expect(await one.value(answer)).toEqual([403, { error: "lou has read-only access" }]);
    expect((await alertAt(fingerprint)).owner).toBeNull();
    expect(place.lines.join("")).toContain('"audit":"refused","user":"lou"');
  });

  it("says to whom it lets in, and we do not, why", async () => {
    const one = await person(keeps, "eve", "sales");
    await one.sees("#banner", "eve has the groups sales, and none of them may read here");
    await one.misses("#sign-in");
    expect(await one.value("document.body.textContent.includes('DiskFull')")).toBe(false);
  });

  it("leads to where it signs in once its session is over, and out of it when asked", async () => {
    await fire();
    const one = await person(keeps, "zoe", "on-call");
    await one.sees("#freshness", "Live");
    await one.press("#sign-out");
    await one.sees("h1", "Who are you?");
    await one.page.goto(`${keeps.url}/sso?as=zoe&groups=on-call`);
    await one.sees("#freshness", "Live");
    keeps.forget();
    await one.go("#/noise");
    await one.sees("h1", "Who are you?");
    expect(await one.value("document.body.textContent.includes('DiskFull')")).toBe(false);
  });

  it("does not take away what somebody types when its session is over", async () => {
    const fingerprint = await fire();
    const one = await person(keeps, "zoe", "on-call");
    await one.sees("#freshness", "Live");
    await one.go(`#/alerts/${fingerprint}`);
    await one.write("#view-alert textarea", "I was about to say");
    keeps.forget();
    await one.press("#view-alert .first .primary");
    await one.sees("#banner", "Your session is over.");
    expect(await one.value("document.querySelector('#view-alert textarea').value")).toBe(
      "I was about to say",
    );
  });

  it("lets a link of a message pass, which leads on under the path", async () => {
    const fingerprint = await fire();
    for (
      let tries = 0;
      tries < 100 && !chat.seen.some(({ body }) => body.includes(fingerprint));
      tries += 1
    )
      await new Promise((resolve) => setTimeout(resolve, 50));
    const told = chat.seen.find(({ body }) => body.includes(fingerprint))?.body ?? "";
    const [link = ""] = /https:[^"\s]*\/take\/[^"\s]+/.exec(told) ?? [];
    expect(link.startsWith(`${keeps.url}${base}/take/`)).toBe(true);
    const one = await visit(browser, link);
    await one.press("button");
    await one.sees("main", "It is yours.");
    expect((await alertAt(fingerprint)).owner).toBe("by link");
    expect(
      await one.value(
        "Promise.all([...document.querySelectorAll('link')].map(({ href }) => fetch(href).then(({ status }) => status)))",
      ),
    ).not.toContain(404);
    expect(await one.value("document.querySelector('main > p:last-child a').pathname")).toBe(
      `${base}/`,
    );
  });
});

describe("the word of a proxy", () => {
  const ask = (headers: Readonly<Record<string, string>>, at = place) =>
    at.ask("/v1/session", { headers });
  const said = { "x-forwarded-user": "zoe", "x-forwarded-groups": "on-call" };

  it("counts with its secret only", async () => {
    expect(await ask({ ...said, "x-vigil-proxy-secret": secret })).toMatchObject({ status: 200 });
    for (const headers of [
      said,
      { ...said, "x-vigil-proxy-secret": "" },
      { ...said, "x-vigil-proxy-secret": secret.slice(1) },
      { "x-forwarded-groups": "on-call" },
    ]) {
      const { status, text } = await ask(headers);
      expect({ status, text }).toEqual({
        status: 403,
        text: expect.stringContaining("x-vigil-proxy-secret is") as string,
      });
    }
    // Nor does it help whoever has a password.
    const { status } = await place.ask("/v1/session", { as: "ada:lovelace", headers: said });
    expect(status).toBe(403);
  });

  it("has one name that can be used", async () => {
    const from = (name: string) =>
      ask({ ...said, "x-forwarded-user": name, "x-vigil-proxy-secret": secret });
    for (const name of ["by link", "x".repeat(201), "a\u00adb"]) {
      expect((await from(Buffer.from(name).toString("latin1"))).status).toBe(403);
    }
    // Nobody: the form of our own asks.
    expect((await from("")).status).toBe(401);
  });

  it("changes nothing where another site asked for it", async () => {
    const fingerprint = await fire();
    const post = (origin: Readonly<Record<string, string>>) =>
      place.ask(`/v1/alerts/${fingerprint}/actions`, {
        body: '{"kind":"acknowledge"}',
        headers: { ...said, "x-vigil-proxy-secret": secret, ...origin },
      });
    expect((await post({ origin: "https://evil.example" })).status).toBe(403);
    expect((await post({ "sec-fetch-site": "same-site" })).status).toBe(403);
    expect((await post({})).status).toBe(401);
    expect((await alertAt(fingerprint)).owner).toBeNull();
    expect((await post({ origin: keeps.url })).status).toBe(200);
  });

  it("is not heard from another address, nor where no proxy is configured", async () => {
    const proxy = { from: ["192.0.2.0/24", "2001:db8::1"], secretFile: "proxy-secret", act: ["*"] };
    const elsewhere = await startPlace({ proxy }, { "proxy-secret": secret });
    const without = await startPlace();
    try {
      const headers = { ...said, "x-vigil-proxy-secret": secret };
      const { status, text } = await ask(headers, elsewhere);
      expect({ status, text }).toEqual({
        status: 403,
        text: expect.stringContaining("127.0.0.1 is not an address of the proxy") as string,
      });
      expect((await ask(headers, without)).status).toBe(401);
      expect((await without.ask("/v1/session", { as: "ada:lovelace", headers })).text).toContain(
        '"name":"ada"',
      );
    } finally {
      await elsewhere.stop();
      await without.stop();
    }
  });
});

describe("a role", () => {
  it("is the user's, by session and by password, and only their own session can end", async () => {
    const fingerprint = await fire();
    const body = '{"kind":"acknowledge"}';
    const path = `/v1/alerts/${fingerprint}/actions`;
    expect(await place.ask(path, { as: "grace:hopper", body })).toMatchObject({
      status: 403,
      text: '{"error":"grace has read-only access"}',
    });
    for (const [method, to] of [
      ["POST", "/v1/redrive"],
      ["POST", "/v1/channels/chat/test"],
      ["DELETE", "/v1/quarantine"],
      ["POST", "/v1/actions"],
    ] as const) {
      expect((await place.ask(to, { as: "grace:hopper", method })).status).toBe(403);
    }
    expect(await place.ask("/v1/open", { as: "grace:hopper" })).toMatchObject({ status: 200 });
    const one = await visit(browser, `${place.url}/`);
    await one.signIn("grace", "hopper");
    await one.sees("#user", "grace (read-only)");
    const [cookie] = await one.page.browserContext().cookies();
    expect(cookie).toMatchObject({
      name: expect.stringMatching(/^__Secure-vigil-session-\d+$/) as string,
      path: `${base}/`,
      secure: true,
    });
    await one.press("#sign-out");
    await one.sees("#sign-in", "Vigil");
    expect(await place.ask(path, { as: "ada:lovelace", body })).toMatchObject({ status: 200 });
    const assign = '{"kind":"assign","to":"grace"}';
    expect(await place.ask(path, { as: "ada:lovelace", body: assign })).toMatchObject({
      status: 422,
      text: expect.stringContaining("grace has read-only access") as string,
    });
  });
});
