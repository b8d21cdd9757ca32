import type { Logger } from "pino";
import { openChannels } from "../channels/index.ts";
import { deliveriesOf } from "../core/routing.ts";
import { isKnownSeverity } from "../core/severity.ts";
import { comparing } from "../core/times.ts";
import type { Planner } from "../core/writes.ts";
import { listAll } from "./alertmanager.ts";
import { buildApp } from "./app.ts";
import { changesHub } from "./changes.ts";
import { clockOf } from "./store-clock.ts";
import { closingWithin } from "./closing.ts";
import {
  checkReaders,
  type Config,
  ConfigError,
  readAlertmanager,
  readProxy,
  readSecret,
  readTokens,
  readWeb,
} from "./config.ts";
import { heartbeatTo, onceAMinute } from "./heartbeat.ts";
import { ingestInto } from "./ingest.ts";
import { journalOf, parts } from "./journal.ts";
import { linksAt } from "./links.ts";
import { metricsOf } from "./metrics.ts";
import { reachOf } from "./paths.ts";
import { DatabaseError, DatabaseOptionsError } from "../store/database-error.ts";
import { openPatiently, StoreDownError, type StoreState } from "../store/patient.ts";
import { SchemaError } from "../store/schema.ts";
import { resumeStoreOf } from "./open-store.ts";
import { every } from "./schedule.ts";
import { spoken } from "./spoken.ts";
import { summaryOf } from "./summary.ts";
import { silencesAt } from "./silences.ts";
import { giveUpStrays } from "./strays.ts";
import { sealFor } from "./tokens.ts";
import { watchOf } from "./watch.ts";
import { startWorker, type Worker } from "./worker.ts";

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** A processor that runs. */
export interface Running {
  readonly address: string;
  /** Ends what is on its way, then closes the store. */
  stop(): Promise<void>;
}

