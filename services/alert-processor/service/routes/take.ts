import type { FastifyInstance, FastifyReply } from "fastify";
import type { Alert } from "../../core/alert.ts";
import { linkActor } from "../../core/own.ts";
import type { Planner } from "../../core/writes.ts";
import { ConflictError, type Store } from "../../store/store.ts";
import type { Clock } from "../clock.ts";
import { episodesOf, linkLife } from "../links.ts";
import type { Seal } from "../tokens.ts";
import {
  invalidPage,
  isWaiting,
  laterPage,
  type Linked,
  linkedPage,
  takenPage,
  usedPage,
} from "./take-pages.ts";

export interface TakeRoutes {
  readonly store: Store;
  readonly plan: Planner;
  readonly clock: Clock;
  readonly seal: Seal;
  /** Something changed. */
  readonly onTaken: () => void;
}

const about = (summary: string) => ({
  schema: { summary, tags: ["links"], security: [] },
});

interface Route {
  readonly Params: { readonly token: string };
  readonly Querystring: { readonly only?: string };
}

/** The address of a message for the phone: takes its alerts with one press, without signing in, once. */
export function takeRoutes(app: FastifyInstance, routes: TakeRoutes): void {
  const { clock, onTaken, plan, seal, store } = routes;

  /** Alerts as they are now, whatever episode they are in: the beginning of one may have moved. */
  async function find(token: string, only?: string): Promise<Linked[] | undefined> {
    const episodes = episodesOf(token, seal, clock());
    if (episodes === undefined) return undefined;
    const found: Linked[] = [];
    for (const { fingerprint, startsAt } of episodes) {
      if (only !== undefined && only !== fingerprint) continue;
      const alert = await store.get(fingerprint);
      if (alert !== undefined) found.push({ alert, startsAt });
    }
    return found;
  }

  /** Takes an alert as it is at that moment; undefined where there is nothing to take any more. */
  async function take(linked: Linked): Promise<Alert | undefined> {
    if (!isWaiting(linked)) return undefined;
    const { fingerprint, version } = linked.alert;
    try {
      return await store.act(
        fingerprint,
        { kind: "acknowledge" },
        linkActor,
        version,
        plan,
        clock(),
      );
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      // Something happened to it in between: it may be over, or have somebody.
      const alert = await store.get(fingerprint);
      return alert === undefined ? undefined : take({ ...linked, alert });
    }
  }

  const send = (reply: FastifyReply, html: string): FastifyReply =>
    reply
      .header("cache-control", "no-store")
      .header("referrer-policy", "no-referrer")
      .type("text/html; charset=utf-8")
      .send(html);

  app.setErrorHandler((error, request, reply) => {
    request.log.error({ err: error }, "a link failed");
    return send(reply.code(503).header("retry-after", "10"), laterPage);
  });

  // A form without fields; what it carries is the address itself.
  app.addContentTypeParser("application/x-www-form-urlencoded", (_, payload, done) => {
    payload.resume().on("end", () => {
      done(null);
    });
  });

  // GET changes nothing: programs that show previews of links request it too.
  app.get<Route>(
    "/take/:token",
    about("Show the alerts that a message's link takes"),
    async ({ params }, reply) => {
      const found = await find(params.token);
      return send(reply, found === undefined ? invalidPage : linkedPage(found));
    },
  );

  app.post<Route>(
    "/take/:token",
    {
      bodyLimit: 1_000,
      ...about("Take the alerts of a message's link; ?only= takes one of several"),
    },
    async ({ ip, log, params: { token }, query: { only } }, reply) => {
      const found = await find(token, only);
      if (found === undefined) return send(reply, invalidPage);
      const waiting: Linked[] = [];
      const idOf = ({ alert }: Linked): string => `${token} ${alert.fingerprint}`;
      for (const one of found) {
        if (isWaiting(one) && !(await store.wasUsed(idOf(one)))) waiting.push(one);
      }
      const [used] = found.filter(isWaiting);
      if (waiting.length === 0) {
        return send(reply, used === undefined ? linkedPage(found) : usedPage(used.alert));
      }
      const taken: Alert[] = [];
      for (const one of waiting) {
        const alert = await take(one);
        // Last: a link is not spent on what failed. Of two at the same moment the second finds it taken.
        await store.useOnce(idOf(one), clock() + linkLife);
        if (alert === undefined) continue;
        const { alertname, fingerprint } = alert;
        const audit = { audit: "acknowledge", user: linkActor, address: ip };
        log.info({ ...audit, alertname, fingerprint }, "acted");
        taken.push(alert);
        onTaken();
      }
      const now = taken.length > 0 ? undefined : await find(token, only);
      return send(reply, now === undefined ? takenPage(taken) : linkedPage(now));
    },
  );
}
