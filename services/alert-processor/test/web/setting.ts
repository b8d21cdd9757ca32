import type { Browser } from "puppeteer-core";
import { leaveNetwork, takeNetwork } from "../../../../test/kit/network.ts";
import type { Alert } from "../../core/alert.ts";
import { type Place, sent, startPlace } from "../service/harness.ts";
import { openBrowser, visit, type Visitor } from "./browser.ts";

/** A processor and a browser for the tests of a file. */
export interface Setting {
  readonly place: Place;
  readonly browser: Browser;
  /** Somebody new, not signed in. */
  readonly visitor: (path?: string) => Promise<Visitor>;
  /** Somebody who is signed in. */
  readonly person: (name?: "ada" | "grace") => Promise<Visitor>;
  /** Has one alert fire, and no other. @returns Its fingerprint. */
  readonly fire: (fields?: Fired) => Promise<string>;
  /** Does something in the name of a person, without a browser. */
  readonly act: (fingerprint: string, action: object, as?: "ada" | "grace") => Promise<void>;
  readonly alert: (fingerprint: string) => Promise<Alert>;
}

export interface Fired {
  readonly name?: string;
  readonly severity?: string;
  readonly team?: string;
  readonly instance?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly startsAt?: number;
}

const logins = { ada: "ada:lovelace", grace: "grace:hopper" };

let fired = 0;

/** As Alertmanager sends it, each with a fingerprint of its own. */
export function alertOf(fields: Fired = {}) {
  const { annotations, instance = "db-1:9100", labels, name = "DiskFull" } = fields;
  const { severity = "critical", startsAt = Date.now() - 60_000, team = "platform" } = fields;
  return sent({
    fingerprint: (0xa000 + (fired += 1)).toString(16).padStart(16, "0"),
    startsAt: new Date(startsAt).toISOString(),
    labels: { alertname: name, instance, severity, team, ...labels },
    annotations: { summary: `The disk of ${instance} is full`, ...annotations },
  });
}

/** The heartbeat, as it comes: without it nothing is known to be well. */
export const watchdog = (fields: Readonly<Record<string, unknown>> = {}) =>
  sent({
    fingerprint: "00000000000000d0",
    startsAt: new Date(Date.now() - 3_600_000).toISOString(),
    labels: { alertname: "Watchdog", severity: "none", env: "production" },
    annotations: {},
    ...fields,
  });

/** Starts both before the tests of a file, and ends them after. */
export function setting(more?: () => Promise<Readonly<Record<string, unknown>>>): () => Setting {
  let all: Setting | undefined;
  const known = (): Setting => {
    if (all === undefined) throw new Error("the processor and the browser did not start");
    return all;
  };

  takeNetwork("browser");
  beforeAll(async () => {
    const [browser, place] = await Promise.all([openBrowser(), startPlace(await more?.())]);
    const visitor = (path = "/"): Promise<Visitor> => visit(browser, place.url + path);
    await place.post([watchdog()]);
    all = {
      place,
      browser,
      visitor,
      person: async (name = "ada") => {
        const one = await visitor();
        await one.signIn(name, logins[name].replace(/^.*:/, ""));
        return one;
      },
      fire: async (fields) => {
        const one = alertOf(fields);
        await place.post([one]);
        return one.fingerprint;
      },
      act: async (fingerprint, action, as = "grace") => {
        const path = `/v1/alerts/${fingerprint}/actions`;
        const { status, text } = await place.ask(path, {
          as: logins[as],
          body: JSON.stringify(action),
        });
        if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
      },
      alert: async (fingerprint) =>
        (await place.json<{ alert: Alert }>(`/v1/alerts/${fingerprint}`)).alert,
    };
  });

  // Each test begins with nothing open.
  afterEach(async () => {
    const { browser, place } = known();
    for (const context of browser.browserContexts()) {
      if (context !== browser.defaultBrowserContext()) await context.close();
    }
    const { alerts } = await place.json<{ alerts: Alert[] }>("/v1/alerts?limit=5000");
    // A few at a time: one by one, thousands take minutes on a busy machine.
    for (let from = 0; from < alerts.length; from += 500) {
      const some = alerts.slice(from, from + 500).map(({ fingerprint }) => ({ fingerprint }));
      const body = JSON.stringify({ kind: "resolve", alerts: some });
      const { status, text } = await place.ask("/v1/actions", { as: logins.grace, body });
      if (status !== 200) throw new Error(`/v1/actions answered ${status}: ${text}`);
    }
  });

  afterAll(async () => {
    await all?.browser.close();
    await all?.place.stop();
  });
  leaveNetwork();
  return known;
}
