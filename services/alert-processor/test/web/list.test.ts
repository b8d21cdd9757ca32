/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { alertOf, setting } from "./setting.ts";

const current = setting();

const row = (fingerprint: string): string => `li:has(> .what a[href="#/alerts/${fingerprint}"])`;

describe("the list of open alerts", () => {
  it("says that all is well when nothing is open", async () => {
    const one = await current().person();
    await one.sees("#all-well", "All is well");
    await one.sees("h1", "No open alerts");
    expect(await one.page.title()).toBe("All is well Vigil");
    expect(one.problems).toEqual([]);
  });

  it("groups by severity, the worst first, with what somebody needs to know of each", async () => {
    const { fire, person } = current();
    await fire({ name: "Restarted", severity: "info", team: "" });
    await fire({ name: "CpuBusy", severity: "warning", team: "web" });
    const emergency = await fire({ name: "DatabaseDown", severity: "emergency" });
    await fire({ startsAt: Date.now() - 3 * 3_600_000 - 21 * 60_000 });
    const one = await person();
    await one.sees("h1", "4 open alerts");
    expect(await one.texts(".group h2")).toEqual([
      "Emergency\n1",
      "Critical\n1",
      "Warning\n1",
      "Info\n1",
    ]);
    await one.sees(row(emergency), "DatabaseDown");
    await one.sees(row(emergency), "db-1:9100");
    await one.sees(row(emergency), "The disk of db-1:9100 is full");
    await one.sees(row(emergency), "platform");
    await one.sees(".critical .since", "3 h 21 min");
    await one.misses(".info .tag:not(:empty)");
    await one.sees("#teams", "web 1");
    await one.sees("#teams", "platform 2");
    expect(await one.page.title()).toBe("(4) Vigil");
  });

  it("groups a severity by what it means, and says the word that its rule has", async () => {
    const { fire, person } = current();
    await fire({ severity: "P0" });
    await fire({ severity: "page" });
    await fire({ severity: "bananas" });
    const none = await fire({ severity: "" });
    const one = await person();
    await one.sees("h1", "4 open alerts");
    await one.sees(".group.emergency .tag", "P0");
    await one.sees(".group.critical .tag", "page");
    await one.sees(".group.warning .tag", "bananas");
    await one.sees(`.group.info ${row(none)} .tag`, "no severity");
    expect(await one.texts("#severities a")).toEqual([
      "All severities",
      "Emergency 1",
      "Critical 1",
      "Warning 1",
      "Info 1",
    ]);
  });

  it("shows what happens without being asked, and says it", async () => {
    const { act, fire, person } = current();
    const one = await person();
    await one.sees("#all-well", "All is well");
    const fingerprint = await fire();
    await one.sees(row(fingerprint), "DiskFull");
    await one.misses("#all-well");
    expect(await one.value("document.querySelector('#announcer').textContent")).toBe(
      "New: critical DiskFull on db-1:9100.",
    );
    await act(fingerprint, { kind: "acknowledge" });
    await one.sees(row(fingerprint), "grace has it");
    await act(fingerprint, { kind: "snooze", until: Date.now() + 60_000 });
    await one.sees(row(fingerprint), "by grace");
    await act(fingerprint, { kind: "resolve" });
    await one.sees("#all-well", "All is well");
  });

  it("acknowledges with one press and leaves the focus at the alert", async () => {
    const { alert, fire, person } = current();
    const fingerprint = await fire();
    const one = await person();
    await one.press(`${row(fingerprint)} button`);
    await one.sees("#notice", "You have DiskFull on db-1:9100.");
    await one.sees(row(fingerprint), "ada has it");
    expect(await one.value("document.activeElement.textContent")).toBe("DiskFull");
    expect(await alert(fingerprint)).toMatchObject({ status: "acknowledged", owner: "ada" });
  });

  it("goes from alert to alert with the arrows and takes one with a key", async () => {
    const { alert, fire, person } = current();
    const first = await fire({ severity: "emergency" });
    const second = await fire();
    const one = await person();
    await one.page.focus(`${row(first)} .name`);
    await one.page.keyboard.press("ArrowDown");
    await one.page.keyboard.press("a");
    await one.sees(row(second), "ada has it");
    expect((await alert(first)).owner).toBeNull();
    await one.page.keyboard.press("ArrowUp");
    await one.page.keyboard.press("Enter");
    await one.sees("#view-alert h1", "DiskFull");
    expect(await one.value("location.hash")).toBe(`#/alerts/${first}`);
  });

  it("says who was faster and shows what is now", async () => {
    const { act, alert, fire, person } = current();
    const fingerprint = await fire();
    const one = await person();
    // Nothing new arrives once the page is there: as on a slow line.
    await one.page.setRequestInterception(true);
    one.page.on("request", (request) => {
      if (/v1\/open(\?since|$)|v1\/changes/.test(request.url())) void request.abort();
      else void request.continue();
    });
    await one.page.reload();
    await one.sees("#user", "ada");
    await one.sees(row(fingerprint), "Acknowledge");
    await act(fingerprint, { kind: "acknowledge" });
    await one.press(`${row(fingerprint)} button`);
    await one.sees("#notice", "grace was faster and has DiskFull on db-1:9100 now.");
    await one.sees(row(fingerprint), "grace has it");
    expect((await alert(fingerprint)).owner).toBe("grace");
  });

  it("keeps filters in the address, so that a reload and a link show the same", async () => {
    const { fire, person } = current();
    await fire({ name: "CpuBusy", severity: "warning", team: "web" });
    await fire({ name: "DiskFull", team: "web" });
    await fire({ name: "LinkDown", team: "net" });
    const one = await person();
    await one.press("#teams ::-p-text(web)");
    await one.sees("#shown", "2 of 3 are shown.");
    await one.press("#severities ::-p-text(Warning)");
    await one.sees("#shown", "1 of 3 are shown.");
    expect(await one.value("location.hash")).toBe("#/?team=web&severity=warning");
    await one.page.reload();
    await one.sees("#shown", "1 of 3 are shown.");
    expect(await one.texts(".name")).toEqual(["CpuBusy"]);
    await one.page.goBack();
    await one.sees("#shown", "2 of 3 are shown.");
    await one.press("#shown a");
    await one.misses("#shown");
    await one.write("#search", "link NET");
    await one.sees("#shown", "1 of 3 are shown.");
    expect(await one.texts(".name")).toEqual(["LinkDown"]);
    expect(await one.value("location.hash")).toBe("#/?q=link+NET");
  });

  it("shows texts of alerts as texts, whatever they hold", async () => {
    const { fire, person } = current();
    const evil = `<img src=x onerror="document.title='taken over'"><script>alert(1)</script>`;
    const fingerprint = await fire({
      name: evil,
      instance: evil,
      team: evil,
      severity: evil,
      labels: { [evil]: evil, __proto__: evil },
      annotations: { summary: evil, description: evil, runbook_url: "javascript:alert(1)" },
    });
    const one = await person();
    await one.sees(row(fingerprint), evil);
    await one.go(`#/alerts/${fingerprint}`);
    await one.sees("#view-alert .lead", evil);
    await one.sees("#view-alert .fields", "javascript:alert(1)");
    expect(await one.texts(".links a")).toEqual([]);
    await one.go("#/noise");
    await one.sees("#noise", evil);
    expect(await one.value("document.querySelectorAll('main img, main script').length")).toBe(0);
    expect(one.problems).toEqual([]);
  });

  it("changes what changed and leaves the rest, with 500 alerts as well", async () => {
    const { act, fire, person, place } = current();
    const many = Array.from({ length: 499 }, (_, index) => {
      const startsAt = Date.now() - (60 + index) * 1_000;
      return alertOf({ instance: `db-${index}`, startsAt });
    });
    await place.post(many);
    const last = await fire({ startsAt: Date.now() - 7 * 24 * 3_600_000 });
    const one = await person();
    await one.sees("h1", "500 open alerts");
    await one.value("scrollTo(0, document.body.scrollHeight)");
    await one.sees(row(last), "DiskFull");
    await one.page.focus(`${row(last)} button`);
    await one.value("void (window.kept = document.activeElement)");
    await one.value("void (window.at = scrollY)");
    const above = many.at(-1)?.fingerprint ?? "";
    await act(above, { kind: "acknowledge" });
    await one.sees(row(above), "grace has it");
    await fire({ severity: "warning" });
    await one.sees("h1", "501 open alerts");
    expect(await one.value("document.activeElement === window.kept")).toBe(true);
    expect(await one.value("scrollY === window.at")).toBe(true);
    await act(last, { kind: "resolve" });
    await one.misses(row(last));
    expect(await one.value("document.activeElement.className")).toBe("name");
  });
});
