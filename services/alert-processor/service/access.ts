import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Clock } from "./clock.ts";
import { guessLimit } from "./guesses.ts";
import { nonce, type Seal } from "./tokens.ts";
import type { Store } from "../store/store.ts";
import { basicOf, type Users } from "./users.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; empty where that is not known. */
    user: string;
  }
}

/** The prefix has browsers refuse it from other hosts and over plain HTTP. */
const cookieName = "__Host-vigil-session";

/** Where whoever may look signs in and out, too. */
export const sessionPath = "/v1/session";

const length = 12 * 3_600_000;

const sessionSchema = z.tuple([z.string(), z.string(), z.string()]);

/** `wait`: too many were wrong, so this one was not looked at. */
export type Verdict = "right" | "wrong" | "wait";

/** What somebody may do. */
export interface Rights {
  readonly name: string;
  readonly mayAct: boolean;
  readonly maySignOut: boolean;
  /** Who else may act, and so be handed an alert. */
  readonly people: readonly string[];
}

/** Who may do what. */
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
  /** What whoever asks may do, after {@link Access.required}. */
  rights(request: FastifyRequest): Rights;
  /** Who looks at the page; undefined where nobody is signed in at this browser. */
  whoIs(request: FastifyRequest): Promise<Rights | undefined>;
  /** Whether a request that changes something comes from our own pages, or from no browser at all. */
  sameOrigin(request: FastifyRequest): boolean;
}

export interface AccessOptions {
  /** Remembers who signed out. */
  readonly store: Pick<Store, "useOnce" | "wasUsed">;
  readonly users: Users;
  /** Names of users that may only look: machines, mostly. */
  readonly readers: readonly string[];
  readonly seal: Seal;
  readonly clock: Clock;
  /** Told who signed in, and who did not. */
  readonly log: Pick<FastifyBaseLogger, "info" | "warn">;
  /** Of our own pages: `https://host:port`. */
  readonly origin: string;
}

/** The value of our cookie among all that a browser sends; empty where it is not there. */
function cookieIn(header: string | undefined): string {
  const start = `${cookieName}=`;
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) ?? "";
}

/** Lax: a link in a message must find the person signed in. No script reads it. */
const cookieWith = (value: string, seconds: number): string =>
  `${cookieName}=${value}; Max-Age=${seconds}; Path=/; Secure; HttpOnly; SameSite=Lax`;

export function accessOf({
  clock,
  log,
  origin,
  readers,
  seal,
  store,
  users,
}: AccessOptions): Access {
  const guesses = guessLimit(clock, (name) => users.stamp(name) !== undefined);
  /** Sessions that ended here, with the time until which they would have been valid. */
  const ended = new Map<string, number>();

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
    const { data } = sessionSchema.safeParse(seal.open(cookieIn(request.headers.cookie), clock()));
    if (data === undefined) return undefined;
    const [user, stamp, name] = data;
    const id = `session ${name}`;
    if (stampOf(user) !== stamp || ended.has(id)) return undefined;
    return (await wasEnded(id)) ? undefined : { user, id };
  }

  // Without a memory there is nothing to see but that: who is to mend it must get that far.
  const wasEnded = (id: string): Promise<boolean> => store.wasUsed(id).catch(() => false);

  async function end(id: string): Promise<void> {
    for (const [one, until] of ended) if (until < clock()) ended.delete(one);
    ended.set(id, clock() + length);
    await store.useOnce(id, clock() + length);
  }

  // Who was right before is let in at once: a guesser must not lock Prometheus out.
  async function verify(address: string, name: string, password: string): Promise<Verdict> {
    if (users.remembers(name, password)) return "right";
    if (!guesses.begin(name, address)) return "wait";
    if (!(await users.verify(name, password))) {
      log.warn({ audit: "sign-in", user: name.slice(0, 200), address }, "a wrong name or password");
      return "wrong";
    }
    guesses.forgive(name, address);
    log.info({ audit: "sign-in", user: name, address }, "signed in");
    return "right";
  }

  function sameOrigin(request: FastifyRequest): boolean {
    const { origin: from, "sec-fetch-site": site } = request.headers;
    if (from !== undefined) return from === origin || from === `https://${request.host}`;
    return site === undefined || site === "same-origin";
  }

  /** A machine that reads has a password that lies in files: it must not be enough to quiet an alert. */
  async function required(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const refused = await known(request, reply);
    const { method, user } = request;
    const acts = !["GET", "HEAD"].includes(method) && request.routeOptions.url !== sessionPath;
    if (refused !== undefined || !acts || mayAct(user)) return refused;
    log.warn({ audit: "refused", user, route: request.routeOptions.url }, "may only look");
    return reply.code(403).send({ error: `${user} may only look` });
  }

  const mayAct = (name: string): boolean => !readers.includes(name);

  async function known(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const safe = request.method === "GET" || request.method === "HEAD";
    if (!safe && !sameOrigin(request)) {
      return reply.code(403).send({ error: "another site asked for this" });
    }
    const session = await sessionOf(request);
    // A browser always says where a request that changes something is from.
    if (session !== undefined && (safe || request.headers.origin !== undefined)) {
      request.user = session.user;
      return undefined;
    }
    const login = basicOf(request.headers.authorization);
    const verdict = login && (await verify(request.ip, ...login));
    if (login !== undefined && verdict === "right") {
      [request.user] = login;
      return undefined;
    }
    if (verdict === "wait") return reply.code(429).send({ error: "wait a minute" });
    // Our page asks with a form of its own: the browser's would come before it.
    const asked = request.headers["sec-fetch-site"] === undefined;
    if (asked) void reply.header("www-authenticate", 'Basic realm="vigil", charset="UTF-8"');
    return reply.code(401).send({ error: "sign in" });
  }

  const rightsOf = (name: string): Rights => ({
    name,
    mayAct: mayAct(name),
    maySignOut: true,
    people: users.names.filter(mayAct),
  });

  return {
    required,
    sameOrigin,
    rights: ({ user }) => rightsOf(user),
    whoIs: async (request) => {
      const session = await sessionOf(request);
      return session && rightsOf(session.user);
    },
    signIn: async (request, reply, name, password) => {
      const verdict = await verify(request.ip, name, password);
      if (verdict !== "right") return verdict;
      const until = clock() + length;
      const session = seal.sign([name, stampOf(name), nonce()], until);
      void reply.header("set-cookie", cookieWith(session, length / 1000));
      return "right";
    },
    signOut: async (request, reply) => {
      const session = await sessionOf(request);
      void reply.header("set-cookie", cookieWith("", 0));
      if (session !== undefined) await end(session.id);
    },
  };
}
