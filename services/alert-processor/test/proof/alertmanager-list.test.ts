import { until } from "../../../../test/kit/servers.ts";
import { isOpen } from "../../core/alert.ts";
import { type AlertmanagerTarget, ask } from "../../service/alertmanager-api.ts";
import { listAlerts } from "../../service/alertmanager.ts";
import { silenceName } from "../../service/listening.ts";
import { type Watch, watchOf } from "../../service/watch.ts";
import { openStore } from "../../store/sql-store.ts";
import { openSqlite } from "../../store/sqlite.ts";
import type { Store } from "../../store/store.ts";
import { Alertmanager, type Posted } from "./alertmanager.ts";
import { Processor, type Told } from "./harness.ts";
import { user } from "./place.ts";

const minute = 60_000;
const at = (minutes: number): string => new Date(Date.now() + minutes * minute).toISOString();

const about = (alertname: string, fields: Partial<Posted> = {}, env = "test"): Posted => ({
  labels: { alertname, env, instance: "a:1", severity: "critical" },
  ...fields,
});

describe("what a real Alertmanager knows better than its messages", () => {
  let processor: Processor;
  let alertmanager: Alertmanager;

  const known = (alertname: string, wanted: (told: Told) => boolean = () => true): Promise<Told> =>
    until(`${alertname} as wanted`, 40, async () => {
      const told = await processor.find(alertname).catch(() => undefined);
      return told !== undefined && wanted(told) ? told : undefined;
    });
  const isOver = ({ alert }: Told): boolean => !isOpen(alert);

  const target = (): AlertmanagerTarget => ({
    url: `https://127.0.0.1:${alertmanager.port}`,
    receiver: "processor",
    login: { username: user.name, password: user.password },
    ca: processor.place.ca,
  });

  /** Works on the processor's memory as if it were later, while the processor does not run. */
  async function later<T>(
    minutes: number,
    work: (watch: Watch, store: Store) => Promise<T>,
  ): Promise<T> {
    await processor.stop();
    const store = await openStore(openSqlite(processor.place.database));
    const clock = () => Date.now() + minutes * minute;
    const watch = watchOf({
      store,
      plan: () => [],
      clock,
      take: async (receipt) => {
        await store.ingest([receipt], () => [], clock());
      },
      silence: 5 * minute,
      retention: 60 * minute,
      listed: () => listAlerts(target()),
    });
    try {
      return await work(watch, store);
    } finally {
      await store.close();
      await processor.start();
    }
  }

  beforeAll(async () => {
    processor = await Processor.create();
    await processor.start();
    alertmanager = await Alertmanager.start(processor, "alertmanager");
  });

  afterAll(async () => {
    await alertmanager.kill();
    await processor.remove();
  });

  it("an alert that it let expire goes on with the same beginning", async () => {
    const startsAt = at(-30);
    await alertmanager.post(about("Expires", { startsAt, endsAt: at(0.25) }));
    await known("Expires");
    await known("Expires", isOver);
    // Prometheus is back; whether Alertmanager reports it depends on what it has told before.
    await alertmanager.post(about("Expires", { startsAt, endsAt: at(30) }));
    await later(2, async (watch) => {
      expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    });
    await later(6, async (watch) => {
      expect(await watch.reconcile()).toEqual({ lost: 0, found: 1 });
    });
    const { alert, events } = await known("Expires");
    expect(alert).toMatchObject({ status: "firing", startsAt: Date.parse(startsAt) });
    expect(events.map(({ kind }) => kind)).toEqual(["returned", "resolved", "firing"]);
  });

  it("a pair of Prometheus moves a beginning back, and the end still counts", async () => {
    const [earlier, startsAt] = [at(-40), at(-30)];
    await alertmanager.post(about("Moves", { startsAt, endsAt: at(30) }));
    await known("Moves");
    // The other one has seen it for longer: Alertmanager makes one of both.
    await alertmanager.post(about("Moves", { startsAt: earlier, endsAt: at(30) }));
    await alertmanager.post(about("Moves", { startsAt: earlier, endsAt: at(0) }));
    const { alert, events } = await known("Moves", isOver);
    expect(alert.endsAt).toBeGreaterThan(Date.parse(startsAt));
    expect(events.map(({ kind }) => kind)).toEqual(["resolved", "firing"]);
  });

  it("what ended while it was silenced is over, though no message says so", async () => {
    await alertmanager.post(about("Silenced", { startsAt: at(-30), endsAt: at(30) }));
    await known("Silenced");
    const matchers = [{ name: "alertname", value: "Silenced", isRegex: false, isEqual: true }];
    const times = { startsAt: at(0), endsAt: at(60) };
    await ask(target(), "silences", undefined, {
      method: "POST",
      body: { matchers, ...times, createdBy: "ada", comment: "It is replaced" },
    });
    await later(8, async (watch) => {
      expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    });
    expect((await known("Silenced")).alert.status).toBe("firing");
    await alertmanager.post(about("Silenced", { startsAt: at(-30), endsAt: at(0) }));
    await later(8, async (watch) => {
      expect(await watch.reconcile()).toEqual({ lost: 1, found: 0 });
    });
    expect((await known("Silenced")).alert.status).toBe("stale");
  });

  it("an alert is the same in its list as in its messages, whatever its labels are called", async () => {
    const labels = {
      ...about("Odd").labels,
      "k8s.pod/name": 'a"b\\c=~.*{}',
      größe: "ü\n🔥",
      empty: "",
    };
    await alertmanager.post({ labels, startsAt: at(-30), endsAt: at(30) });
    const { alert } = await known("Odd");
    expect(alert.labels).toMatchObject({ größe: "ü\n🔥", "k8s.pod/name": 'a"b\\c=~.*{}' });
    await later(8, async (watch) => {
      expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    });
    await alertmanager.post({ labels, startsAt: at(-30), endsAt: at(0) });
    await known("Odd", isOver);
  });

  it("a Watchdog may have any fingerprint", async () => {
    const environments = Array.from({ length: 64 }, (_, index) => `env-${index}`);
    const posts = environments.map((env) => about("Watchdog", { endsAt: at(30) }, env));
    await alertmanager.post(...posts);
    const names = await until("all of them", 40, () => {
      const rows = processor.ask("SELECT fingerprint FROM alerts WHERE alertname = 'Watchdog'");
      return rows.length === posts.length
        ? rows.map(({ fingerprint }) => String(fingerprint))
        : undefined;
    });
    expect(new Set(names.map((name) => name[0])).has("e")).toBe(true);
    await later(10, async (watch, store) => {
      expect(await watch.listen()).toBe(false);
      const silent = (await store.list({})).filter(({ alertname }) => alertname === silenceName);
      expect(silent).toHaveLength(posts.length);
      expect(await store.heartbeats()).toHaveLength(posts.length);
    });
  });
});
