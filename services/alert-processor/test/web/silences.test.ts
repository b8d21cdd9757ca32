/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import type { Browser } from "puppeteer-core";
import { leaveNetwork, takeNetwork } from "../../../../test/network.ts";
import { eventually } from "../../../../test/provider/helpers.ts";
import { listAlerts } from "../../service/alertmanager.ts";
import { type Place, sent, startPlace } from "../service/harness.ts";
import { type RealAlertmanager, startAlertmanager } from "../service/real-alertmanager.ts";
import { openBrowser, visit } from "./browser.ts";
import { overflow } from "./contrast.ts";
import { watchdog } from "./setting.ts";

let browser: Browser;
let place: Place;
let alertmanager: RealAlertmanager;

const labels = { alertname: "DiskFull", instance: "db-1:9100", severity: "critical", team: "sre" };

takeNetwork();
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
  await one.sees("#notice", "Alertmanager is silent about it until");
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
