/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { lowContrast, overflow } from "./contrast.ts";
import type { Visitor } from "./browser.ts";
import { setting } from "./setting.ts";

const current = setting();

const long = "a-host-with-a-very-long-name-that-does-not-break-anywhere.example.internal:9100";

/** Alerts of all kinds, and somebody who looks at them. */
async function busy(): Promise<{ one: Visitor; fingerprint: string }> {
  const { act, fire, person } = current();
  const annotations = {
    description: `${long} `.repeat(4),
    runbook_url: `https://runbooks.example/${long}`,
  };
  const fingerprint = await fire({ severity: "emergency", instance: long, annotations });
  await act(await fire(), { kind: "acknowledge", text: "I look at it" });
  await act(await fire({ severity: "warning" }), { kind: "snooze", until: Date.now() + 60_000 });
  await fire({ severity: "info", team: long, labels: { [long]: long } });
  await act(await fire({ name: "Over" }), { kind: "resolve" });
  return { one: await person(), fingerprint };
}

const pages = (fingerprint: string): readonly (readonly [hash: string, seen: string])[] => [
  ["#/", "#view-open .row"],
  [`#/alerts/${fingerprint}`, "#view-alert .entry"],
  ["#/history", "#ended .row"],
  ["#/noise", "#noise-rows tr"],
  ["#/nothing", "#view-lost h1"],
];

describe("how it looks", () => {
  it.each(["light", "dark"])("has texts that can be read: %s", async (scheme) => {
    const { visitor } = current();
    // Without motion, so that no colour is looked at half way to another.
    const features = [
      { name: "prefers-color-scheme", value: scheme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ];
    const stranger = await visitor();
    await stranger.page.emulateMediaFeatures(features);
    await stranger.sees("#sign-in", "Vigil");
    expect(await stranger.value(lowContrast)).toEqual([]);
    const { fingerprint, one } = await busy();
    await one.page.emulateMediaFeatures(features);
    const back = await one.value<string>("getComputedStyle(document.body).backgroundColor");
    expect(back).toBe(scheme === "dark" ? "rgb(14, 17, 22)" : "rgb(244, 246, 248)");
    for (const [hash, seen] of pages(fingerprint)) {
      await one.go(hash);
      await one.sees(seen, "");
      expect(await one.value(lowContrast)).toEqual([]);
    }
    expect(one.problems).toEqual([]);
  });

  it.each([360, 768, 1920])("needs no scrolling to the side at %i pixels", async (width) => {
    const { visitor } = current();
    const stranger = await visitor();
    await stranger.page.setViewport({ width, height: 740 });
    await stranger.sees("#sign-in", "Vigil");
    expect(await stranger.value(overflow)).toBeLessThanOrEqual(0);
    const { fingerprint, one } = await busy();
    await one.page.setViewport({ width, height: 740 });
    for (const [hash, seen] of pages(fingerprint)) {
      await one.go(hash);
      await one.sees(seen, "");
      expect({ hash, overflow: await one.value(overflow) }).toEqual({ hash, overflow: 0 });
    }
  });

  it("tells severities apart by word and shape, not by colour alone", async () => {
    const { one } = await busy();
    const shapes = await one.value<string[]>(
      "[...document.querySelectorAll('.group .row .outline')].map((path) => path.getAttribute('d'))",
    );
    expect(new Set(shapes).size).toBe(4);
    expect(await one.value("document.querySelector('.row .title').textContent")).toContain(
      "Emergency: DiskFull",
    );
  });

  it("moves nothing where the reader wants no motion", async () => {
    const { one } = await busy();
    await one.page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
    const moving =
      "[...document.querySelectorAll('*')].filter((one) => " +
      "getComputedStyle(one).transitionDuration !== '0s' || one.getAnimations().length > 0).length";
    expect(await one.value(moving)).toBe(0);
  });

  it("has its controls in the order in which they are read, each with a name", async () => {
    const { one } = await busy();
    const found: string[] = [];
    for (let step = 0; step < 9; step += 1) {
      await one.page.keyboard.press("Tab");
      found.push(
        await one.value(
          "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText.trim()",
        ),
      );
    }
    const unnamed =
      "[...document.querySelectorAll('a, button, input')].filter((one) => one.checkVisibility() && " +
      "!one.textContent.trim() && !one.getAttribute('aria-label')).length";
    expect(await one.value(unnamed)).toBe(0);
    expect(found).toEqual([
      "Select",
      "Search open alerts",
      "Everybody's",
      "Nobody's 2",
      "By name",
      "All severities",
      "Emergency 1",
      "Critical 1",
      "Warning 1",
    ]);
  });
});
