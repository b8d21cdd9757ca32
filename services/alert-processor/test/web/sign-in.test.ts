/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { startPlace } from "../service/harness.ts";
import { setting } from "./setting.ts";

const current = setting();

const session = (): string => `__Host-vigil-session-${new URL(current().place.url).port}`;

describe("signing in", () => {
  it("asks for it first and shows nothing before", async () => {
    const { fire, visitor } = current();
    await fire();
    const one = await visitor();
    await one.sees("#sign-in", "Vigil");
    expect(await one.value("document.activeElement.id")).toBe("name");
    expect(await one.value("document.body.textContent.includes('DiskFull')")).toBe(false);
    expect(one.problems).toEqual([]);
  });

  it("says that a password is wrong and lets in with the right one", async () => {
    const one = await current().visitor();
    await one.write("#name", "ada");
    await one.write("#password", "byron");
    await one.press("#sign-in button");
    await one.sees("#sign-in-problem", "Name or password is wrong.");
    await one.misses("#page");
    await one.signIn();
    await one.sees("#all-well", "All is well");
    expect(await one.value("document.querySelector('#password').value")).toBe("");
    expect(one.problems).toEqual([]);
  });

  it("goes on where the address says", async () => {
    const { fire, visitor } = current();
    const one = await visitor(`/#/alerts/${await fire()}`);
    await one.signIn();
    await one.sees("#view-alert h1", "DiskFull");
    expect(one.problems).toEqual([]);
  });

  it("keeps the session over a reload, in a cookie that no script and no other site gets", async () => {
    const { browser, person, place } = current();
    const one = await person();
    await one.page.reload();
    await one.sees("#user", "ada");
    const cookies = await one.page.browserContext().cookies();
    expect(cookies).toEqual([
      expect.objectContaining({
        name: session(),
        httpOnly: true,
        secure: true,
        sameSite: "Lax",
        path: "/",
        domain: new URL(place.url).hostname,
      }),
    ]);
    expect(await one.value("document.cookie")).toBe("");
    expect(browser.connected).toBe(true);
  });

  it("ends the session when signing out: nothing stays in the page, the cookie is worth nothing", async () => {
    const { fire, person, place } = current();
    await fire();
    const one = await person();
    await one.sees("#groups", "DiskFull");
    const [cookie] = await one.page.browserContext().cookies();
    await one.press("#sign-out");
    await one.sees("#sign-in", "Vigil");
    expect(await one.value("document.body.textContent.includes('DiskFull')")).toBe(false);
    expect(await one.page.browserContext().cookies()).toEqual([]);
    const headers = { cookie: `${session()}=${cookie?.value ?? ""}` };
    expect((await place.ask("/v1/session", { headers })).status).toBe(401);
  });

  it("leaves the session at another processor of the same host alone", async () => {
    const { person } = current();
    const other = await startPlace();
    try {
      const one = await person();
      const address = one.page.url();
      await one.page.goto(other.url);
      await one.sees("#sign-in", "Vigil");
      await one.signIn("grace", "hopper");
      await one.page.goto(address);
      await one.sees("#user", "ada");
      await one.press("#sign-out");
      await one.sees("#sign-in", "Vigil");
      await one.page.goto(other.url);
      await one.sees("#user", "grace");
      expect(one.problems).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  it("asks again when the session is over", async () => {
    const one = await current().person();
    await one.page.browserContext().deleteMatchingCookies({ name: session() });
    await one.go("#/noise");
    await one.sees("#notice", "Your session is over.");
    await one.signIn();
    await one.sees("#view-noise", "Noise");
    expect(one.problems).toEqual([]);
  });

  it("gives a new session to whoever signs in, whatever the browser had before", async () => {
    const { person, place, visitor } = current();
    const attacker = await person("grace");
    const [planted] = await attacker.page.browserContext().cookies();
    const victim = await visitor();
    const { origin } = new URL(place.url);
    const value = planted?.value ?? "";
    // The prefix keeps other hosts from setting it; even where they could, it does not stay.
    await victim.page.browserContext().setCookie({
      name: session(),
      value,
      domain: new URL(origin).hostname,
      path: "/",
      secure: true,
    });
    await victim.page.reload();
    await victim.sees("#user", "grace");
    await victim.press("#sign-out");
    await victim.sees("#sign-in", "Vigil");
    await victim.signIn("ada");
    const [mine] = await victim.page.browserContext().cookies();
    expect(mine?.value).not.toBe(value);
    const headers = { cookie: `${session()}=${value}` };
    expect((await place.ask("/v1/session", { headers })).status).toBe(401);
    expect(
      (await place.ask("/v1/session", { headers: { cookie: `${session()}=fixed` } })).status,
    ).toBe(401);
  });

  it("makes who guesses wait, without counting attempts at once as one", async () => {
    const { place } = current();
    const body = JSON.stringify({ name: "ada", password: "byron" });
    const all = await Promise.all(
      Array.from({ length: 30 }, () => place.ask("/v1/session", { body })),
    );
    const guessed = all.filter(({ status }) => status === 401).length;
    expect(guessed).toBeLessThanOrEqual(20);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(30 - guessed);
  });
});
