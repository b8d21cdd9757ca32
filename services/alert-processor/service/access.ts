import type {
  FastifyBaseLogger,
  FastifyContextConfig,
  FastifyReply,
  FastifyRequest,
} from "fastify";
import { z } from "zod";
import type { Clock } from "./clock.ts";
import { guessLimit } from "./guesses.ts";
import { nonce, type Seal } from "./tokens.ts";
import type { Store } from "../store/store.ts";
import { cookieAt } from "./cookie.ts";
import { newsWithin } from "./news.ts";
import type { Reach } from "./paths.ts";
import { claimsOf, type Proxy } from "./proxy.ts";
import { basicOf, type Users } from "./users.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The caller; empty where that is not known. */
    user: string;
    /** Undefined until it is known. */
    person: Person | undefined;
  }
  interface FastifyContextConfig {
    /** Whether users with read-only access may send it although it changes something. */
    readonly forAll?: boolean;
  }
}

/** For routes that change something but are open to read-only users, too: their own session. */
export const forAll: FastifyContextConfig = { forAll: true };

const length = 12 * 3_600_000;

const sessionSchema = z.tuple([z.string(), z.string(), z.string()]);

/** `wait`: too many were wrong, so this one was not looked at. */
export type Verdict = "right" | "wrong" | "wait";

/** A user's permissions. */
export interface Rights {
  readonly name: string;
  readonly mayAct: boolean;
  /** Whether a proxy signs in. */
  readonly byProxy: boolean;
  /** Whether a session of ours can end, or a proxy's by its address. */
  readonly maySignOut: boolean;
  /** Where a proxy's session ends; empty where there is none. */
  readonly signOutUrl: string;
  /** Other people who may act, and so be handed an alert. */
  readonly people: readonly string[];
}

/** Access control. */
export interface Access {
  /** Lets signed-in people and machines pass, and no page of another site in their name. */
  readonly required: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  /** Where name and password are right the answer carries a new session. */
  signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    name: string,
    password: string,
  ): Promise<Verdict>;
  /** The session is worth nothing from now on, here and in every replica. */
  signOut(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** The caller's permissions, after {@link Access.required}. */
  rights(request: FastifyRequest): Rights;
  /** The visitor of the page; undefined where nobody is signed in at this browser. */
  whoIs(request: FastifyRequest): Promise<Rights | undefined>;
  /** Whether somebody may be handed an alert: not users with read-only access. */
  mayBeGiven(name: string): boolean;
  /** Whether a request that changes something comes from our own pages, or from no browser at all. */
  sameOrigin(request: FastifyRequest): boolean;
}

export interface AccessOptions {
  /** Remembers who signed out. */
  readonly store: Pick<Store, "useOnce" | "wasUsed">;
  readonly users: Users;
  /** Names of users with read-only access: a machine's password lies in files, and must not quiet an alert. */
  readonly readers: readonly string[];
  /** A proxy that signs people in; undefined where there is none. */
  readonly proxy: Proxy | undefined;
  readonly seal: Seal;
  readonly clock: Clock;
  /** Told who signed in, and who did not. */
  readonly log: Pick<FastifyBaseLogger, "info" | "warn">;
  /** Where our own pages are. */
  readonly reach: Reach;
}

/** Somebody, by whatever they showed. */
interface Person {
  readonly name: string;
  readonly mayAct: boolean;
  readonly by: "proxy" | "session" | "password";
}

const nobody: Person = { name: "", mayAct: false, by: "session" };

/** The caller, or the reason for refusing. */
type Found = Person | { readonly status: 401 | 403 | 429; readonly why: string };

