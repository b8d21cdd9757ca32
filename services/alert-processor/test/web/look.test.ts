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

describe("on a phone", () => {
  it("can be put on the home screen, by strangers' standards too", async () => {
    const { place, visitor } = current();
    const one = await visitor();
    const session = await one.page.createCDPSession();
    const { errors, data } = await session.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data ?? "{}") as {
      start_url: string;
      icons: readonly { src: string; type: string }[];
    };
    expect(new URL(manifest.start_url, place.url).href).toBe(`${place.url}/`);
    // Visitors of a test are incognito, which installs nothing; all else would do.
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(["in-incognito"]);
    const addresses = [...manifest.icons, { src: "icon-180.png", type: "image/png" }];
    for (const { src, type } of addresses) {
      const { headers, status } = await place.ask(`/${src}`);
      expect({ src, status, type: headers["content-type"] }).toEqual({ src, status: 200, type });
    }
    expect(one.problems).toEqual([]);
  });

  it.each(["light", "dark"])("has its bar in the colour of the page's: %s", async (scheme) => {
    const one = await current().person();
    await one.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    const bar = await one.value("getComputedStyle(document.querySelector('.top')).backgroundColor");
    const named = await one.value<string>(
      "[...document.querySelectorAll('[name=theme-color]')].find((one) => matchMedia(one.media).matches).content",
    );
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(named.slice(at, at + 2), 16));
    expect(bar).toBe(`rgb(${red}, ${green}, ${blue})`);
  });

  it("breaks no word of its own in two", async () => {
    const { one } = await busy();
    await one.page.setViewport({ width: 320, height: 740 });
    await one.sees("#view-open .row", "");
    const lines =
      "[...document.querySelectorAll('.top a:not(.skip), .top button')].map((one) => { const range = " +
      "document.createRange(); range.selectNodeContents(one); return new Set([...range.getClientRects()]" +
      ".filter(({ width }) => width > 1).map(({ bottom }) => Math.round(bottom / 12))).size; })";
    expect(Math.max(...(await one.value<number[]>(lines)))).toBe(1);
    expect(await one.value(overflow)).toBe(0);
  });

  it("shows what to press without scrolling", async () => {
    const { fingerprint, one } = await busy();
    await one.page.setViewport({ width: 360, height: 740 });
    await one.go(`#/alerts/${fingerprint}`);
    await one.sees("#view-alert .entry", "");
    const rect = "document.querySelector('.actions .first button').getBoundingClientRect().bottom";
    expect(await one.value<number>(rect)).toBeLessThanOrEqual(740);
    await one.go("#/");
    await one.sees("#view-open .row", "");
    const take = "document.querySelector('.row .take').getBoundingClientRect().bottom";
    expect(await one.value<number>(take)).toBeLessThanOrEqual(740);
  });
});

/** Runs in the page: whether the characters of an element's text are shown from left to right. */
const runsRight = (selector: string): string => `(() => {
  const node = document.querySelector(${JSON.stringify(selector)}).firstChild;
  const at = (index) => {
    const range = document.createRange();
    range.setStart(node, index);
    range.setEnd(node, index + 1);
    return range.getBoundingClientRect().left;
  };
  return at(0) < at(node.length - 1);
})()`;

describe("texts of strangers", () => {
  const arabic = "القرص ممتلئ: db-1";

  it("run as their script does, and turn nothing beside them", async () => {
    const { fire, person } = current();
    const annotations = { summary: arabic, description: `${arabic}. ${arabic}` };
    const name = "Disk\u202eFull";
    const fingerprint = await fire({ name, annotations });
    const one = await person();
    await one.sees("#view-open .row .name", "DiskFull");
    expect(await one.value(runsRight(".row .name"))).toBe(true);
    expect(await one.value(runsRight(".row .place"))).toBe(true);
    expect(await one.value(runsRight(".row .summary"))).toBe(false);
    await one.go(`#/alerts/${fingerprint}`);
    await one.sees("#view-alert .lead", arabic);
    expect(await one.value(runsRight("#view-alert h1"))).toBe(true);
    expect(await one.value(runsRight("#view-alert .lead"))).toBe(false);
    expect(await one.value(runsRight("#view-alert .description"))).toBe(false);
  });

  it("do not push the next row away, however long they are", async () => {
    const { fire, person } = current();
    await fire({ name: "A".repeat(5_000), instance: "b".repeat(5_000), team: "c".repeat(300) });
    const one = await person();
    await one.page.setViewport({ width: 360, height: 740 });
    await one.sees("#view-open .row", "AAAA");
    const height = "document.querySelector('.row').getBoundingClientRect().height";
    expect(await one.value<number>(height)).toBeLessThan(300);
    expect(await one.value(overflow)).toBe(0);
  });
});

describe("where the reader's own colours hold", () => {
  it("says what is chosen, and that it is live, without a colour of its own", async () => {
    const { one } = await busy();
    const session = await one.page.createCDPSession();
    // Without motion, so that no colour is looked at half way to another.
    const features = [
      { name: "forced-colors", value: "active" },
      { name: "prefers-reduced-motion", value: "reduce" },
    ];
    await session.send("Emulation.setEmulatedMedia", { features });
    const look = (selector: string, pseudo = ""): Promise<string> =>
      one.value(
        `(({ backgroundColor, color }) => backgroundColor + " " + color)(getComputedStyle(` +
          `document.querySelector(${JSON.stringify(selector)}), ${JSON.stringify(pseudo)}))`,
      );
    expect(await look(".chip[aria-current]")).not.toBe(await look(".chip:not([aria-current])"));
    const chosen = await look(".chip[aria-current]");
    expect(await look("nav [aria-current]")).toBe(chosen);
    await one.press("#pick");
    expect(await look("#pick")).toBe(chosen);
    const [back] = (await look("body")).split(" rgb");
    expect((await look("#freshness", "::before")).startsWith(back ?? "")).toBe(false);
    expect((await look(".row[data-free]", "::before")).startsWith(back ?? "")).toBe(false);
  });
});

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

  it.each([760, 768, 1024])("has its head in one line at %i pixels", async (width) => {
    const one = await current().person();
    await one.page.setViewport({ width, height: 740 });
    // As with an Alertmanager, and with a name as those have whom a proxy signs in.
    await one.value("void (document.getElementById('to-silences').hidden = false)");
    const name = "document.getElementById('user').textContent = 'ada.lovelace@example.com'";
    await one.value(name);
    const rows =
      "new Set([...document.querySelectorAll('.top nav a, .top button, .brand')]" +
      ".map((part) => Math.round((part.getBoundingClientRect().top + part.getBoundingClientRect().bottom) / 16))).size";
    expect(await one.value(rows)).toBe(1);
    expect(await one.value(overflow)).toBe(0);
  });

  it("leaves room for the text where it is shown four times as large", async () => {
    const { fingerprint, one } = await busy();
    await one.page.setViewport({ width: 320, height: 256 });
    await one.go(`#/alerts/${fingerprint}`);
    await one.sees("#view-alert .entry", "");
    const fixed =
      "[...document.querySelectorAll('body *')].filter((part) => part.checkVisibility() && part.textContent.trim() && " +
      "getComputedStyle(part).position === 'fixed').length";
    expect(await one.value(fixed)).toBe(0);
  });

  it.each([320, 360, 768, 1920])("needs no scrolling to the side at %i pixels", async (width) => {
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
