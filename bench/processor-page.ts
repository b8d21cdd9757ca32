import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { firing, numbers } from "../services/alert-processor/test/proof/alerts.ts";
import type { Processor } from "../services/alert-processor/test/proof/harness.ts";
import { user } from "../services/alert-processor/test/proof/place.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import { withProcessor } from "./lib/processor.ts";
import type { Report } from "./lib/report.ts";
import { median, quartiles } from "./lib/statistics.ts";

/** Alerts that are open when the list is shown, and that change while a phone watches one. */
const listed = 5_000;
const changing = 3_000;

/** How much slower than here the browser computes. */
const slowDown = 4;

/** Milliseconds until the first row is there. */
const soon = 500;

/** Kilobytes a minute to the phone. */
const traffic = 200;

const rounds = 7;

/** Seconds of the storm that are watched. */
const watched = 60;

async function openBrowser(): Promise<Browser> {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) =>
    existsSync(path),
  );
  if (executablePath === undefined) {
    throw new Error("it needs Chromium: apt-get install --no-install-recommends chromium");
  }
  return puppeteer.launch({
    executablePath,
    acceptInsecureCerts: true,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator("#name").fill(user.name);
  await page.locator("#password").fill(user.password);
  await page.locator("#sign-in button").click();
  await page.waitForSelector("#page:not([hidden])");
}

/** What is waited for: a row; that it can be taken; and, as a floor, a page of the same server without a script. */
const signs = {
  seen: "#groups .row",
  ready: "#groups .row .take:not([disabled]):not([hidden])",
  floor: "body.take h1",
} as const;

type Sign = keyof typeof signs;

/** Runs in the page from its beginning: notes when each was painted, which is in the frame after it is there. */
const watcher = `window.paintedAt = {};
const awaited = new Map(Object.entries(${JSON.stringify(signs)}));
const look = () => {
  for (const [name, selector] of awaited) {
    if (document.querySelector(selector) === null) continue;
    awaited.delete(name);
    requestAnimationFrame(() => setTimeout(() => { window.paintedAt[name] = performance.now(); }));
  }
};
new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });`;

/** Milliseconds from the beginning of the navigation until what was asked for is painted. */
async function painted(page: Page, url: string, ...asked: readonly Sign[]): Promise<number[]> {
  await page.goto("about:blank");
  await page.goto(url);
  return Promise.all(
    asked.map(async (sign) => {
      await page.waitForFunction(`window.paintedAt.${sign} !== undefined`);
      return (await page.evaluate(`window.paintedAt.${sign}`)) as number;
    }),
  );
}

/** Has alerts fire that began then. */
async function fire(processor: Processor, count: number, startsAt: number): Promise<void> {
  const together = 100;
  for (let at = 0; at < count; at += together) {
    const alerts = numbers(at, together).map((number) => firing(number, startsAt));
    if ((await processor.post(alerts)) !== 200) throw new Error("alerts were not taken in");
  }
}

/** Bytes that arrive in a minute at a phone that shows one alert, while thousands fire again. */
async function storm(processor: Processor, page: Page): Promise<number> {
  await page.goto("about:blank");
  const session = await page.createCDPSession();
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.dataReceived", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(`${processor.url}/#/alerts/${firing(0).fingerprint}`);
  await page.waitForSelector("#view-alert .entry");
  const until = performance.now() + watched * 1000;
  for (let turn = 1; performance.now() < until; turn += 1) {
    const begun = performance.now();
    await fire(processor, changing, 1_700_000_000_000 + turn * 60_000);
    const rest = Math.max(0, Math.min(until, begun + 10_000) - performance.now());
    await sleep(rest, undefined, { signal: interrupted.signal });
  }
  return (bytes / 1000) * (60 / watched);
}

/** The page in a browser, with thousands of open alerts. */
export function run(): Promise<Report> {
  return guarded(() =>
    withProcessor(async (processor) => {
      await processor.start();
      await fire(processor, listed, 1_700_000_000_000);
      const browser = await openBrowser();
      try {
        const page = await browser.newPage();
        await signIn(page, processor.url);
        await page.evaluateOnNewDocument(watcher);
        await page.emulateCPUThrottling(slowDown);
        const times: Times = { seen: [], ready: [], floor: [] };
        for (let round = 0; round < rounds; round += 1) {
          const [floor = 0] = await painted(page, `${processor.url}/take/none`, "floor");
          const [seen = 0, ready = 0] = await painted(page, processor.url, "seen", "ready");
          times.floor.push(floor);
          times.seen.push(seen);
          times.ready.push(ready);
        }
        const elements = (await page.evaluate("document.querySelectorAll('*').length")) as number;
        await page.emulateCPUThrottling(1);
        await page.setViewport({ width: 360, height: 740, isMobile: true, hasTouch: true });
        return report(times, elements, await storm(processor, page));
      } finally {
        await browser.close();
      }
    }),
  );
}

type Times = Record<Sign, number[]>;

function report(times: Times, elements: number, kilobytes: number): Report {
  return {
    name: "processor-page",
    figures: [
      {
        what: `first row of ${listed} open alerts, a browser ${slowDown} times slower`,
        unit: "ms",
        value: median(times.seen),
        spread: quartiles(times.seen),
        reference: {
          what: "a page of a few lines, the same server and browser",
          value: median(times.floor),
        },
        goal: soon,
      },
      {
        what: "until it can be acknowledged",
        unit: "ms",
        value: median(times.ready),
        spread: quartiles(times.ready),
      },
      {
        what: `to a phone that watches one alert, a minute, while ${changing} fire again`,
        unit: "KB",
        value: kilobytes,
        goal: traffic,
      },
    ],
    notes: [
      `The page has ${elements} elements then: rows are drawn as they are scrolled to.`,
      "From the beginning of the navigation, signed in, the files of the page in the browser's cache.",
      "The phone's share includes loading the page, packed, and the alert itself, which fires again as well.",
    ],
  };
}
