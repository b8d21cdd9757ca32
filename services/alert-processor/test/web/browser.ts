import { existsSync } from "node:fs";
import type { Browser, Page, PuppeteerNode } from "puppeteer-core";

declare global {
  /** Of environment.mjs. */
  var puppeteer: PuppeteerNode;
}

const paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * Starts Chromium.
 *
 * @throws where there is none: a page that no browser has shown is not tested.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = paths.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      "The tests of the web page need Chromium: apt-get install --no-install-recommends chromium",
    );
  }
  return puppeteer.launch({
    executablePath,
    acceptInsecureCerts: true,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

/** What Chromium writes for each answer that is an error: those that are meant are looked at by tests. */
const answers = /Failed to load resource: the server responded with a status of 4\d\d/;

/** One person at one browser, with cookies of their own. */
export interface Visitor {
  readonly page: Page;
  /** Errors of the page, violations of its policy included. */
  readonly problems: readonly string[];
  /** Shows the part of the page that is named after `#`. */
  go(hash: string): Promise<void>;
  /** Waits until the visible text of an element has this. */
  sees(selector: string, text: string): Promise<void>;
  /** Waits until nothing visible is there. */
  misses(selector: string): Promise<void>;
  press(selector: string): Promise<void>;
  /** Writes into an empty field. */
  write(selector: string, text: string): Promise<void>;
  /** What an expression is in the page. */
  value<T>(expression: string): Promise<T>;
  /** Visible texts of all elements. */
  texts(selector: string): Promise<string[]>;
  signIn(name?: string, password?: string): Promise<void>;
}

const patience = { timeout: 60_000 };

/** Opens the page in a browser that knows nothing of others. */
export async function visit(browser: Browser, url: string): Promise<Visitor> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(patience.timeout);
  await page.setViewport({ width: 1280, height: 800 });
  const problems: string[] = [];
  page.on("console", (message) => {
    const kind = message.type();
    if ((kind === "error" || kind === "warn") && !answers.test(message.text()))
      problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  const value = async <T>(expression: string): Promise<T> => (await page.evaluate(expression)) as T;
  const textsOf = (selector: string): string =>
    `[...document.querySelectorAll(${JSON.stringify(selector)})]` +
    ".filter((one) => one.checkVisibility()).map((one) => one.innerText ?? one.textContent)";
  const wait = async (condition: string, why: () => Promise<string>): Promise<void> => {
    try {
      await page.waitForFunction(condition, { ...patience, polling: 50 });
    } catch (error) {
      throw new Error(await why(), { cause: error });
    }
  };
  const visitor: Visitor = {
    page,
    problems,
    value,
    go: async (hash) => {
      await value(`void (location.hash = ${JSON.stringify(hash)})`);
    },
    sees: (selector, text) =>
      wait(
        `${textsOf(selector)}.some((text) => text.includes(${JSON.stringify(text)}))`,
        async () => {
          const found = await value<string[]>(textsOf(selector));
          return `${selector} should say "${text}" and says: ${JSON.stringify(found)}`;
        },
      ),
    misses: (selector) =>
      wait(`${textsOf(selector)}.length === 0`, () =>
        Promise.resolve(`${selector} should not be seen`),
      ),
    press: (selector) => page.locator(selector).click(),
    write: (selector, text) => page.locator(selector).fill(text),
    texts: (selector) => value<string[]>(textsOf(selector)),
    signIn: async (name = "ada", password = "lovelace") => {
      await visitor.write("#name", name);
      await visitor.write("#password", password);
      await visitor.press("#sign-in button");
      await visitor.sees("#user", name);
      await visitor.sees("#freshness", "Live");
    },
  };
  await page.goto(url);
  return visitor;
}
