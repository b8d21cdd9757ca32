import { eventually } from "../../../../test/kit/eventually.ts";
import { identity } from "../../../../test/kit/pki.ts";
import { askEach, type AskLimits } from "../../service/alertmanager-api.ts";
import { listAll, listAlerts } from "../../service/alertmanager.ts";
import { type FakeServer, fakeServer } from "../channels/fake-server.ts";
import { type RealAlertmanager, startAlertmanager } from "./real-alertmanager.ts";

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
  receivers: [{ name: "nobody" }, { name: "processor" }, { name: "proc.or" }],
};

describe("a real Alertmanager", () => {
  let alertmanager: RealAlertmanager;
  beforeAll(async () => {
    alertmanager = await startAlertmanager(routes);
  });
  afterAll(() => alertmanager.stop());

  test("lists what goes to the processor, each alert once, and says what is muted", async () => {
    const { target } = alertmanager;
    const of = (alertname: string, labels: object) => ({ labels: { alertname, ...labels } });
    const alerts = [
      of("Told", { severity: "critical", team: "sre" }),
      of("Muted", { severity: "critical", team: "quiet" }),
      of("Helper", { severity: "none" }),
    ];
    expect(await alertmanager.post(alerts)).toBe(200);
    const listed = async () =>
      (await listAlerts(target)).alerts
        .map(
          ({ active, labels }) => `${labels["alertname"] ?? ""} ${active ? "active" : "not told"}`,
        )
        .sort()
        .join(", ");
    // What is muted shows when the group was looked at for the first time.
    await eventually(async () => (await listed()) === "Muted not told, Told active");
  });

  test("tells a wrong password and an unknown receiver apart from an empty list", async () => {
    const { target } = alertmanager;
    const { alerts, at = 0, since } = await listAlerts({ ...target, receiver: "proc.or" });
    expect(alerts).toEqual([]);
    expect([since < Date.now(), since > Date.now() - 3_600_000]).toEqual([true, true]);
    expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
    await expect(listAlerts({ ...target, receiver: "process.r" })).rejects.toThrow(
      "Alertmanager has no receiver process.r: use the one that sends to this processor; it has nobody, processor, proc.or",
    );
    const login = { username: "grace", password: "hopper" };
    await expect(listAlerts({ ...target, login })).rejects.toThrow("it answered 401");
    await expect(listAlerts({ ...target, login: undefined })).rejects.toThrow("it answered 401");
  });

  test("is compared with all of its peers: what any has goes on, and who is away is named", async () => {
    const other = await startAlertmanager(routes);
    const of = (alertname: string) => ({ labels: { alertname, severity: "critical" } });
    await alertmanager.post([of("InBoth"), of("InOne")]);
    await other.post([of("InBoth"), of("InTheOther")]);
    const both = [alertmanager.target, other.target];
    const names = async () =>
      (await listAll(both)).alerts
        .map(({ labels }) => labels["alertname"])
        .filter((name) => name?.startsWith("In"))
        .sort()
        .join(" ");
    await eventually(async () => (await names()) === "InBoth InOne InTheOther");
    const { at = 0, since } = await listAll(both);
    expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
    expect(since).toBe((await listAlerts(other.target)).since);
    expect(await listAll(both)).not.toHaveProperty("missing");
    await other.stop();
    const { alerts, missing } = await listAll(both);
    expect(alerts.map(({ labels }) => labels["alertname"])).toContain("InOne");
    expect(missing).toContain(`${other.target.url}: `);
    await expect(listAll([other.target, other.target])).rejects.toThrow(other.target.url);
  });

  test("is not believed where its certificate is of an authority that is not known", async () => {
    const { target } = alertmanager;
    await expect(listAlerts({ ...target, ca: undefined })).rejects.toThrow(/certificate/);
  });
});

describe("what stands in its place", () => {
  let server: FakeServer;
  let ca: string;
  beforeEach(async () => {
    const { authority, leaf } = await identity();
    ca = authority.certificate;
    server = await fakeServer(leaf);
  });
  afterEach(() => server.close());

  const list = (limits?: AskLimits) =>
    listAlerts({ url: `${server.url}/below/`, ca, receiver: "processor" }, limits);

  test.each([
    ["reset", /socket hang up|ECONNRESET/],
    ["cut", /aborted|ECONNRESET/],
    ["garbage", /Parse Error/],
  ] as const)("is an error: %s", async (step, why) => {
    server.script = [step];
    await expect(list()).rejects.toThrow(why);
    expect(server.seen[0]?.path).toBe("/below/api/v2/alerts/groups?receiver=processor");
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });

  test("is an error where it answers without end", async () => {
    server.script = ["huge"];
    await expect(list({ longest: 100_000 })).rejects.toThrow("has more than 100000 bytes");
  });

  test("is an error where it answers something that is not a list", async () => {
    server.script = [
      { status: 200, body: "<html>" },
      { status: 200, body: '[{"alerts": []}, ' },
      { status: 200, body: "[] []" },
      { status: 200, body: "" },
      { status: 200, body: "{}" },
      { status: 200, body: "null" },
      { status: 200, body: "[[]]" },
      { status: 200, body: '[{"alerts": {"0": {}}}]' },
      { status: 200, body: '[{"alerts": [7]}]' },
      { status: 200, body: "[{}]" },
    ];
    for (const what of ["Unexpected", "it ends too early", "Unexpected", "it ends too early"])
      await expect(list()).rejects.toThrow(`Alertmanager's list is not JSON: ${what}`);
    for (let times = 0; times < 2; times += 1)
      await expect(list()).rejects.toThrow("Alertmanager's answer is not a list");
    for (const what of ["object", "string", "object", "array"])
      await expect(list()).rejects.toThrow(`expected ${what}`);
  });

  test.each(["{}", "null", '"[]"', '{"error": []}', '{"error": ["down"]}'])(
    "is an error whatever is asked for, where it answers %s",
    async (body) => {
      server.script = [{ status: 200, body }];
      const asked = askEach({ url: server.url, ca, receiver: "processor" }, "anything", {
        "$.*": () => undefined,
      });
      await expect(asked).rejects.toThrow("Alertmanager's answer is not a list");
    },
  );

  test.each(["silent", "drip"] as const)("is not waited for longer than said: %s", async (step) => {
    server.script = [step];
    await expect(list({ signal: AbortSignal.timeout(100) })).rejects.toThrow("aborted");
  });
});
