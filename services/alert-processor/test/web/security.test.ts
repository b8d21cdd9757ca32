/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setting } from "./setting.ts";

const current = setting();

/**
 * A page of somebody else on another port of the same host. That is the same site, as browsers see it: they
 * send our cookie along.
 */
async function attackerWith(html: string): Promise<{ url: string; close(): void }> {
  const { folder } = current().place;
  const file = (name: string): string => readFileSync(join(folder, name), "utf8");
  const pair = { cert: file("tls.crt"), key: file("tls.key") };
  const server = createServer(pair, (_, response) => {
    response.setHeader("content-type", "text/html").end(html);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `https://127.0.0.1:${port}/`, close };
}

describe("what others make a browser do", () => {
  it("changes nothing: not by script, not by form", async () => {
    const { alert, fire, person, place } = current();
    const fingerprint = await fire();
    const target = `${place.url}/v1/alerts/${fingerprint}/actions`;
    const body = JSON.stringify({ kind: "acknowledge" });
    const attacker = await attackerWith(`<!doctype html><title>waiting</title>
      <form method="post" enctype="text/plain" target="out" action="${target}">
        <input name='{"kind":"acknowledge","text":"' value='"}'>
      </form><iframe name="out"></iframe><script>
      const attempt = (options) => fetch("${target}", { method: "POST", credentials: "include",
        body: '${body}', ...options }).catch(() => undefined);
      Promise.all([attempt({}), attempt({ mode: "no-cors" }),
        attempt({ headers: { "content-type": "application/json" } }),
        attempt({ mode: "no-cors", headers: { "content-type": "text/plain" } })])
        .then(() => { document.querySelector("iframe").onload = () => (document.title = "done");
          document.forms[0].submit(); });
      </script>`);
    try {
      const one = await person();
      const statuses: number[] = [];
      one.page.on("response", (response) => {
        if (response.request().method() === "POST") statuses.push(response.status());
      });
      await one.page.goto(attacker.url);
      await one.page.waitForFunction("document.title === 'done'");
      // Refused for where it comes from; what scripts are refused, browsers do not even tell.
      expect(new Set(statuses)).toEqual(new Set([403]));
      expect(await alert(fingerprint)).toMatchObject({ owner: null, status: "firing" });
      // From our own page it works.
      await one.page.goto(place.url);
      await one.press("#groups button");
      await one.sees("#groups", "ada has it");
    } finally {
      attacker.close();
    }
  });

  it("shows the page in no frame", async () => {
    const { place, visitor } = current();
    const attacker = await attackerWith(`<!doctype html><iframe src="${place.url}"></iframe>`);
    try {
      const one = await visitor();
      const refused = one.page.waitForResponse((response) => response.url() === `${place.url}/`);
      await one.page.goto(attacker.url);
      expect((await refused).headers()["content-security-policy"]).toContain(
        "frame-ancestors 'none'",
      );
      const [, frame] = one.page.frames();
      expect(await frame?.$("#sign-in")).toBeFalsy();
    } finally {
      attacker.close();
    }
  });

  it("leads nowhere else", async () => {
    const { place } = current();
    const evil = "https://evil.example";
    for (const path of [
      `/?next=${evil}`,
      `//evil.example/`,
      `/%2F%2Fevil.example`,
      `/\\evil.example`,
      `/take/${encodeURIComponent(evil)}`,
      `/v1/session?return=${evil}`,
    ]) {
      const { headers, status } = await place.ask(path);
      expect({ path, location: headers.location, moved: status >= 300 && status < 400 }).toEqual({
        path,
        location: undefined,
        moved: false,
      });
    }
    const one = await current().visitor(`/?next=${evil}#${evil}`);
    await one.signIn();
    expect(await one.value("location.origin")).toBe(place.url);
    await one.sees("#view-lost h1", "Page not found");
  });

  it("finds no file but those of the page", async () => {
    const { place } = current();
    for (const path of ["/tsconfig.json", "/index.html", "/..%2fpackage.json", "/web/app.js"]) {
      expect(await place.ask(path)).toMatchObject({ status: 404 });
    }
    for (const path of ["/", "/app.js", "/style.css", "/icon.svg"]) {
      const { headers, status } = await place.ask(path);
      expect(status).toBe(200);
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });
});
