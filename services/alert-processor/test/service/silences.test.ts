import { eventually } from "../../../../test/kit/eventually.ts";
import { freePort } from "../../../../test/kit/programs.ts";
import { silencesAt } from "../../service/silences.ts";
import { type Place, sent, startPlace } from "./harness.ts";
import { type RealAlertmanager, startAlertmanager } from "./real-alertmanager.ts";

const minute = 60_000;

interface Answered {
  readonly silences: readonly {
    readonly id: string;
    readonly createdBy: string;
    readonly comment: string;
    readonly endsAt: number;
  }[];
  readonly alerts: readonly {
    readonly fingerprint: string;
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
  }[];
  readonly missing: string;
}

const config = {
  route: { receiver: "processor", group_by: ["alertname"], group_wait: "0s" },
  inhibit_rules: [
    { source_matchers: ['alertname="HostDown"'], target_matchers: ['alertname="Behind"'] },
  ],
  receivers: [{ name: "processor" }],
};

const ada = "ada:lovelace";

describe("silences", () => {
  let alertmanager: RealAlertmanager;
  let gone: string;
  let place: Place;

  beforeAll(async () => {
    alertmanager = await startAlertmanager(config);
    gone = `https://127.0.0.1:${await freePort()}`;
    const login = { username: "ada", passwordFile: "am-password", caFile: "am-ca" };
    place = await startPlace(
      {
        // The first of them is away: the next is asked.
        alertmanager: [
          { url: gone, ...login },
          { url: alertmanager.target.url, ...login },
        ],
        readers: ["grace"],
      },
      { "am-password": "lovelace", "am-ca": alertmanager.target.ca },
    );
  });
  afterAll(async () => {
    await place.stop();
    await alertmanager.stop();
  });

  const read = () => place.json<Answered>("/v1/silences");
  const wish = (fields: object = {}) =>
    JSON.stringify({
      labels: { alertname: "DiskFull", instance: 'db "1"\\n' },
      endsAt: Date.now() + 30 * minute,
      comment: "We move it",
      ...fields,
    });
  const make = (fields: object = {}, as = ada) =>
    place.ask("/v1/silences", { as, body: wish(fields) });

  it("are made by whoever may act, seen by everybody, and ended", async () => {
    await alertmanager.post([
      { labels: { alertname: "DiskFull", instance: 'db "1"\\n', severity: "critical" } },
      { labels: { alertname: "DiskFull", instance: "db-2" } },
    ]);
    const { status, text } = await make();
    expect(status).toBe(200);
    const { id } = JSON.parse(text) as { id: string };
    await eventually(async () => (await read()).alerts.length === 1);
    const { alerts, missing, silences } = await read();
    expect(silences).toMatchObject([{ id, createdBy: "ada", comment: "We move it" }]);
    expect(alerts).toMatchObject([{ silencedBy: [id], inhibitedBy: [] }]);
    expect(missing).toContain(`${gone}: `);
    expect((await place.ask("/v1/silences", { as: "grace:hopper" })).status).toBe(200);
    const path = `/v1/silences/${id}`;
    expect((await place.ask(path, { as: "grace:hopper", method: "DELETE" })).status).toBe(403);
    expect((await place.ask(path, { as: ada, method: "DELETE" })).status).toBe(200);
    expect((await read()).silences).toEqual([]);
    const audits = place.lines.filter((line) => line.includes('"audit"') && line.includes(id));
    expect(audits.map((line) => /"audit":"([^"]+)","user":"([^"]+)"/.exec(line)?.slice(1))).toEqual(
      [
        ["silence", "ada"],
        ["end silence", "ada"],
      ],
    );
    // Somebody else may have ended it meanwhile.
    const again = await place.ask(path, { as: ada, method: "DELETE" });
    expect([again.status, (await read()).silences]).toEqual([200, []]);
  });

  it("begin at once, also by a clock that is ahead of Alertmanager's", async () => {
    const ahead = () => Date.now() + 5 * minute;
    const silences = silencesAt(() => [alertmanager.target], ahead);
    const wanted = { labels: { alertname: "Ahead" }, endsAt: ahead() + minute, comment: "x" };
    const id = await silences.make(wanted, "ada");
    const made = (await silences.read()).silences.find((one) => one.id === id);
    expect(made).toMatchObject({ state: "active", createdBy: "ada" });
    await silences.end(id);
  });

  it("are of labels of any name and value", async () => {
    const labels = { alertname: 'a,b="c"{}', "host.name": "ü\n=~.*" };
    await alertmanager.post([{ labels }]);
    const { status, text } = await make({ labels });
    expect({ status, text }).toMatchObject({ status: 200 });
    const { id } = JSON.parse(text) as { id: string };
    await eventually(async () =>
      (await read()).alerts.some(({ silencedBy }) => silencedBy.includes(id)),
    );
    expect((await place.ask(`/v1/silences/${id}`, { as: ada, method: "DELETE" })).status).toBe(200);
  });

  it("name what inhibits an alert", async () => {
    await alertmanager.post([
      { labels: { alertname: "HostDown" } },
      { labels: { alertname: "Behind" } },
    ]);
    await eventually(async () => (await read()).alerts.length > 0);
    expect((await read()).alerts.map(({ inhibitedBy }) => inhibitedBy.length)).toEqual([1]);
  });

  it("are refused with the reason", async () => {
    await place.post([
      sent({ fingerprint: "00000000000000d0", labels: { alertname: "Watchdog", env: "prod" } }),
    ]);
    expect((await make({}, "grace:hopper")).status).toBe(403);
    const refusals = [
      [{ labels: {} }, 400, "it would mute everything"],
      [{ comment: "  " }, 400, "comment"],
      [{ endsAt: Date.now() - 1 }, 422, "ended already"],
      [{ endsAt: Date.now() + 400 * 24 * 60 * minute }, 422, "more than a year"],
      [{ labels: { env: "prod" } }, 422, "would silence the Watchdog"],
    ] as const;
    for (const [fields, status, why] of refusals) {
      const answer = await make(fields);
      expect(answer).toMatchObject({ status, text: expect.stringContaining(why) as string });
    }
    const unknown = "/v1/silences/4e4dc1a4-7b4c-4d1c-9a58-000000000000";
    expect((await place.ask(unknown, { as: ada, method: "DELETE" })).status).toBe(422);
    const odd = await place.ask("/v1/silences/..%2F..%2Falerts", { as: ada, method: "DELETE" });
    expect(odd.status).toBe(400);
  });
});

describe("silences where Alertmanager is away", () => {
  it("are not made, and the page goes on", async () => {
    const url = `https://127.0.0.1:${await freePort()}`;
    const place = await startPlace({ alertmanager: { url, caFile: "tls.crt" } });
    try {
      expect(await place.json<Answered>("/v1/silences")).toMatchObject({
        silences: [],
        alerts: [],
        missing: expect.stringContaining(url) as string,
      });
      const body = JSON.stringify({
        labels: { alertname: "DiskFull" },
        endsAt: Date.now() + minute,
        comment: "x",
      });
      const answer = await place.ask("/v1/silences", { as: ada, body });
      expect(answer).toMatchObject({ status: 503, text: expect.stringContaining(url) as string });
    } finally {
      await place.stop();
    }
  });

  it("are not there where none is configured", async () => {
    const place = await startPlace();
    try {
      expect(await place.json<Answered>("/v1/silences")).toMatchObject({ silences: [] });
      const path = "/v1/silences/4e4dc1a4-7b4c-4d1c-9a58-000000000000";
      expect((await place.ask(path, { as: ada, method: "DELETE" })).status).toBe(404);
    } finally {
      await place.stop();
    }
  });
});
