/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openBrowser, visit } from "../../services/alert-processor/test/web/browser.ts";
import { ask } from "../../lib/ask.ts";
import { withNetwork } from "../kit/network.ts";
import { calmed, oddHost, oddities } from "../quiet/machines.ts";
import { type Capture, captureOf, firingIn } from "../quiet/replay.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(600_000);

/** Seconds of an estate's life that are really lived; what follows is replayed. */
const lived = 90;

describe("an estate that nobody has touched has nothing to say", () => {
  let place: Workspace;
  let rules: string[];
  let capture: Capture;
  let untouched: number;
  const login = () => ({
    username: "vigil",
    password: /password (\S+)/.exec(readFileSync(place.inHome("access/login"), "utf8"))?.[1] ?? "",
  });

  beforeAll(async () => {
    place = await createWorkspace("quiet");
    await place.up();
  });
  afterAll(async () => {
    await place.vigil(["down", "--purge"]);
    place.remove();
  });

  it("after two ups and the restart of a part: verify, status and the page agree", async () => {
    const verified = await place.vigil(["verify"]);
    expect([verified.code, verified.text]).toEqual([0, expect.not.stringContaining("✗")]);
    for (const pid of place.processes()["processor"] ?? []) process.kill(pid, "SIGKILL");
    const again = await place.vigil(["up"]);
    expect([again.code, again.text]).toEqual([0, expect.stringContaining("Vigil watches quiet")]);
    untouched = Date.now() / 1000;
    await sleep(lived * 1000);
    const { code, text } = await place.vigil(["status"]);
    expect([code, text]).toEqual([0, expect.stringContaining("Nothing is firing.")]);
    expect((await place.vigil(["verify"])).code).toBe(0);
    await withNetwork("browser", async () => {
      const browser = await openBrowser();
      try {
        const { password, username } = login();
        const one = await visit(browser, `https://127.0.0.1:${place.ports.processor}/`);
        await one.signIn(username, password);
        await one.sees("#all-well", "All is well");
        expect(await one.texts("#troubles")).toEqual([]);
      } finally {
        await browser.close();
      }
    });
  });

  it("in its first hour, every rule evaluated at each step from its birth on", async () => {
    const folder = place.inHome("services/prometheus/rules");
    rules = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    const everything = encodeURIComponent(`{__name__=~".+",__name__!~"ALERTS.*|slo:.*"}[10m]`);
    const { body } = await ask(
      `https://127.0.0.1:${place.ports.prometheus}/api/v1/query?query=${everything}`,
      {
        authority: readFileSync(place.inHome("access/ca.crt"), "utf8"),
        login: login(),
        seconds: 60,
      },
    );
    capture = calmed(captureOf(body, untouched));
    expect(capture.series.length).toBeGreaterThan(1000);
    expect(firingIn(rules, capture, { step: 5, steps: 750 })).toEqual([]);
  });

  it("in its first eight hours, beside machines with what is odd and no fault", () => {
    const hosts = oddities.flatMap((odd) => oddHost(capture, odd, odd.what));
    const all = { ...capture, series: [...capture.series, ...hosts] };
    expect(firingIn(rules, all, { step: 60, steps: 480 })).toEqual([]);
  });

  it("and would have, if it had a reason", () => {
    const full = {
      what: "full",
      has: [["node_memory_MemAvailable_bytes", {}, 0]],
    } as const;
    const all = { ...capture, series: [...capture.series, ...oddHost(capture, full, "db-1")] };
    expect(firingIn(rules, all, { step: 60, steps: 30 }).join("\n")).toContain(
      'alertname="HostMemoryExhausted"',
    );
  });
});
