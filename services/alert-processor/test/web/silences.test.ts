/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import type { Browser } from "puppeteer-core";
import { leaveNetwork, takeNetwork } from "../../../../test/kit/network.ts";
import { eventually } from "../../../../test/kit/eventually.ts";
import { ask } from "../../service/alertmanager-api.ts";
import { listAlerts } from "../../service/alertmanager.ts";
import { type Place, sent, startPlace } from "../service/harness.ts";
import { type RealAlertmanager, startAlertmanager } from "../service/real-alertmanager.ts";
import { openBrowser, visit } from "./browser.ts";
import { lowContrast, overflow } from "./contrast.ts";
import { watchdog } from "./setting.ts";

let browser: Browser;
let place: Place;
let alertmanager: RealAlertmanager;

const labels = { alertname: "DiskFull", instance: "db-1:9100", severity: "critical", team: "sre" };

takeNetwork("browser");
beforeAll(async () => {
  alertmanager = await startAlertmanager({
    route: { receiver: "processor", group_by: ["alertname"], group_wait: "0s" },
    receivers: [{ name: "processor" }],
  });
  const { ca, url } = alertmanager.target;
  [browser, place] = await Promise.all([
    openBrowser(),
    startPlace(
      {
        alertmanager: { url, username: "ada", passwordFile: "am-password", caFile: "am-ca" },
        readers: ["grace"],
      },
      { "am-password": "lovelace", "am-ca": ca },
    ),
  ]);
});
afterAll(async () => {
  await browser.close();
  await place.stop();
  await alertmanager.stop();
});
leaveNetwork();

it("silences an alert in Alertmanager, says so, and ends it", async () => {
  const startsAt = new Date(Date.now() - 60_000).toISOString();
  await alertmanager.post([{ labels, startsAt }]);
  let own = "";
  await eventually(async () => {
    own = (await listAlerts(alertmanager.target)).alerts[0]?.fingerprint ?? "";
    return own !== "";
  });
  await place.post([watchdog(), sent({ fingerprint: own, labels, startsAt })]);
  const one = await visit(browser, `${place.url}/#/alerts/${own}`);
  await one.signIn();
  await one.sees("#view-alert h1", "DiskFull");
  await one.page.setViewport({ width: 360, height: 740 });
  await one.press("text/Silence …");
  expect(await one.texts("dialog .check")).toEqual([
    "alertname=DiskFull",
    "instance=db-1:9100",
    "severity=critical",
    "team=sre",
  ]);
  expect(await one.value(overflow)).toBe(0);
  await one.press("dialog .check:nth-of-type(4) input");
  await one.write("dialog .field input", "The disk is replaced");
  await one.press("dialog [type=submit]");
  await one.sees("#notice", "Alertmanager mutes it until");
  await one.sees(".quiet-part", "by ada: The disk is replaced");
  await one.go("#/");
  await one.sees(".row .tag", "silenced");
  const looker = await visit(browser, `${place.url}/#/alerts/${own}`);
  await looker.signIn("grace", "hopper");
  await looker.sees(".quiet-part", "by ada: The disk is replaced");
  expect(await looker.texts(".quiet-part button, .actions button")).toEqual([]);
  await one.go(`#/alerts/${own}`);
  await one.press(".quiet-part button");
  await one.press("dialog [type=submit]");
  await one.sees("#notice", "The silence is over.");
  await one.misses(".quiet-part p");
  expect([...one.problems, ...looker.problems]).toEqual([]);
});

it("lists all silences, whoever made them, and ends one", async () => {
  const own = { ...labels, alertname: "Listed" };
  const startsAt = new Date(Date.now() - 60_000).toISOString();
  const matcher = (name: string, value: string, isRegex = false, isEqual = true) => ({
    ...{ name, value, isRegex, isEqual },
  });
  const silence = (createdBy: string, comment: string, hours: number, ...matchers: object[]) =>
    ask(alertmanager.target, "silences", undefined, {
      method: "POST",
      body: {
        ...{ createdBy, comment, matchers },
        startsAt,
        endsAt: new Date(Date.now() + hours * 3_600_000).toISOString(),
      },
    });
  await alertmanager.post([{ labels: own, startsAt }]);
  await silence("grace", "The host moves", 2, matcher("alertname", "Listed"));
  await silence(
    "amtool",
    "A <b>test</b> of everything that has a very long comment",
    48,
    matcher("instance", "db-.*|web-.*", true),
    matcher("severity", "info", false, false),
    matcher("team", "nobody|none", true, false),
    matcher("alertname", "Listed"),
  );
  await eventually(async () => {
    const { alerts } = await place.json<{ alerts: { silencedBy: string[] }[] }>("/v1/silences");
    return alerts.some(({ silencedBy }) => silencedBy.length === 2);
  });
  const looker = await visit(browser, `${place.url}/#/silences`);
  await looker.signIn("grace", "hopper");
  await looker.sees("#silences", "The host moves");
  expect(await looker.texts("#silences button:not([hidden])")).toEqual([]);

  const one = await visit(browser, `${place.url}/`);
  await one.signIn();
  await one.press("#to-silences");
  await one.sees("#silences li:nth-child(2)", "amtool");
  expect(await one.texts("#silences code")).toEqual([
    'alertname="Listed"',
    'instance=~"db-.*|web-.*"',
    'severity!="info"',
    'team!~"nobody|none"',
    'alertname="Listed"',
  ]);
  await one.sees("#silences li:first-child .muted", "Mutes 1 alert now");
  expect(await one.value("document.activeElement.textContent")).toBe("Silences");
  expect(await one.texts("nav [aria-current]")).toEqual(["Silences"]);
  expect(await one.value(lowContrast)).toEqual([]);
  for (const width of [360, 768, 1920]) {
    await one.page.setViewport({ width, height: 740 });
    expect({ width, overflow: await one.value(overflow) }).toEqual({ width, overflow: 0 });
    const shots = process.env["VIGIL_SHOTS"];
    if (shots !== undefined) await one.page.screenshot({ path: `${shots}/silences-${width}.png` });
  }
  // By the keyboard alone, and by a name that says which.
  await one.page.locator("#silences li:first-child button").wait();
  await one.value("document.querySelector('#silences li:first-child button').focus()");
  expect(await one.value("document.activeElement.getAttribute('aria-label')")).toBe(
    'End the silence of alertname="Listed"',
  );
  await one.page.keyboard.press("Enter");
  await one.sees("dialog", "End the silence by grace?");
  await one.press("dialog [type=submit]");
  await one.sees("#notice", "The silence is over.");
  await one.misses("#silences li:nth-child(2)");
  await one.press("#silences button");
  await one.press("dialog [type=submit]");
  await one.sees("#no-silences", "Nothing is silenced.");
  expect([...one.problems, ...looker.problems]).toEqual([]);
});