export function accessOf(options: AccessOptions): Access {
  const { clock, log, proxy, reach, readers, seal, store, users } = options;
  const cookie = cookieAt(reach);
  const claimOf = proxy && claimsOf(proxy);
  const mayAct = (name: string): boolean => !readers.includes(name);
  const people = users.names.filter(mayAct);
  const guesses = guessLimit(clock, (name) => users.stamp(name) !== undefined);
  /** Sessions that ended here, with the time until which they would have been valid. */
  const ended = new Map<string, number>();

  const isNews = newsWithin(length, clock);

  interface Session {
    readonly user: string;
    /** Under which its end is remembered. */
    readonly id: string;
  }

  // A session stands for its user's password, so that a new one ends them all; nothing of it can be read there.
  function stampOf(user: string): string | undefined {
    const stamp = users.stamp(user);
    return stamp === undefined ? undefined : seal.mark(JSON.stringify([user, stamp]));
  }

  async function sessionOf(request: FastifyRequest): Promise<Session | undefined> {
    const { data } = sessionSchema.safeParse(seal.open(cookie.in(request.headers.cookie), clock()));
    if (data === undefined) return undefined;
    const [user, stamp, name] = data;
    const id = `session ${name}`;
    if (stampOf(user) !== stamp || ended.has(id)) return undefined;
    return (await wasEnded(id)) ? undefined : { user, id };
  }

  // Without a memory there is nothing to see but that: who is to fix it must get that far.
  const wasEnded = (id: string): Promise<boolean> => store.wasUsed(id).catch(() => false);

  async function end(id: string): Promise<void> {
    for (const [one, until] of ended) if (until < clock()) ended.delete(one);
    ended.set(id, clock() + length);
    await store.useOnce(id, clock() + length);
  }

  // A password that was right before is accepted at once: a guesser must not lock Prometheus out.
  async function verify(address: string, name: string, password: string): Promise<Verdict> {
    if (users.remembers(name, password)) return "right";
    if (!guesses.begin(name, address)) return "wait";
    if (!(await users.verify(name, password))) {
      log.warn({ audit: "sign-in", user: name.slice(0, 200), address }, "wrong name or password");
      return "wrong";
    }
    guesses.forgive(name, address);
    log.info({ audit: "sign-in", user: name, address }, "signed in");
    return "right";
  }

  function sameOrigin(request: FastifyRequest): boolean {
    const { origin: from, "sec-fetch-site": site } = request.headers;
    if (from !== undefined) return from === reach.origin || from === `https://${request.host}`;
    return site === undefined || site === "same-origin";
  }

  /** From what a browser sends automatically: the proxy's headers come first, as they did for the proxy. */
  async function visitor(request: FastifyRequest): Promise<Found | undefined> {
    const claim = claimOf?.(request);
    if (claim?.kind === "refused") {
      const { why } = claim;
      if (isNews(`${request.ip} ${why}`)) {
        log.warn({ audit: "sign-in", address: request.ip, why }, "not signed in by a proxy");
      }
      return { status: 403, why };
    }
    if (claim?.kind === "person") {
      const { mayAct: may, name } = claim;
      if (isNews(name))
        log.info({ audit: "sign-in", user: name, address: request.ip, by: "proxy" }, "signed in");
      return { name, mayAct: may, by: "proxy" };
    }
    const session = await sessionOf(request);
    return session && { name: session.user, mayAct: mayAct(session.user), by: "session" };
  }

  async function identify(request: FastifyRequest, safe: boolean): Promise<Found> {
    const found = await visitor(request);
    // A browser always says where a request that changes something is from.
    if (
      found !== undefined &&
      (safe || request.headers.origin !== undefined || "status" in found)
    ) {
      return found;
    }
    const login = basicOf(request.headers.authorization);
    const verdict = login && (await verify(request.ip, ...login));
    if (login !== undefined && verdict === "right") {
      return { name: login[0], mayAct: mayAct(login[0]), by: "password" };
    }
    if (verdict === "wait") return { status: 429, why: "wait a minute" };
    return { status: 401, why: "sign in" };
  }

  async function required(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const safe = request.method === "GET" || request.method === "HEAD";
    if (!safe && !sameOrigin(request)) {
      const from = request.headers.origin ?? "elsewhere";
      const error = `this request was sent by another site, ${from}: publicUrl is ${reach.origin}`;
      return reply.code(403).send({ error });
    }
    const found = await identify(request, safe);
    if ("status" in found) {
      // Our page asks with a form of its own: the browser's would come before it.
      const asked = found.status === 401 && request.headers["sec-fetch-site"] === undefined;
      if (asked) void reply.header("www-authenticate", 'Basic realm="vigil", charset="UTF-8"');
      return reply.code(found.status).send({ error: found.why });
    }
    request.user = found.name;
    request.person = found;
    if (safe || found.mayAct || request.routeOptions.config.forAll === true) return undefined;
    const what = { user: found.name, address: request.ip, route: request.routeOptions.url };
    log.warn({ audit: "refused", ...what }, "read-only access");
    return reply.code(403).send({ error: `${found.name} has read-only access` });
  }

  /** A proxy's session ends there, and only there. */
  const rightsOf = ({ by, mayAct: may, name }: Person): Rights => {
    const byProxy = by === "proxy";
    const signOutUrl = byProxy ? (proxy?.signOutUrl ?? "") : "";
    const maySignOut = !byProxy || signOutUrl !== "";
    return { name, mayAct: may, byProxy, maySignOut, signOutUrl, people };
  };

  return {
    required,
    sameOrigin,
    rights: ({ person = nobody }) => rightsOf(person),
    whoIs: async (request) => {
      const found = await visitor(request);
      return found === undefined || "status" in found ? undefined : rightsOf(found);
    },
    mayBeGiven: (name) => !users.names.includes(name) || mayAct(name),
    signIn: async (request, reply, name, password) => {
      const verdict = await verify(request.ip, name, password);
      if (verdict !== "right") return verdict;
      const until = clock() + length;
      const session = seal.sign([name, stampOf(name), nonce()], until);
      void reply.header("set-cookie", cookie.with(session, length / 1000));
      return "right";
    },
    signOut: async (request, reply) => {
      const session = await sessionOf(request);
      void reply.header("set-cookie", cookie.with("", 0));
      if (session !== undefined) await end(session.id);
    },
  };
}
