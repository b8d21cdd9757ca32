import { until } from "../../../../test/kit/servers.ts";
import { deliveriesOf } from "../../core/routing.ts";
import { listAlerts } from "../../service/alertmanager.ts";
import { watchOf } from "../../service/watch.ts";
import { openStore } from "../../store/sql-store.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { numbers } from "./alerts.ts";
import { Alertmanager, type Posted } from "./alertmanager.ts";
import { Processor, type Told } from "./harness.ts";
import { user } from "./place.ts";

const minute = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * minute).toISOString();

const about = (alertname: string, fields: Partial<Posted> = {}, instance = "a:1"): Posted => ({
  labels: { alertname, instance, severity: "critical", team: "platform" },
  ...fields,
});

describe("a real Alertmanager that tells a processor", () => {
  let processor: Processor;
  const members: Alertmanager[] = [];

  const member = (index: number): Alertmanager => members[index] as Alertmanager;
  const known = (alertname: string, wanted: (told: Told) => boolean = () => true): Promise<Told> =>
    until(`${alertname} as wanted`, 40, async () => {
      const told = await processor.find(alertname).catch(() => undefined);
      return told !== undefined && wanted(told) ? told : undefined;
    });
  const kinds = ({ events }: Told): string[] => events.map(({ kind }) => kind).reverse();

  beforeAll(async () => {
    processor = await Processor.create();
    await processor.start();
    members.push(
      await Alertmanager.start(processor, "alertmanager-a"),
      await Alertmanager.start(processor, "alertmanager-b"),
    );
  });

  afterAll(async () => {
    await Promise.all(members.map((one) => one.kill()));
    await processor.remove();
  });

  it("is followed from firing to the end, and when it fires again", async () => {
    const [first, end, second] = [ago(30), ago(20), ago(10)];
    await member(0).post(about("Anew", { startsAt: first }));
    const { alert } = await known("Anew");
    expect(alert).toMatchObject({ status: "firing", startsAt: Date.parse(first), endsAt: null });

    await member(0).post(about("Anew", { startsAt: first, endsAt: end }));
    const over = await known("Anew", (told) => told.alert.status === "resolved");
    expect(over.alert.endsAt).toBe(Date.parse(end));

    await member(0).post(about("Anew", { startsAt: second }));
    const again = await known("Anew", (told) => told.alert.status === "firing");
    expect(again.alert.fingerprint).toBe(alert.fingerprint);
    expect(again.alert.startsAt).toBe(Date.parse(second));
    expect(kinds(again)).toEqual(["firing", "resolved", "firing"]);
  });

  it("sends a group of 5,000 alerts in one message, and all are kept", async () => {
    await member(0).post(...numbers(0, 5_000).map((one) => about("Many", {}, `host-${one}:1`)));
    await until("all of them", 60, () => {
      const [row] = processor.ask("SELECT count(*) AS n FROM alerts WHERE alertname = 'Many'");
      return row?.["n"] === 5_000 ? true : undefined;
    });
    expect(processor.ask("SELECT count FROM receipts WHERE alerts = 5000")).toEqual([{ count: 1 }]);
  });

  it("is heard once when both of a pair that lost each other tell the same", async () => {
    const startsAt = ago(5);
    const messages = () => Number(processor.ask("SELECT sum(count) AS n FROM receipts")[0]?.["n"]);
    const before = messages();
    await Promise.all(members.map((one) => one.post(about("Twice", { startsAt }))));
    await until("both messages", 40, () => (messages() === before + 2 ? true : undefined));
    expect(kinds(await known("Twice"))).toEqual(["firing"]);

    const endsAt = ago(1);
    await Promise.all(members.map((one) => one.post(about("Twice", { startsAt, endsAt }))));
    await until("both ends", 40, () => (messages() === before + 4 ? true : undefined));
    const { alert, ...told } = await known("Twice");
    expect(alert).toMatchObject({ status: "resolved", endsAt: Date.parse(endsAt) });
    expect(kinds({ alert, ...told })).toEqual(["firing", "resolved"]);
  });

  it("tries again until a processor that was down is back, which knows what it knew", async () => {
    const before = await known("Anew");
    await processor.kill();
    const failures = await member(0).failures();
    await member(0).post(about("Meanwhile"));
    await until("a failed attempt", 40, async () =>
      (await member(0).failures()) > failures ? true : undefined,
    );
    await processor.start();
    expect((await known("Meanwhile")).alert.status).toBe("firing");
    expect(await known("Anew")).toEqual({ ...before, at: expect.any(Number) as number });
  });

  it("that lost the end of an alert has it marked as stale, and nothing else", async () => {
    const startsAt = ago(2);
    await member(0).post(about("Goes", { startsAt }), about("Stays", { startsAt }));
    await Promise.all([known("Goes"), known("Stays")]);
    await member(0).forget();
    await member(0).resume();
    // Prometheus tells again of what still fires; that the other one ended was said to nobody.
    await member(0).post(about("Stays", { startsAt }));
    await processor.kill();

    const later = Date.now() + 6 * minute;
    const store = await openStore(openSqlite(processor.place.database));
    const before = await store.list({ limit: 10_000 });
    const watch = watchOf({
      store,
      plan: (change) => deliveriesOf(change, []),
      clock: () => later,
      take: async (receipt) => {
        await store.ingest([receipt], () => [], later);
      },
      silence: minute,
      retention: minute,
      listed: () =>
        listAlerts({
          url: `https://127.0.0.1:${member(0).port}`,
          receiver: "processor",
          login: { username: user.name, password: user.password },
          ca: processor.place.ca,
        }),
    });
    // The new one knows of one alert, so every other open one is lost.
    expect(await watch.reconcile()).toEqual({ lost: before.length - 1, found: 0 });
    await store.close();

    await processor.start();
    expect((await known("Goes")).alert.status).toBe("stale");
    expect((await known("Stays")).alert.status).toBe("firing");
  });
});
