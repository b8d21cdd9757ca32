/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { join } from "node:path";
import { pino } from "pino";
import { freePort } from "../../../../test/kit/programs.ts";
import { readConfig } from "../../service/config.ts";
import { serve } from "../../service/serve.ts";
import { tokens } from "../service/harness.ts";
import { visit } from "./browser.ts";
import { alertOf, setting } from "./setting.ts";

const current = setting();

describe("a page whose service is gone", () => {
  it("says so and from when it is, and goes on when the service is back", async () => {
    const { browser, place } = current();
    const port = await freePort();
    const url = `https://127.0.0.1:${port}`;
    const logger = pino({ level: "silent" });
    const config = {
      ...readConfig(join(place.folder, "processor.yml")),
      listen: `127.0.0.1:${port}`,
      publicUrl: url,
      store: { kind: "sqlite", path: join(place.folder, "other.db") },
    } as const;
    let running = await serve(config, logger);
    const one = await visit(browser, url);
    await one.signIn();
    await one.sees("#troubles", "No Watchdog has arrived.");
    await one.misses("#banner");

    await running.stop();
    await one.sees("#banner", "The alert processor cannot be reached. What you see is from");
    await one.sees("#freshness", "No connection, updated");

    running = await serve(config, logger);
    try {
      await one.misses("#banner");
      await one.sees("#freshness", "Live");
      const { fingerprint, ...alert } = alertOf();
      const answered = await one.value<number>(
        `fetch("/v1/alerts", ${JSON.stringify({
          method: "POST",
          headers: {
            authorization: `Bearer ${tokens[0] ?? ""}`,
            "content-type": "application/json",
          },
          body: JSON.stringify({ alerts: [{ fingerprint, ...alert }] }),
        })}).then(({ status }) => status)`,
      );
      expect(answered).toBe(200);
      await one.sees("#groups", "DiskFull");
    } finally {
      await running.stop();
    }
  });

  it("asks every now and then where events do not arrive", async () => {
    const { fire, person } = current();
    const one = await person();
    await one.page.setRequestInterception(true);
    one.page.on("request", (request) => {
      if (request.url().includes("/v1/changes")) void request.respond({ status: 503 });
      else void request.continue();
    });
    await one.page.reload();
    await one.sees("#freshness", "Every 30 s, updated");
    await fire();
    // As after a break in the connection: the next look does not wait for its time.
    await one.value("dispatchEvent(new Event('online'))");
    await one.sees("#groups", "DiskFull");
    expect(await one.texts("#freshness")).toEqual([expect.stringContaining("Every 30 s")]);
  });

  it("says what was not done, and lets it be tried again", async () => {
    const { alert, fire, person } = current();
    const fingerprint = await fire();
    const one = await person();
    await one.sees("#groups", "DiskFull");
    await one.page.setOfflineMode(true);
    await one.press("#groups button");
    await one.sees("#notice", "Not done: the service cannot be reached.");
    await one.sees("#banner", "The alert processor cannot be reached.");
    await one.page.setOfflineMode(false);
    await one.misses("#banner");
    await one.press("#groups button");
    await one.sees("#groups", "ada has it");
    expect((await alert(fingerprint)).owner).toBe("ada");
  });
});
