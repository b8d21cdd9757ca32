import helmet from "@fastify/helmet";
import swagger from "@fastify/swagger";
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
} from "fastify";
import {
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
} from "fastify-type-provider-zod";
import type { Channel, Links } from "../channels/channel.ts";
import { LifecycleError } from "../core/lifecycle.ts";
import { PayloadError } from "../core/payload.ts";
import type { Planner } from "../core/writes.ts";
import { DatabaseError } from "../store/database-error.ts";
import { type PatientStore, StoreDownError } from "../store/patient.ts";
import { ConflictError, UnknownAlertError } from "../store/store.ts";
import { accessOf } from "./access.ts";
import type { Changes } from "./changes.ts";
import type { Clock } from "./clock.ts";
import { compressAnswers } from "./compress.ts";
import type { Doubt } from "./doubt.ts";
import { firstOf } from "./first.ts";
import { type Ingest, OverloadedError } from "./ingest.ts";
import type { Journal } from "./journal.ts";
import type { Metrics } from "./metrics.ts";
import { metricsAccess, type MetricsLogin } from "./metrics-access.ts";
import { apiAt, describe } from "./openapi.ts";
import { type Reach, within } from "./paths.ts";
import { among, type Proxy } from "./proxy.ts";
import { alertRoutes } from "./routes/alerts.ts";
import { hookRoutes, type HookResult } from "./routes/hooks.ts";
import { ingestRoutes } from "./routes/ingest.ts";
import { openRoutes } from "./routes/open.ts";
import { operationRoutes } from "./routes/operation.ts";
import { inlineScript, pageRoutes } from "./routes/page.ts";
import { sessionRoutes } from "./routes/session.ts";
import { silenceRoutes } from "./routes/silences.ts";
import { takeRoutes } from "./routes/take.ts";
import type { Summary } from "./summary.ts";
import type { Silences } from "./silences.ts";
import { sealFor } from "./tokens.ts";
import { usersOf } from "./users.ts";

export interface AppOptions {
  readonly store: PatientStore;
  readonly plan: Planner;
  readonly clock: Clock;
  readonly take: Ingest;
  readonly metrics: Metrics;
  readonly changes: Changes;
  readonly summary: () => Promise<Summary>;
  /** Something may be due to channels now. */
  readonly nudge: () => void;
  readonly logger: FastifyBaseLogger;
  /** Where people reach it. */
  readonly reach: Reach;
  /** A proxy that signs people in; undefined where there is none. */
  readonly proxy: Proxy | undefined;
  /** Bearer tokens of the senders. */
  readonly tokens: readonly string[];
  /** @default no alert is in doubt */
  readonly doubt?: Pick<Doubt, "before"> | undefined;
  /** The key for signing links and sessions. */
  readonly secret: string;
  /** bcrypt by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** Names of users with read-only access. */
  readonly readers: readonly string[];
  /** The login that reads metrics without signing in to the page. */
  readonly metricsLogin?: MetricsLogin | undefined;
  /** The channels, each with its kind. */
  readonly channels: readonly Channel[];
  readonly kinds: Readonly<Record<string, string>>;
  readonly links: Links;
  readonly journal: Journal;
  /** Where Alertmanager is; undefined where there is none. */
  readonly alertmanager: string | undefined;
  /** Undefined where there is no Alertmanager. */
  readonly silences: Silences | undefined;
  readonly tls: { readonly cert: string; readonly key: string };
}

/** Statuses of errors that are not our fault. */
function statusOf(error: unknown): number | undefined {
  if (hasZodFastifySchemaValidationErrors(error)) return 400;
  if (error instanceof PayloadError || error instanceof SyntaxError) return 400;
  if (error instanceof UnknownAlertError) return 404;
  if (error instanceof ConflictError) return 409;
  if (error instanceof LifecycleError) return 422;
  const { statusCode } = error as Partial<FastifyError>;
  return statusCode !== undefined && statusCode < 500 ? statusCode : undefined;
}

