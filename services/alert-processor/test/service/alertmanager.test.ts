import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { stringify } from "yaml";
import { eventually, freePort } from "../../../../test/provider/helpers.ts";
import { type AlertmanagerConfig, listAlerts } from "../../service/alertmanager.ts";
import { login, type Place, startPlace } from "./harness.ts";

let place: Place;
let config: AlertmanagerConfig;
let alertmanager: ChildProcess;

/** Two routes to the processor, one of them muted at all times, and one to nobody. */
const routes = {
  route: {
    receiver: "nobody",
    group_by: ["alertname"],
    group_wait: "0s",
    routes: [
      { matchers: ['severity="none"'], receiver: "nobody" },
      { matchers: ['team="quiet"'], receiver: "processor", mute_time_intervals: ["always"] },
      { receiver: "processor", continue: true },
      { matchers: ['severity="critical"'], receiver: "processor" },
    ],
  },
  time_intervals: [
    { name: "always", time_intervals: [{ times: [{ start_time: "00:00", end_time: "24:00" }] }] },
  ],
  receivers: [{ name: "nobody" }, { name: "processor" }],
};

beforeAll(async () => {
  place = await startPlace();
  const port = await freePort();
  const file = (name: string): string => join(place.folder, name);
  writeFileSync(file("alertmanager.yml"), stringify(routes));
  writeFileSync(file("password"), "lovelace\n");
  alertmanager = spawn(
    "alertmanager",
    [
      `--config.file=${file("alertmanager.yml")}`,
      `--storage.path=${file("alertmanager")}`,
      `--web.config.file=${file("web.yml")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  config = {
    url: `https://127.0.0.1:${port}`,
    username: "ada",
    passwordFile: file("password"),
    caFile: file("ca.crt"),
    receiver: "processor",
  };
  await eventually(() =>
    listAlerts(config).then(
      () => true,
      () => false,
    ),
  );
});
afterAll(async () => {
  alertmanager.kill();
  await once(alertmanager, "exit");
  await place.stop();
});

function post(alerts: readonly object[]): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${config.url}/api/v2/alerts`,
      {
        auth: login,
        ca: readFileSync(config.caFile),
        method: "POST",
        headers: { "content-type": "application/json" },
      },
      (incoming) => {
        resolve(incoming.resume().statusCode);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify(alerts));
  });
}

test("the list has what goes to the processor, each alert once, and says what is muted", async () => {
  const of = (alertname: string, labels: object) => ({ labels: { alertname, ...labels } });
  const alerts = [
    of("Told", { severity: "critical", team: "sre" }),
    of("Muted", { severity: "critical", team: "quiet" }),
    of("Helper", { severity: "none" }),
  ];
  expect(await post(alerts)).toBe(200);
  const listed = async () =>
    (await listAlerts(config))
      .map(({ active, labels }) => `${labels["alertname"] ?? ""} ${active ? "active" : "not told"}`)
      .sort()
      .join(", ");
  // What is muted shows when the group was looked at for the first time.
  await eventually(async () => (await listed()) === "Muted not told, Told active");
});

test("a wrong password and another receiver are told apart from an empty list", async () => {
  expect(await listAlerts({ ...config, receiver: "process.r" })).toEqual([]);
  await expect(listAlerts({ ...config, username: "grace" })).rejects.toThrow("it answered 401");
});
