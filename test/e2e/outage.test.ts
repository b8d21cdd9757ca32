import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { openWebhook, type Webhook } from "./webhook.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(600_000);

let place: Workspace;
let webhook: Webhook;

beforeAll(async () => {
  webhook = await openWebhook();
  place = await createWorkspace("outage");
  const path = "vigil:receivers.webhook.url";
  await place.vigil(["pulumi", "config", "set", "--secret", "--path", path], webhook.url);
  await place.up();
});

afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  webhook.close();
  place.remove();
});

it("a server that stops answering is told, and its recovery, too", async () => {
  const compose = join(place.folder, ".vigil/bin/process-compose");
  const socket = place.inHome("supervisor", "socket");
  execFileSync(compose, ["process", "stop", "processor", "--use-uds", "--unix-socket", socket], {
    stdio: "pipe",
    env: { ...process.env, PC_LOG_FILE: "/dev/null" },
  });
  const seen = await place.vigil(["refresh"]);
  expect(seen.text).toMatch(/running\s*: true => false/);
  const preview = await place.vigil(["preview"]);
  expect(preview.text).toContain("✗ Not running: processor; STACK=outage make up starts it");
  expect(preview.text).toContain("~ processor: is not running, and starts");
  const forPrograms = await place.vigil(["preview", "--json"]);
  expect(forPrograms.text).toContain('"changeSummary"');
  const firing = await webhook.until("ProcessorDown", "firing");
  expect(firing.labels).toMatchObject({
    env: "outage",
    job: "processor",
    severity: "critical",
    team: "sre",
  });
  await place.up();
  await webhook.until("ProcessorDown", "resolved");
  // One target of five does not answer, which burns the budget of scrapes as well.
  const told = webhook.told.filter(({ labels }) => labels["slo"] !== "scrape-success");
  expect([...new Set(told.map(({ labels }) => labels["alertname"]))]).toEqual(["ProcessorDown"]);
});
