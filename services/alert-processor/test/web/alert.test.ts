/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../../service/bundle.ts";
import { fakeServer, type FakeServer } from "../channels/fake-server.ts";
import { sent } from "../service/harness.ts";
import { setting } from "./setting.ts";

const web = join(import.meta.dirname, "../../web");

const fakes: FakeServer[] = [];

/** Channels: one that works, one that is down, one that refuses. */
const current = setting(async () => {
  const opened = await Promise.all([fakeServer(), fakeServer(), fakeServer()]);
  const [pager, chat, desk] = opened;
  fakes.push(...opened);
  chat.script = [{ status: 502 }];
  desk.script = [{ status: 400 }];
  const webhook = ({ url }: FakeServer) => ({ kind: "webhook", url, private: true, plain: true });
  return {
    channels: { pager: webhook(pager), chat: webhook(chat), desk: webhook(desk) },
    subscriptions: [
      { channel: "pager", after: [0, 300], also: ["acknowledged", "resolved"] },
      { channel: "chat", after: [0] },
      { channel: "desk", after: [0] },
    ],
  };
});

afterAll(async () => {
  for (const fake of fakes) await fake.close();
});

const links = {
  runbook_url: "https://runbooks.example/disk-full",
  dashboard_url: "https://boards.example/d/host",
  generator_url: "https://prometheus.example/graph?g0.expr=up",
};

