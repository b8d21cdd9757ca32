/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { fakeServer, type FakeServer } from "../channels/fake-server.ts";
import { setting, watchdog } from "./setting.ts";

const fakes: FakeServer[] = [];

/** Channels: one that works, and one that refuses. */
const current = setting(async () => {
  const opened = await Promise.all([fakeServer(), fakeServer()]);
  const [chat, desk] = opened;
  fakes.push(...opened);
  desk.script = [{ status: 400 }];
  const webhook = ({ url }: FakeServer) => ({ kind: "webhook", url, private: true, plain: true });
  return {
    channels: { chat: webhook(chat), desk: webhook(desk) },
    subscriptions: [
      { channel: "chat", after: [0] },
      { channel: "desk", severities: ["emergency"], after: [0] },
    ],
  };
});

afterAll(async () => {
  for (const fake of fakes) await fake.close();
});

describe("health", () => {
  it("shows the whole way, and sends a test over a channel", async () => {
    const { person } = current();
    const one = await person();
    await one.sees("#all-well", "All is well");
    await one.press("#to-health");
    await one.sees("#health-summary", "Alerts can arrive, and people can be notified.");
    await one.sees("#steps", "Prometheus, production");
    await one.sees("#steps", "Its Watchdog arrived through Alertmanager");
    await one.sees("#steps", "None is configured for comparison");
    await one.press("#channels tr:nth-child(1) button");
    await one.sees("#notice", "chat accepted the test message.");
    await one.page.setViewport({ width: 360, height: 740 });
    await one.sees("#channels .does button", "Send a test");
    expect(await one.value("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    const [fake] = fakes;
    expect(fake?.seen.some(({ body }) => body.includes("Nothing is wrong"))).toBe(true);
    await one.press("#channels tr:nth-child(2) button");
    await one.sees("#notice", "desk rejected it: answered 400.");
    await one.sees("#channels .problem", "Answered 400");
    expect(one.problems).toEqual([]);
  });

  it("says that not all is well while somebody was not notified, until that is settled", async () => {
    const { act, fire, person } = current();
    const fingerprint = await fire({ severity: "emergency" });
    const one = await person();
    await one.sees("#troubles", "1 message was given up: somebody was not notified.");
    await act(fingerprint, { kind: "resolve" });
    await one.sees("h1", "No open alerts");
    await one.misses("#all-well");
    expect(await one.page.title()).toBe("Trouble Vigil");
    await one.press("#troubles a");
    await one.sees("#dead", "desk: DiskFull on db-1:9100");
    await one.sees("#dead", "Answered 400, after 1 attempt");
    await one.press("#dead-actions ::-p-text(Dismiss them)");
    await one.misses("#dead-part");
    await one.press("#to-open");
    await one.sees("#all-well", "All is well");
  });

  it("shows what could not be read", async () => {
    const { person, place } = current();
    await place.post([{ status: "odd", labels: { alertname: "Strange" } }]);
    const one = await person();
    await one.sees("#troubles", "1 alert could not be read.");
    await one.go("#/health");
    await one.press("#quarantine summary");
    await one.sees("#quarantine pre", "Strange");
    await one.press("#quarantine-actions button");
    await one.misses("#quarantine-part");
    expect(one.problems).toEqual([]);
  });

  it("says that no Watchdog is heard", async () => {
    const { person, place } = current();
    const ended = new Date().toISOString();
    await place.post([watchdog({ status: "resolved", endsAt: ended })]);
    const one = await person();
    await one.sees("#troubles", "The Watchdog of production has been silent since");
    await one.misses("#all-well");
    await place.post([watchdog({ startsAt: new Date().toISOString() })]);
    await one.sees("#all-well", "All is well");
    await one.misses("#troubles");
    expect(one.problems).toEqual([]);
  });
});