/** The HTTP service: decisions are made elsewhere, this identifies callers and maps results to answers. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { changes, channels, clock, logger, metrics, nudge, plan, proxy, reach, secret } = options;
  const { store, summary, tls } = options;
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    // A line for each message would be all there is in the log.
    logController: new LogController({ disableRequestLogging: true }),
    https: { ...tls, minVersion: "TLSv1.2" },
    bodyLimit: 64 * 1024,
    // Longer than the senders' pause between two messages: a connection closed under them is an error.
    keepAliveTimeout: 120_000,
    requestTimeout: 30_000,
    // Links that take all alerts of a message name them all.
    routerOptions: { maxParamLength: 8_000 },
    rewriteUrl: ({ url = "/" }) => within(reach, url),
    // Whose address is meant: of what comes from the proxy, the one before it.
    ...(proxy && { trustProxy: among(proxy.from) }),
  });
  // Content types that a form of another site can send without a preflight.
  app.removeContentTypeParser("text/plain");
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest("user", "");
  app.decorateRequest("person", undefined);

  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    const message = error instanceof Error ? error.message : String(error);
    if (status !== undefined) return reply.code(status).send({ error: message });
    const down = error instanceof DatabaseError || error instanceof StoreDownError;
    if (error instanceof OverloadedError) metrics.overloaded.inc();
    else if (!down)
      request.log.error({ err: error, route: request.routeOptions.url }, "request failed");
    // Never a 4xx: Alertmanager would not try again. What is inside is for those who have signed in.
    const why =
      down && request.user !== ""
        ? `the database fails: ${message}`
        : "temporarily unavailable, try again";
    return reply.code(503).header("retry-after", "1").send({ error: why });
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "other";
    metrics.requests.inc({ method: request.method, route, code: String(reply.statusCode) });
    done();
  });

  const since = clock();
  compressAnswers(app);
  const access = accessOf({
    clock,
    log: logger,
    proxy,
    reach,
    readers: options.readers,
    seal: sealFor(secret, "session"),
    store,
    users: usersOf(options.users),
  });

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "base-uri": [reach.base === "" ? "'none'" : "'self'"],
        "connect-src": ["'self'"],
        "default-src": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "data:"],
        "manifest-src": ["'self'"],
        "script-src": ["'self'", inlineScript],
        "style-src": ["'self'"],
      },
    },
    // It would hold for every port of this name, and others may listen there.
    strictTransportSecurity: false,
    referrerPolicy: { policy: "same-origin" },
  });
  await app.register(swagger, {
    openapi: apiAt(reach),
    transform: describe,
  });

  const names = channels.map(({ name }) => name);
  await app.register((scope, _, done) => {
    const onOverload = (): void => {
      metrics.overloaded.inc();
    };
    ingestRoutes(scope, { clock, tokens: options.tokens, take: options.take, onOverload });
    done();
  });
  await app.register((scope, _, done) => {
    scope.addHook("onRequest", access.required);
    const mayBeGiven = (name: string): boolean => access.mayBeGiven(name);
    alertRoutes(scope, { store, plan, clock, changes, nudge, channels: names, mayBeGiven });
    openRoutes(scope, { store, clock, changes, summary });
    operationRoutes(scope, options);
    silenceRoutes(scope, { store, clock, silences: options.silences });
    done();
  });
  const onChanged = (): void => {
    changes.note();
    nudge();
  };
  await app.register((scope, _, done) => {
    const onHeard = (channel: string, result: HookResult): void => {
      metrics.heard.inc({ channel, result });
    };
    const { journal, links } = options;
    hookRoutes(scope, {
      store,
      plan,
      clock,
      channels,
      journal,
      page: links.page,
      onHeard,
      onChanged,
    });
    done();
  });
  await app.register((scope, _, done) => {
    takeRoutes(scope, { store, plan, clock, seal: sealFor(secret, "take"), onTaken: onChanged });
    done();
  });
  const offers = { channels: names, alertmanager: options.alertmanager !== undefined };
  sessionRoutes(app, { access, offers });
  const first = firstOf({ access, store, summary, clock, offers });
  await pageRoutes(app, { first, base: reach.base });

  const operation = (summary: string) => ({ summary, tags: ["operation"] });
  app.get(
    "/openapi.json",
    { onRequest: access.required, schema: operation("This description") },
    () => app.swagger(),
  );
  const watched = (summary: string) => ({
    onRequest: metricsAccess(options.metricsLogin, access),
    schema: operation(summary),
  });
  app.get("/metrics", watched("Metrics for Prometheus"), async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.render(store, clock, since, options.doubt)),
  );
  app.get("/-/healthy", watched("Whether it runs"), () => "It runs.\n");
  app.get("/-/ready", watched("Whether it accepts alerts"), async () => {
    await store.depth();
    return "It accepts alerts.\n";
  });
  return app;
}
