/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import type { Alert } from "../../core/alert.ts";
import { alertOf, setting } from "./setting.ts";

const current = setting();

const open = async (): Promise<Alert[]> =>
  (await current().place.json<{ alerts: Alert[] }>("/v1/alerts?limit=5000")).alerts;

describe("many alerts", () => {
  it("are drawn as they are scrolled to, and reached with the keys", async () => {
    const { person, place } = current();
    const many = Array.from({ length: 3_000 }, (_, index) => alertOf({ instance: `db-${index}` }));
    await place.post(many);
    const one = await person();
    await one.sees("h1", "3000 open alerts");
    const drawn = "document.querySelectorAll('#groups li').length";
    expect(await one.value(drawn)).toBeLessThan(80);
    expect(await one.value("document.querySelectorAll('*').length")).toBeLessThan(1_500);
    await one.value("scrollTo(0, document.body.scrollHeight)");
    const last = "document.querySelector('#groups li.row:last-of-type')";
    await one.page.waitForFunction(`${last}?.getAttribute("aria-posinset") === "3000"`);
    expect(await one.value(drawn)).toBeLessThan(80);
    await one.value("scrollTo(0, 0)");
    await one.page.waitForFunction("scrollY === 0");
    await one.page.keyboard.press("j");
    for (let step = 0; step < 60; step += 1) await one.page.keyboard.press("j");
    const at = "document.activeElement.closest('li').getAttribute('aria-posinset')";
    expect(await one.value(at)).toBe("61");
    // Far away the row in focus is still there.
    await one.value("scrollTo(0, document.body.scrollHeight)");
    await one.page.waitForFunction(`${last}?.getAttribute("aria-posinset") === "3000"`);
    expect(await one.value(at)).toBe("61");
    await one.page.keyboard.press("k");
    expect(await one.value(at)).toBe("60");
    expect(one.problems).toEqual([]);
  });

  it("of one name are one row, and taken together by who means it", async () => {
    const { act, fire, person, place } = current();
    await place.post(
      [1, 2, 3].map((number) => alertOf({ name: "HostDown", instance: `h-${number}` })),
    );
    await act(await fire({ name: "HostDown", instance: "h-4" }), { kind: "acknowledge" });
    await fire();
    const one = await person();
    await one.press("#whose ::-p-text(By name)");
    await one.sees(".bunch", "HostDown");
    expect(await one.value("location.hash")).toBe("#/?by=name");
    await one.sees(".bunch", "4 alerts, nobody has 3");
    expect(await one.texts("#groups .place")).toEqual([]);
    await one.press(".bunch .fold");
    await one.sees("#groups", "h-2");
    await one.press(".bunch .take");
    await one.sees("dialog", "Acknowledge 3 alerts of HostDown?");
    await one.press("dialog .primary");
    await one.sees("#notice", "You have 3 alerts.");
    await one.sees(".bunch", "4 alerts");
    const owners = (await open()).map(
      ({ alertname, owner }) => `${alertname} ${owner ?? "nobody"}`,
    );
    expect(owners.sort()).toEqual([
      "DiskFull nobody",
      ...["ada", "ada", "ada", "grace"].map((name) => `HostDown ${name}`),
    ]);
  });

  it("are selected, and what is not shown any more is not selected", async () => {
    const { fire, person } = current();
    for (const instance of ["db-1", "db-2", "web-1"]) await fire({ instance });
    const one = await person();
    await one.press("#pick");
    await one.press("#pick-all");
    await one.sees("#picked-count", "3 alerts");
    await one.write("#search", "db");
    await one.sees("#picked-count", "2 alerts");
    await one.press("#picked ::-p-text(Snooze)");
    await one.sees("dialog", "Snooze 2 alerts");
    await one.press("dialog ::-p-text(2 h)");
    await one.sees("#notice", "2 alerts");
    await one.misses("#picked");
    const states = (await open()).map(({ instance, status }) => `${instance} ${status}`);
    expect(states.sort()).toEqual(["db-1 snoozed", "db-2 snoozed", "web-1 firing"]);
  });

  it("that somebody else changed meanwhile are left alone, and counted", async () => {
    const { act, alert, fire, person } = current();
    const [first, second] = [await fire({ instance: "db-1" }), await fire({ instance: "db-2" })];
    const one = await person();
    await one.press("#pick");
    await one.press("#pick-all");
    await one.press("#picked ::-p-text(Close)");
    await one.sees("dialog", "Close 2 alerts?");
    await act(first, { kind: "acknowledge" });
    await one.sees("#groups", "grace has it");
    await one.press("dialog ::-p-text(Close it)");
    await one.sees(
      "#notice",
      "You closed 1 alert. 1 alert changed meanwhile: nothing was done to it.",
    );
    expect((await alert(first)).status).toBe("acknowledged");
    expect((await alert(second)).status).toBe("resolved");
  });
});

describe("whose alerts", () => {
  it("are mine, nobody's, of a label: all of it in the address", async () => {
    const { act, fire, person } = current();
    await fire({
      instance: "db-1",
      labels: {
        env: "production",
        rack: "row 7",
        "k8s.pod-name": "web-1",
        link: "http://a.example/?b=c",
      },
    });
    await act(
      await fire({ instance: "db-2", labels: { env: "staging" } }),
      { kind: "acknowledge" },
      "ada",
    );
    await act(await fire({ instance: "db-3", labels: { env: "staging" } }), {
      kind: "acknowledge",
    });
    const one = await person();
    const places = async (hash: string, count: number): Promise<string[]> => {
      await one.go(hash);
      await one.sees("#shown", `${count} of 3 are shown.`);
      return (await one.texts("#groups .place")).sort();
    };
    expect(await places("#/?who=mine", 1)).toEqual(["db-2"]);
    expect(await places("#/?who=nobody", 1)).toEqual(["db-1"]);
    expect(await places("#/?q=env%3Dstaging", 2)).toEqual(["db-2", "db-3"]);
    expect(await places("#/?q=env!%3Dstaging", 1)).toEqual(["db-1"]);
    expect(await places('#/?q=rack%3D"row 7"', 1)).toEqual(["db-1"]);
    expect(await places("#/?q=k8s.pod-name%3Dweb-1", 1)).toEqual(["db-1"]);
    expect(await places("#/?q=k8s.pod-name!%3Dweb-1", 2)).toEqual(["db-2", "db-3"]);
    expect(await places("#/?q=http://a.example/?b%3Dc", 1)).toEqual(["db-1"]);
    expect(await places("#/?q=env%3Dstaging&who=mine", 1)).toEqual(["db-2"]);
    await one.page.reload();
    await one.sees("#shown", "1 of 3 are shown.");
  });
});

describe("an alert that needs others", () => {
  it("is handed over to somebody", async () => {
    const { alert, fire, person } = current();
    const fingerprint = await fire();
    const one = await person();
    await one.go(`#/alerts/${fingerprint}`);
    await one.write("#comment", "You know this host");
    await one.press(".actions ::-p-text(Hand over)");
    await one.write("dialog input", "grace");
    await one.press("dialog .primary");
    await one.sees(".facts", "grace has it");
    await one.sees(".entry.assigned", "Ada handed it over\n\nto grace: You know this host");
    expect(await alert(fingerprint)).toMatchObject({ owner: "grace", status: "acknowledged" });
  });
});
