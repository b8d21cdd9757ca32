/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { linksAt } from "../../service/links.ts";
import { sealFor } from "../../service/tokens.ts";
import { alertOf, setting } from "./setting.ts";

const current = setting();

/** The link of a message about an alert, made as the service makes it. */
async function linkTo(...fingerprints: string[]): Promise<string> {
  const { alert, place } = current();
  const links = linksAt(place.url, sealFor("s".repeat(40), "take"), Date.now);
  const alerts = await Promise.all(fingerprints.map(alert));
  return links.acknowledge(...alerts).slice(place.url.length);
}

describe("the link of a message", () => {
  it("takes the alert with one press, without signing in", async () => {
    const { alert, fire, visitor } = current();
    const fingerprint = await fire();
    const one = await visitor(await linkTo(fingerprint));
    await one.page.setViewport({ width: 360, height: 640 });
    await one.sees("main", "critical · db-1:9100");
    await one.sees("main", "The disk of db-1:9100 is full");
    expect(await one.value("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(
      await one.value("document.querySelector('button').getBoundingClientRect().height"),
    ).toBeGreaterThanOrEqual(44);
    expect((await alert(fingerprint)).owner).toBeNull();
    await one.press("button");
    await one.sees("main", "It is yours.");
    expect((await alert(fingerprint)).owner).toBe("by link");
    expect(one.problems).toEqual([]);
  });

  it("leads to what helps once it is taken", async () => {
    const { fire, visitor } = current();
    const annotations = {
      runbook_url: "https://runbooks.example/disk-full",
      generator_url: "https://prometheus.example/graph?g0.expr=up",
      dashboard_url: "https://good.example@evil.example/",
    };
    const one = await visitor(await linkTo(await fire({ annotations })));
    await one.press("button");
    await one.sees(".links", "Runbook");
    expect(
      await one.value("[...document.querySelectorAll('.links a')].map((a) => a.href).slice(0, 2)"),
    ).toEqual([annotations.runbook_url, annotations.generator_url]);
    expect(await one.texts(".links a")).toEqual(["Runbook", "Graph", "Details"]);
  });

  it("changes nothing when it is only looked at, as previews do", async () => {
    const { alert, fire, place } = current();
    const fingerprint = await fire();
    const link = await linkTo(fingerprint);
    const before = await alert(fingerprint);
    for (const method of ["GET", "HEAD", "GET"]) {
      expect((await place.ask(link, { method })).status).toBe(200);
    }
    expect(await alert(fingerprint)).toEqual(before);
  });

  it("works once, and in one spelling", async () => {
    const { act, alert, fire, place } = current();
    const fingerprint = await fire();
    const link = await linkTo(fingerprint);
    const use = (path: string) => place.ask(path, { method: "POST" });
    expect((await use(link)).text).toContain("It is yours.");
    expect((await use(link)).text).toContain("It was taken with a link like this one.");
    await act(fingerprint, { kind: "unacknowledge" });
    expect((await use(link)).text).toContain("This link has already been used.");
    for (const path of [`${link}.x`, `${link}=`, `${link}!`]) {
      expect((await use(path)).text).toContain("This link is not valid");
    }
    expect((await alert(fingerprint)).owner).toBeNull();
  });

  it("says who has the alert, and that it is over", async () => {
    const { act, fire, place } = current();
    const fingerprint = await fire();
    const link = await linkTo(fingerprint);
    await act(fingerprint, { kind: "acknowledge" });
    expect((await place.ask(link)).text).toContain("grace has it.");
    await act(fingerprint, { kind: "resolve" });
    expect((await place.ask(link, { method: "POST" })).text).toContain("It is over");
    expect((await place.ask("/take/nothing.real")).text).toContain("This link is not valid");
  });

  it("leads to an alert whose beginning moved, and says so", async () => {
    const { act, alert, fire, place } = current();
    const fingerprint = await fire();
    const { startsAt } = await alert(fingerprint);
    const link = await linkTo(fingerprint);
    await place.post([
      { ...alertOf(), fingerprint, startsAt: new Date(startsAt + 60_000).toISOString() },
    ]);
    expect((await place.ask(link)).text).toMatch(/It fires again, since .*Take it/s);
    expect((await place.ask(link, { method: "POST" })).text).toContain("It is yours.");
    await act(fingerprint, { kind: "resolve" });
    expect((await place.ask(link)).text).toContain("It is over");
  });

  it("of a message about several takes each, or all that nobody has", async () => {
    const { act, alert, fire, visitor } = current();
    const all = [await fire(), await fire(), await fire(), await fire()];
    const owners = async () => {
      const alerts = await Promise.all(all.map(alert));
      return alerts.map(({ owner }) => owner);
    };
    await act(all[3] ?? "", { kind: "acknowledge" });
    const one = await visitor(await linkTo(...all));
    await one.page.setViewport({ width: 360, height: 640 });
    await one.sees("h1", "4 alerts");
    await one.sees("main", "grace has it.");
    expect(await one.value("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await one.press("li button");
    await one.sees("main", "It is yours.");
    expect(await owners()).toEqual(["by link", null, null, "grace"]);
    await one.page.goBack();
    await one.page.reload();
    await one.sees("button", "Take all 2");
    await one.press("button");
    await one.sees("main", "They are yours.");
    expect(await owners()).toEqual(["by link", "by link", "by link", "grace"]);
    expect(one.problems).toEqual([]);
  });

  it("shows texts of alerts as texts", async () => {
    const { fire, visitor } = current();
    const evil = `"><img src=x onerror=alert(1)><script>alert(1)</script>`;
    const fingerprint = await fire({
      name: evil,
      instance: evil,
      severity: evil,
      annotations: { summary: evil },
    });
    const one = await visitor(await linkTo(fingerprint));
    await one.sees("h1", evil);
    expect(await one.value("document.querySelectorAll('main img, script').length")).toBe(0);
    await one.press("button");
    await one.sees("main", "It is yours.");
    expect(one.problems).toEqual([]);
  });
});
