/** Whether Prometheus gets the metrics of an exporter. */
import { type Client, openClient } from "../../lib/ask.ts";
import { reasonOf } from "../../lib/errors.ts";
import { poll } from "../../lib/poll.ts";
import type { CollectorInputs } from "../types.ts";
import { canonical } from "../values.ts";

/** A target as Prometheus reports it. */
interface Target {
  readonly health: string;
  readonly lastError: string;
  readonly lastScrape: string;
  readonly scrapeUrl: string;
}

/** Somebody who can tell. */
export interface Witness {
  /** The time by its clock, in milliseconds. */
  now(): Promise<number>;
  /**
   * Waits until everything that is asked at `address` was scraped after a moment of its clock.
   *
   * @returns why that did not happen, or undefined.
   */
  scraped(address: string, since: number, seconds: number): Promise<string | undefined>;
  close(): Promise<void>;
}

async function dataOf<T>(client: Client, access: CollectorInputs, path: string): Promise<T> {
  const { password = "", username } = access;
  const login = username === undefined ? undefined : { username, password };
  const { bytes, status } = await client.ask(path, { login });
  if (status !== 200) throw new Error(`Prometheus answered ${status}`);
  return (JSON.parse(bytes.toString("utf8")) as { data: T }).data;
}

/** Why a target does not count as scraped, or undefined. */
function lacking(target: Target, since: number): string | undefined {
  const scraped = Date.parse(target.lastScrape);
  if (!(scraped >= since)) return `Prometheus has not scraped ${target.scrapeUrl} since`;
  if (target.health === "up") return undefined;
  return `Prometheus scraped ${target.scrapeUrl}: ${target.lastError || target.health}`;
}

/** How long an answer about all targets is good for, in milliseconds: hundreds of hosts ask for the same one. */
const fresh = 250;

/** The last question about all targets, by who was asked and how. */
const lately = new Map<
  string,
  { readonly at: number; readonly targets: Promise<readonly Target[]> }
>();

function targetsOf(client: Client, collector: CollectorInputs): Promise<readonly Target[]> {
  const key = canonical(collector);
  const last = lately.get(key);
  if (last !== undefined && performance.now() - last.at < fresh) return last.targets;
  const path = "/api/v1/targets?state=active";
  const asked = dataOf<{ activeTargets: readonly Target[] }>(client, collector, path);
  const targets = asked.then(({ activeTargets }) => activeTargets);
  lately.set(key, { at: performance.now(), targets });
  return targets;
}

/** Opens the way to the Prometheus that has to see what is installed. */
export async function openWitness(collector: CollectorInputs): Promise<Witness> {
  const { ca: authority, certificate: cert, key, url } = collector;
  const client = await openClient(url, { authority, cert, key });
  const look = async (address: string, since: number): Promise<string | undefined> => {
    try {
      const targets = await targetsOf(client, collector);
      const mine = targets.filter(({ scrapeUrl }) => new URL(scrapeUrl).host === address);
      if (mine.length === 0) return `Prometheus has no target at ${address}`;
      return mine.flatMap((one) => lacking(one, since) ?? []).at(0);
    } catch (error) {
      return `Prometheus cannot be asked: ${reasonOf(error)}`;
    }
  };
  return {
    now: async () => {
      const { result } = await dataOf<{ result: [number, string] }>(
        client,
        collector,
        "/api/v1/query?query=time()",
      );
      return Number(result[1]) * 1000;
    },
    scraped: (address, since, seconds) =>
      poll(
        () => look(address, since),
        (why) => why === undefined,
        { every: 500, within: seconds * 1000 },
      ),
    close: () => client.close(),
  };
}
