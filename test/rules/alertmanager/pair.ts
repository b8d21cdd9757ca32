import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { clusterArgs } from "../../../components/render/cluster.ts";
import { renderAlertmanager } from "../../../rules/lib/alertmanager.ts";
import { freePort } from "../../../lib/free-port.ts";
import { type Alertmanager, openInbox, startAlertmanager, until } from "../../kit/servers.ts";
import { hook } from "./receivers.ts";

export interface RoundOptions {
  /** Milliseconds after the alert at which the leader is killed; it would tell at {@link wait}. */
  readonly killAfter?: number;
  /** Timings of the cluster, by flag. @default Vigil's */
  readonly timings?: Readonly<Record<string, string>>;
  /** Seconds to watch for notifications, from the alert on. @default 12 */
  readonly watch?: number;
  /** @default from PATH */
  readonly program?: string;
}

/** Milliseconds until a leader that lives tells: long enough to be killed in. */
export const wait = 2000;

/** Vigil's configuration; only the wait of a critical alert is one that fits a round. */
function config(): string {
  const text = renderAlertmanager({ channels: { webhook: hook("secrets/webhook") } });
  return stringify(
    parse(text, (key, value: unknown) => (key === "group_wait" ? `${wait}ms` : value)),
  );
}

interface Status {
  readonly cluster: { readonly status: string; readonly peers: readonly unknown[] };
}

/** Both know of each other, and neither waits for more. */
async function agree(members: readonly Alertmanager[]): Promise<void> {
  await until("a pair", 60, async () => {
    const all = await Promise.all(
      members.map(
        async ({ url }) => (await fetch(`${url}/api/v2/status`)).json() as Promise<Status>,
      ),
    );
    return all.every(({ cluster }) => cluster.status === "ready" && cluster.peers.length === 2)
      ? true
      : undefined;
  });
}

/**
 * Starts a pair, tells both of an alert as Prometheus does, kills the leader before it tells, and
 * waits for what arrives.
 *
 * @returns milliseconds from the alert to each notification.
 */
export async function round(options: RoundOptions = {}): Promise<number[]> {
  const { killAfter, program, timings, watch = 12 } = options;
  const inbox = await openInbox();
  const members: Alertmanager[] = [];
  try {
    const [first, second] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const start = async (name: string, listen: string, peer: string): Promise<Alertmanager> => {
      const member = await startAlertmanager({
        args: clusterArgs({ name, listen, peers: [peer] }, timings),
        config: config(),
        files: { "secrets/webhook": inbox.url },
        ...(program !== undefined && { program }),
      });
      members.push(member);
      return member;
    };
    const leader = await start("a", first, second);
    await start("b", second, first);
    await agree(members);
    const labels = { alertname: "Pair", severity: "critical", env: "test", service: "s" };
    const begun = performance.now();
    await Promise.all(members.map((one) => one.post([{ labels }])));
    if (killAfter !== undefined) {
      await sleep(Math.max(0, killAfter - (performance.now() - begun)));
      leader.process.kill("SIGKILL");
      if (inbox.got.length > 0) throw new Error("the leader told before it was killed");
    }
    await sleep(watch * 1000 - (performance.now() - begun));
    return inbox.got.map(({ at }) => at - begun);
  } finally {
    await Promise.all(members.map((one) => one.stop()));
    inbox.close();
  }
}
