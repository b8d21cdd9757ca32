import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { poll } from "../../lib/poll.ts";
import { openPeople, type People } from "./people.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(600_000);

let place: Workspace;
let people: People;

beforeAll(async () => {
  people = await openPeople();
  place = await createWorkspace("outage");
  await people.configure(place);
  // An emergency that nobody takes is told again, which is not what is counted here.
  await place.vigil(["pulumi", "config", "set", "vigil:processor.remind", "2h", "--path"]);
  await place.up();
});

afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  await people.close();
  place.remove();
});

const fire = async (alertname: string, severity: string, service = "shop"): Promise<void> => {
  const labels = [alertname, `severity=${severity}`, "team=sre", `service=${service}`];
  const { code, text } = await place.vigil(["amtool", "alert", "add", ...labels]);
  if (code !== 0) throw new Error(text);
};

type Hearings = Readonly<Record<string, readonly string[]>>;

const heard = (expected: Hearings): Hearings =>
  Object.fromEntries(Object.keys(expected).map((name) => [name, people.told(name)]));

/** Waits until all of that was told as often as it should be, or gives up. */
const arrival = (all: Hearings): Promise<boolean> =>
  poll(
    () => Object.entries(all).every(([name, by]) => people.told(name).length >= by.length),
    (so) => so,
    { every: 100, within: 300_000 },
  );

/** What arrived, after all of that did and then something that fires later: meanwhile nothing arrived twice. */
async function heardBefore(expected: Hearings, later: Hearings): Promise<Hearings> {
  await arrival(expected);
  for (const name of Object.keys(later)) await fire(name, "critical");
  await arrival(later);
  return heard({ ...expected, ...later });
}

const byProcessor = ["mail by processor", "webhook by processor"];
const byAlertmanager = ["mail by alertmanager", "webhook by alertmanager"];
const both = ["mail by alertmanager", "webhook by processor"];

const first = {
  ShopEmergency: byProcessor,
  ShopCritical: byProcessor,
  ShopWarning: both,
  // The processor may be what is broken.
  ProcessorBroken: [...byAlertmanager, ...byProcessor].sort(),
};

it("the processor tells what is urgent, Alertmanager by mail what can wait, both what is wrong with them: once", async () => {
  await fire("ShopEmergency", "emergency");
  await fire("ShopCritical", "critical");
  await fire("ShopWarning", "warning");
  await fire("ProcessorBroken", "critical", "processor");
  const later = { ShopLater: byProcessor };
  expect(await heardBefore(first, later)).toEqual({ ...first, ...later });
});

it("a processor that is killed hard misses nothing and tells nothing again", async () => {
  const [pid = 0] = place.processes()["processor"] ?? [];
  process.kill(pid, "SIGKILL");
  await fire("ShopKilled", "critical");
  const killed = { ...first, ShopKilled: byProcessor };
  const later = { ShopRestarted: byProcessor };
  expect(await heardBefore(killed, later)).toEqual({ ...killed, ...later });
  expect(place.processes()["processor"]).not.toContain(pid);
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
  const down = { ProcessorDown: byAlertmanager };
  await arrival(down);
  expect(heard(down)).toEqual(down);
  await fire("ShopDuring", "critical");
  await place.up();
  await people.until("ProcessorDown", "resolved");
  // What fired meanwhile is told by then.
  const during = { ShopDuring: byProcessor };
  const later = { ShopAfter: byProcessor };
  expect(await heardBefore(during, later)).toEqual({ ...during, ...later });
  // Its target is down, too, which ProcessorDown silences before it is told where warnings wait for five minutes.
  const others = people
    .names()
    .filter((name) => !/^(?:Shop|ProcessorBroken|TargetDown)/.test(name));
  expect(others).toEqual(["ProcessorDown"]);
});

it("without a processor Alertmanager tells all of it, once", async () => {
  await place.vigil(["pulumi", "config", "set", "vigil:processor.enabled", "false", "--path"]);
  people.withoutProcessor(place);
  await place.up();
  await fire("AloneEmergency", "emergency");
  await fire("AloneCritical", "critical");
  await fire("AloneWarning", "warning");
  const all = {
    AloneEmergency: byAlertmanager,
    AloneCritical: byAlertmanager,
    AloneWarning: ["mail by alertmanager"],
  };
  const later = { AloneLater: byAlertmanager };
  expect(await heardBefore(all, later)).toEqual({ ...all, ...later });
});
