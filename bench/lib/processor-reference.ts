/**
 * The processor with a commit for each message: what it would be without its one idea. All else is the
 * same, the files it reads included.
 *
 * node bench/lib/processor-reference.ts CONFIG PORT DATABASE
 */
import { buildApp } from "../../services/alert-processor/service/app.ts";
import { changesHub } from "../../services/alert-processor/service/changes.ts";
import {
  readConfig,
  readSecret,
  readTokens,
  readWeb,
} from "../../services/alert-processor/service/config.ts";
import { journalOf } from "../../services/alert-processor/service/journal.ts";
import { linksAt } from "../../services/alert-processor/service/links.ts";
import { metricsOf } from "../../services/alert-processor/service/metrics.ts";
import { reachOf } from "../../services/alert-processor/service/paths.ts";
import { openStoreOf } from "../../services/alert-processor/service/open-store.ts";
import { openPatiently } from "../../services/alert-processor/store/patient.ts";
import { createLogger } from "../../services/alert-processor/service/logger.ts";
import { summaryOf } from "../../services/alert-processor/service/summary.ts";
import { sealFor } from "../../services/alert-processor/service/tokens.ts";

const [, , configFile = "", port = "", path = ""] = process.argv;
const config = readConfig(configFile);
const { cert, key, users } = readWeb(config.webFile);
const store = await openPatiently({
  open: () => openStoreOf({ kind: "sqlite", path }),
  isHopeless: () => true,
  onError: () => undefined,
  onState: () => undefined,
});
const plan = (): [] => [];
const journal = journalOf(Date.now);
const summary = summaryOf({ store, clock: Date.now, journal, silence: 300_000 });
const app = await buildApp({
  store,
  plan,
  clock: Date.now,
  take: async (receipt) => {
    await store.ingest([receipt], plan, Date.now());
  },
  metrics: metricsOf([]),
  changes: changesHub({ store, summary, clock: Date.now, onTrouble: () => undefined }),
  summary,
  nudge: () => undefined,
  channels: [],
  kinds: {},
  links: linksAt(config.publicUrl, sealFor(readSecret(config.secretFile), "take"), Date.now),
  journal,
  alertmanager: undefined,
  silences: undefined,
  logger: createLogger(),
  reach: reachOf(config.publicUrl),
  proxy: undefined,
  tokens: readTokens(config.tokensFile),
  secret: readSecret(config.secretFile),
  readers: [],
  users,
  tls: { cert, key },
});
await app.listen({ host: "127.0.0.1", port: Number(port) });