/** Starts everything. @throws ConfigError for secrets that are missing, and what the store throws. */
export async function serve(config: Config, logger: Logger): Promise<Running> {
  const { cert, key, users } = readWeb(config.webFile);
  checkReaders(config, users);
  const metricsLogin = config.metrics && {
    username: config.metrics.username,
    password: readSecret(config.metrics.passwordFile, 24),
  };
  const proxy = readProxy(config.proxy);
  const tokens = readTokens(config.tokensFile);
  const secret = readSecret(config.secretFile, 32);
  const channels = openChannels(config.channels, readSecret);
  const { urlFile, ...access } = config.heartbeat;
  const beat = urlFile && heartbeatTo({ ...access, url: readSecret(urlFile) });
  const trouble = (what: string) => (error: unknown) => {
    // That the memory is down is said once, not by each job that asks it every second.
    const known = error instanceof DatabaseError || error instanceof StoreDownError;
    logger[known ? "debug" : "error"]({ err: error }, `${what} failed; it is tried again`);
  };
  const metrics = metricsOf(
    Object.keys(config.channels),
    channels.flatMap(({ ear, name }) => (ear === undefined ? [] : [name])),
  );
  const store = await openPatiently({
    open: () => resumeStoreOf(config.store),
    isHopeless: (error) =>
      [ConfigError, DatabaseOptionsError, SchemaError].some((kind) => error instanceof kind),
    onError: () => {
      metrics.storeErrors.inc();
    },
    onState: (state) => {
      sayState(state);
    },
  });
  const { look: lookAtClock, now: clock, steady } = await clockOf(store, logger);
  const journal = journalOf(clock);
  const silence = config.heartbeat.silence * second;
  const summary = summaryOf({ store, clock, journal, silence });
  const changes = changesHub({ store, summary, clock, onTrouble: trouble("telling pages") });
  const plan: Planner = (change) => {
    const { alertname, severity } = change.alert;
    if (change.event?.kind === "firing" && !isKnownSeverity(severity)) {
      metrics.oddSeverities.inc();
      logger.warn({ alertname, severity }, "no known severity: it counts as a warning");
    }
    return deliveriesOf(change, config.subscriptions);
  };
  const links = linksAt(config.publicUrl, sealFor(secret, "take"), clock);
  const workers: Worker[] = [];
  const nudge = (): void => {
    for (const worker of workers) worker.nudge();
  };
  const take = ingestInto({
    store,
    plan,
    clock,
    steady,
    onDone: ({ changed, poisoned, repeated }, _receipts, seconds) => {
      metrics.received.inc({ result: "changed" }, changed);
      metrics.received.inc({ result: "repeated" }, repeated);
      metrics.received.inc({ result: "poisoned" }, poisoned);
      metrics.commits.observe(seconds);
      if (poisoned > 0) logger.warn({ poisoned }, "alerts that make no sense are in quarantine");
      if (changed === 0) return;
      changes.note();
      nudge();
    },
  });
  const { alertmanager } = config;
  const alertmanagers = alertmanager && (() => alertmanager.map(readAlertmanager));
  const app = await buildApp({
    store,
    plan,
    clock,
    take,
    metrics,
    changes,
    summary,
    nudge,
    logger,
    reach: reachOf(config.publicUrl),
    proxy,
    tokens,
    secret,
    users,
    readers: config.readers,
    metricsLogin,
    channels,
    kinds: Object.fromEntries(
      Object.entries(config.channels).map(([name, one]) => [name, one.kind]),
    ),
    links,
    journal,
    alertmanager: alertmanager?.map(({ url }) => url).join(", "),
    silences: alertmanagers && silencesAt(alertmanagers, clock),
    tls: { cert, key },
  });
  const closeApp = closingWithin(app.server, () => app.close());
  const [, host = "", port = "0"] = /^(.*):(\d+)$/.exec(config.listen) ?? [];
  const address = await app.listen({
    host: host.replaceAll(/[[\]]/g, "") || "0.0.0.0",
    port: Number(port),
  });

  const names = channels.map(({ name }) => name);
  for (const channel of channels) workers.push(startChannel(channel));
  const jobs = startJobs();
  logger.info(
    { address, channels: names },
    store.state().up ? "takes alerts in" : "runs, but cannot take alerts in yet",
  );

  /** Once when it begins and once when it is over, however many fail meanwhile. */
  function sayState({ up, why }: StoreState): void {
    if (up) logger.info("the memory works again: takes alerts in");
    else logger.error({ why }, "the memory fails: alerts are answered with 503 until it works");
  }

  function startChannel(channel: (typeof channels)[number]): Worker {
    return startWorker({
      store,
      channel,
      links,
      clock,
      onTrouble: trouble(`telling ${channel.name}`),
      onDone: (result, why, alerts) => {
        metrics.notifications.inc({ channel: channel.name, result });
        journal.note(parts.channel(channel.name), result === "sent" ? "" : why);
        const { level, words } = spoken[result];
        logger[level]({ channel: channel.name, alerts, ...(why !== "" && { why }) }, words);
        changes.note();
      },
    });
  }

  function startJobs(): (() => Promise<void>)[] {
    const { retentionDays } = config;
    const ping = onceAMinute(async () => {
      if (!beat) return;
      const outcome = await beat();
      metrics.heartbeats.inc({ result: outcome.kind === "sent" ? "sent" : "failed" });
      journal.note(parts.heartbeat, "why" in outcome ? outcome.why : "");
    });
    const watch = watchOf({
      store,
      plan,
      clock,
      elapsed: () => performance.now(),
      steady,
      take,
      silence,
      listed: alertmanagers && (() => listAll(alertmanagers())),
      retention: retentionDays * day,
    });
    return [
      every(second, trouble("looking at the clock"), lookAtClock),
      every(second, trouble("ending snoozes"), async () => {
        if ((await watch.wake()) === 0) return;
        changes.note();
        nudge();
      }),
      every(15 * second, trouble("listening for heartbeats"), async () => {
        if (await watch.listen()) await ping(clock());
      }),
      every(comparing, trouble("comparing with Alertmanager"), async () => {
        try {
          const { found, lost, missing = "" } = await watch.reconcile();
          journal.note(parts.comparison, missing);
          if (missing !== "") metrics.reconciled.inc({ result: "failed" });
          metrics.reconciled.inc({ result: "found" }, found);
          metrics.reconciled.inc({ result: "lost" }, lost);
          if (found + lost === 0) return;
          logger.warn({ found, lost }, "Alertmanager's list was different");
          changes.note();
          nudge();
        } catch (error) {
          metrics.reconciled.inc({ result: "failed" });
          journal.note(parts.comparison, error instanceof Error ? error.message : String(error));
          throw error;
        }
      }),
      every(minute, trouble("looking for messages to channels that are gone"), async () => {
        for (const [channel, count] of await giveUpStrays(store, names, clock())) {
          metrics.notifications.inc({ channel, result: "dead" }, count);
          logger.error({ channel, alerts: count }, "given up: there is no such channel any more");
          changes.note();
        }
      }),
      every(60 * minute, trouble("forgetting what is old"), async () => {
        await watch.prune();
      }),
    ];
  }

  return {
    address,
    stop: async () => {
      await changes.close();
      await closeApp();
      await Promise.all([...jobs.map((stop) => stop()), ...workers.map((worker) => worker.stop())]);
      await store.close();
      logger.info("stopped");
    },
  };
}
