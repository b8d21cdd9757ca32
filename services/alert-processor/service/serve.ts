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
import { doubtOf, type DoubtState } from "./doubt.ts";
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
import { heartbeatTo } from "./heartbeat.ts";
import { ingestInto } from "./ingest.ts";
import { startJobs } from "./jobs.ts";
import { journalOf, parts } from "./journal.ts";
import { linksAt } from "./links.ts";
import { metricsOf } from "./metrics.ts";
import { reachOf } from "./paths.ts";
import { DatabaseError, DatabaseOptionsError } from "../store/database-error.ts";
import { openPatiently, StoreDownError, type StoreState } from "../store/patient.ts";
import { SchemaError } from "../store/schema.ts";
import { resumeStoreOf } from "./open-store.ts";
import { doubts, spoken } from "./spoken.ts";
import { summaryOf } from "./summary.ts";
import { silencesAt } from "./silences.ts";
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
  const beat =
    urlFile === undefined ? undefined : heartbeatTo({ ...access, url: readSecret(urlFile) });
  const trouble = (what: string) => (error: unknown) => {
    // That the memory is down is said once, not by each job that asks it every second.
    const known = error instanceof DatabaseError || error instanceof StoreDownError;
    logger[known ? "debug" : "error"]({ err: error }, `${what} failed; retrying`);
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
  const elapsed = (): number => performance.now();
  const doubt =
    config.alertmanager &&
    doubtOf({ clock, elapsed, heardBefore: (at) => store.heardBefore(at), onState: sayDoubt });
  const silence = config.heartbeat.silence * second;
  const summary = summaryOf({ store, clock, journal, silence, doubt });
  const changes = changesHub({ store, summary, clock, onTrouble: trouble("updating pages") });
  const plan: Planner = (change) => {
    const { alertname, severity } = change.alert;
    if (change.event?.kind === "firing" && !isKnownSeverity(severity)) {
      metrics.oddSeverities.inc();
      logger.warn({ alertname, severity }, "unknown severity: it counts as a warning");
    }
    return deliveriesOf(change, config.subscriptions);
  };
  const links = linksAt(config.publicUrl, sealFor(secret, "take"), clock);
  const workers: Worker[] = [];
  const nudge = (): void => {
    for (const worker of workers) worker.nudge();
  };
  const onChanged = (): void => {
    changes.note();
    nudge();
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
      if (poisoned > 0) logger.warn({ poisoned }, "invalid alerts were put in quarantine");
      if (changed > 0) onChanged();
    },
  });
  const { alertmanager } = config;
  const alertmanagers = alertmanager && (() => alertmanager.map(readAlertmanager));
  const app = await buildApp({
    store,
    plan,
    clock,
    doubt,
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
  const watch = watchOf({
    store,
    plan,
    clock,
    elapsed,
    steady,
    doubt,
    take,
    silence,
    listed:
      alertmanagers &&
      (() => listAll(alertmanagers(), { signal: AbortSignal.timeout(30 * second) })),
    retention: config.retentionDays * day,
  });
  const jobs = startJobs({
    store,
    watch,
    clock,
    lookAtClock,
    beat,
    channels: names,
    // Alerts in doubt are asked for at once.
    compareAfter: (await doubt?.before().catch(() => undefined)) === undefined ? comparing : second,
    metrics,
    journal,
    logger,
    trouble,
    onChanged,
  });
  logger.info(
    { address, channels: names },
    store.state().up ? "accepting alerts" : "running, but cannot accept alerts yet",
  );

  /** Once when it begins and once when it is over, however many fail meanwhile. */
  function sayState({ up, why }: StoreState): void {
    if (up) logger.info("the database works again: accepting alerts");
    else logger.error({ why }, "the database fails: alerts are answered with 503 until it works");
  }

  function sayDoubt(state: DoubtState): void {
    const { level, words } = doubts[state];
    logger[level](words);
  }

  function startChannel(channel: (typeof channels)[number]): Worker {
    return startWorker({
      store,
      channel,
      links,
      clock,
      doubt,
      onTrouble: trouble(`notifying ${channel.name}`),
      onDone: (result, why, alerts) => {
        metrics.notifications.inc({ channel: channel.name, result });
        journal.note(parts.channel(channel.name), result === "sent" ? "" : why);
        const { level, words } = spoken[result];
        logger[level]({ channel: channel.name, alerts, ...(why !== "" && { why }) }, words);
        changes.note();
      },
    });
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
