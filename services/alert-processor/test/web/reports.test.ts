/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { sent } from "../service/harness.ts";
import { alertOf, setting } from "./setting.ts";

const current = setting();

/** An alert that fired so long ago for a minute, and ended. */
function endedOf(instance: string, minutesAgo: number) {
  const startsAt = Date.now() - minutesAgo * 60_000;
  const ended = alertOf({ instance, name: "LinkDown", startsAt });
  return sent({ ...ended, status: "resolved", endsAt: new Date(startsAt + 60_000).toISOString() });
}

describe("what was", () => {
  it("is listed by when it ended, with how long it lasted", async () => {
    const { person, place } = current();
    const one = await person();
    await one.go("#/history");
    await one.sees("#no-history", "Nothing has ended yet.");
    await place.post([endedOf("sw-1", 50), endedOf("sw-2", 10), endedOf("sw-3", 30)]);
    await one.sees("#ended", "sw-3");
    expect(await one.texts("#ended .place")).toEqual(["sw-2", "sw-3", "sw-1"]);
    await one.sees("#ended .who", "after 1 min");
    expect(await one.texts("#ended button")).toEqual([]);
    await one.press("#ended .name");
    await one.sees("#view-alert .facts", "after 1 min");
    expect(one.problems).toEqual([]);
  });

  it("is counted: what fires most, and how often nobody took it", async () => {
    const { act, fire, person } = current();
    for (const name of ["HostDown", "HostDown", "HostDown", "QueueLong"]) await fire({ name });
    await act(await fire({ name: "HostDown" }), { kind: "acknowledge" });
    const one = await person();
    await one.press("#to-noise");
    await one.sees("#noise-rows", "HostDown\tplatform\t4\t3\t75 %");
    await one.sees("#noise-rows", "QueueLong\tplatform\t1\t1\t100 %");
    await one.sees("#periods [aria-current]", "7 days");
    const asked = one.page.waitForRequest((request) => request.url().includes("/v1/noise"));
    await one.press("#periods ::-p-text(30 days)");
    expect((await asked).url()).toContain("days=30");
    await one.sees("#periods [aria-current]", "30 days");
    expect(await one.value("location.hash")).toBe("#/noise?days=30");
    expect(one.problems).toEqual([]);
  });
});