describe("one alert", () => {
  it("has what is known of it and links to what helps", async () => {
    const { fire, visitor } = current();
    const description = "Only 2 % are free.\nIn 40 minutes nothing can be written.";
    const labels = { device: "/dev/sda1", env: "production" };
    const fingerprint = await fire({ annotations: { description, ...links }, labels });
    const one = await visitor(`/#/alerts/${fingerprint}`);
    await one.signIn();
    await one.sees("#view-alert h1", "DiskFull");
    await one.sees("#view-alert .description", description);
    await one.sees("#view-alert .facts", "Nobody has it");
    await one.sees("#view-alert .fields", "/dev/sda1");
    expect(
      await one.value("[...document.querySelectorAll('.links a')].map((a) => a.href)"),
    ).toEqual(Object.values(links));
    expect(await one.value("document.querySelector('.links a').rel")).toBe("noopener noreferrer");
    expect(await one.page.title()).toBe("(1) DiskFull · Vigil");
    expect(one.problems).toEqual([]);
  });

  it("shows who was notified by which channel, and why somebody was not", async () => {
    const { fire, person } = current();
    const one = await person();
    await one.go(`#/alerts/${await fire()}`);
    await one.sees(".entry.firing", "It fires");
    await one.sees(".entry.sent", "pager was notified that it fires");
    await one.sees(".entry.dead", "desk was not notified that it fires");
    await one.sees(".entry.dead", "Answered 400. Given up after 1 attempt.");
    await one.sees(".entry.failing", "chat has not been notified yet that it fires");
    // How many attempts there were by now depends on how busy the machine is.
    await one.sees(".entry.failing", "Answered 502.");
    await one.sees(".entry.failing", "so far, again at");
    await one.sees(".entry.planned", "pager will be notified that it is still open");
    expect(one.problems).toEqual([]);
  });

  it("is taken with a comment, given back, and taken over, all of which is kept", async () => {
    const { act, alert, fire, person } = current();
    const fingerprint = await fire();
    const one = await person();
    await one.go(`#/alerts/${fingerprint}`);
    await one.write("#comment", "I look at it");
    await one.press(".actions ::-p-text(Acknowledge)");
    await one.sees(".facts", "ada has it");
    await one.sees(".entry.acknowledged", "Ada took it\n\nI look at it");
    await one.sees(".entry.sent", "pager was notified that it is taken");
    expect(await one.value("document.querySelector('#comment').value")).toBe("");
    await one.press(".actions ::-p-text(Give back)");
    await one.sees(".facts", "Nobody has it");
    await one.sees(".entry.unacknowledged", "Ada gave it back");
    await act(fingerprint, { kind: "acknowledge" });
    await one.press(".actions ::-p-text(Take over from grace)");
    await one.sees(".facts", "ada has it");
    expect(await alert(fingerprint)).toMatchObject({ owner: "ada", status: "acknowledged" });
    expect(one.problems).toEqual([]);
  });

  it("is commented without anything else, and not without words", async () => {
    const { alert, fire, person } = current();
    const fingerprint = await fire();
    const one = await person();
    await one.go(`#/alerts/${fingerprint}`);
    await one.press(".actions .write");
    expect(await one.value("document.activeElement.id")).toBe("comment");
    await one.write("#comment", "It is the backup");
    await one.press(".actions .write");
    await one.sees(".entry.commented", "Ada wrote\n\nIt is the backup");
    expect(await alert(fingerprint)).toMatchObject({ owner: null, status: "firing" });
  });

  it("keeps what is typed with its alert, and never at another", async () => {
    const { alert, fire, person } = current();
    const [first, second] = [await fire({ name: "HostDown" }), await fire()];
    const one = await person();
    await one.go(`#/alerts/${first}`);
    await one.write("#comment", "It is the backup");
    await one.press(".actions ::-p-text(Close)");
    await one.sees("dialog", "Close HostDown on db-1:9100?");
    await one.go(`#/alerts/${second}`);
    await one.sees("#view-alert h1", "DiskFull");
    await one.misses("dialog");
    const typed = "document.querySelector('#comment').value";
    expect(await one.value(typed)).toBe("");
    await one.press(".actions ::-p-text(Acknowledge)");
    await one.sees(".facts", "ada has it");
    await one.sees(".entry.acknowledged", "Ada took it");
    expect(await one.texts(".entry.acknowledged .text")).toEqual([]);
    await one.go(`#/alerts/${first}`);
    await one.sees("#view-alert h1", "HostDown");
    expect(await one.value(typed)).toBe("It is the backup");
    expect((await alert(first)).status).toBe("firing");
  });

  it("can be acknowledged on a phone without scrolling, however long its texts are", async () => {
    const { alert, fire, person } = current();
    const description = "All of the disks are full. ".repeat(80);
    const fingerprint = await fire({ annotations: { description } });
    const one = await person();
    await one.page.setViewport({ width: 360, height: 740, hasTouch: true, isMobile: true });
    await one.go(`#/alerts/${fingerprint}`);
    await one.sees("#view-alert .description", "full");
    const seen = await one.value<{ bottom: number; height: number; y: number }>(
      `(({ bottom, height }) => ({ bottom, height, y: scrollY }))(
        document.querySelector(".actions .first button").getBoundingClientRect())`,
    );
    expect(seen.bottom).toBeLessThanOrEqual(740);
    expect(seen.height).toBeGreaterThanOrEqual(44);
    expect(seen.y).toBe(0);
    await one.press(".actions .first button");
    await one.sees(".facts", "ada has it");
    expect((await alert(fingerprint)).owner).toBe("ada");
  });

  it("shows the times of machines as the reader's", async () => {
    const { act, fire, person } = current();
    const at = new Date(Date.now() + 3 * 3_600_000);
    const stamp = at.toISOString();
    const fingerprint = await fire({ annotations: { description: `Until ${stamp} it fills.` } });
    await act(fingerprint, { kind: "snooze", until: at.getTime() });
    const one = await person();
    await one.page.emulateTimezone("Asia/Kolkata");
    await one.page.reload();
    await one.go(`#/alerts/${fingerprint}`);
    const local = at.toLocaleTimeString("en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      timeZone: "Asia/Kolkata",
    });
    await one.sees("#view-alert .description", local);
    await one.sees(".entry.snoozed .text", local);
    expect((await one.texts("main")).join()).not.toContain(stamp.slice(0, 16));
  });

  it("has an end that makes sense when the sender gives none", async () => {
    const { person, place } = current();
    const began = sent({ fingerprint: "00000000000000e1", startsAt: "0001-01-01T00:00:00Z" });
    const ended = sent({ fingerprint: "00000000000000e2", status: "resolved" });
    await place.post([began, { ...ended, endsAt: "0001-01-01T00:00:00Z" }]);
    const one = await person();
    await one.go("#/alerts/00000000000000e1");
    await one.sees(".facts", "Not given by the sender");
    await one.go("#/alerts/00000000000000e2");
    await one.sees(".facts", "Ended");
    await one.go("#/history");
    await one.sees("#ended", "after");
    expect((await one.texts("body")).join()).not.toMatch(/January 1\b|0001/);
  });

  it("links nowhere that does not look like what it is", async () => {
    const { fire, person } = current();
    const annotations = {
      runbook_url: "https://good.example@evil.example/",
      dashboard_url: "https://:secret@evil.example/",
      generator_url: "data:text/html,evil",
    };
    const one = await person();
    await one.go(`#/alerts/${await fire({ annotations })}`);
    await one.sees("#view-alert .fields", "good.example@evil.example");
    expect(await one.texts("#view-alert .links a")).toEqual([]);
  });

  it("means the morning after the night by tomorrow", async () => {
    const { visitor } = current();
    const one = await visitor();
    const time = bundle((file) => readFileSync(join(web, file), "utf8"), "time.js");
    const morning = (hours: number, minutes: number) =>
      one.value<[string, string]>(`(() => {
        ${time}
        $time_js.setClock(new Date(2026, 10, 28, ${hours}, ${minutes}).getTime());
        const { at, name } = $time_js.nextMorning();
        const date = new Date(at);
        return [name, [date.getDate(), date.getHours()].join()];
      })()`);
    expect(await morning(0, 30)).toEqual(["Today 9:00", "28,9"]);
    expect(await morning(4, 59)).toEqual(["Today 9:00", "28,9"]);
    expect(await morning(5, 0)).toEqual(["Tomorrow 9:00", "29,9"]);
    expect(await morning(23, 59)).toEqual(["Tomorrow 9:00", "29,9"]);
  });

  it.each([
    ["2026-03-28T22:00", 10],
    ["2026-10-24T22:00", 12],
    ["2026-06-24T22:00", 11],
  ])(
    "means nine by the clock on the wall, also where that is set in the night: %s",
    async (at, hours) => {
      const { visitor } = current();
      const one = await visitor();
      await one.page.emulateTimezone("Europe/Berlin");
      const time = bundle((file) => readFileSync(join(web, file), "utf8"), "time.js");
      const [length, shown] = await one.value<[number, string]>(`(() => {
      ${time}
      const now = new Date(${JSON.stringify(at)}).getTime();
      $time_js.setClock(now);
      const { at } = $time_js.nextMorning();
      return [(at - now) / 3600000, $time_js.localField(at).slice(11)];
    })()`);
      expect([Math.round(length), shown]).toEqual([hours, "09:00"]);
    },
  );

  it.each([
    ["30 min", () => 1_800_000],
    ["2 h", () => 7_200_000],
    [morningOf(Date.now()).name, (now: number) => morningOf(now).at - now],
  ])("is snoozed: %s", async (name, length) => {
    const { alert, fire, person } = current();
    const fingerprint = await fire();
    const one = await person();
    await one.go(`#/alerts/${fingerprint}`);
    const before = Date.now();
    await one.press(`.snooze ::-p-text(${name})`);
    await one.sees(".facts", "Snoozed until");
    const { owner, snoozedUntil, status } = await alert(fingerprint);
    expect({ owner, status }).toEqual({ owner: "ada", status: "snoozed" });
    const until = snoozedUntil ?? 0;
    // The page counts by the service's clock, which it knows to some milliseconds.
    expect(until).toBeGreaterThan(before + length(before) - 5_000);
    expect(until).toBeLessThan(Date.now() + length(Date.now()) + 5_000);
  });

  it("is snoozed until a time of one's own", async () => {
    const { alert, fire, person } = current();
    const fingerprint = await fire();
    const one = await person();
    await one.go(`#/alerts/${fingerprint}`);
    await one.sees("#view-alert h1", "DiskFull");
    await one.value("void (document.querySelector('.snooze input').value = '2099-12-31T23:45')");
    await one.press(".snooze .own button");
    await one.sees("#notice", "is quiet until 31 December 2099, 23:45");
    expect((await alert(fingerprint)).snoozedUntil).toBe(new Date(2099, 11, 31, 23, 45).getTime());
  });

  it("is closed only by who says so twice", async () => {
    const { alert, fire, person } = current();
    const fingerprint = await fire();
    const one = await person();
    await one.go(`#/alerts/${fingerprint}`);
    await one.press(".actions ::-p-text(Close)");
    await one.sees("dialog", "Close DiskFull on db-1:9100?");
    await one.press("dialog ::-p-text(Keep it open)");
    await one.misses("dialog");
    expect((await alert(fingerprint)).status).toBe("firing");
    await one.press(".actions ::-p-text(Close)");
    await one.press("dialog ::-p-text(Close it)");
    await one.sees(".entry.resolved", "Ada closed it");
    await one.sees(".facts", "Ended");
    await one.misses(".snooze");
    expect((await alert(fingerprint)).status).toBe("resolved");
  });

  it("is never shown under the address of another", async () => {
    const { fire, person } = current();
    const one = await person();
    await one.go(`#/alerts/${await fire({ name: "HostDown" })}`);
    await one.sees("#view-alert h1", "HostDown");
    let second = "not known yet";
    let answer = (): void => undefined;
    await one.page.setRequestInterception(true);
    one.page.on("request", (request) => {
      if (!request.url().endsWith(second)) void request.continue();
      else answer = () => void request.continue();
    });
    second = await fire();
    await one.go(`#/alerts/${second}`);
    await one.misses("#view-alert :is(h1, button)");
    answer();
    await one.sees("#view-alert h1", "DiskFull");
    expect(one.problems).toEqual([]);
  });

  it("is said to be unknown where it is, and so is a page", async () => {
    const { fire, person } = current();
    await fire();
    const one = await person();
    await one.go("#/alerts/ffffffffffffffff");
    await one.sees("#view-alert", "It was deleted after its retention time, or never existed.");
    await one.press("#view-alert .back");
    await one.sees("h1", "1 open alert");
    await one.go("#/elsewhere");
    await one.sees("#view-lost h1", "Page not found");
    expect(one.problems).toEqual([]);
  });
});

/** Nine in the morning after the night, as the page calls it. */
function morningOf(now: number): { at: number; name: string } {
  const date = new Date(now);
  const today = date.getHours() < 5;
  const day = date.getDate() + (today ? 0 : 1);
  const at = new Date(date.getFullYear(), date.getMonth(), day, 9).getTime();
  return { at, name: today ? "Today 9:00" : "Tomorrow 9:00" };
}
