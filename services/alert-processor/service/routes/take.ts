import type { FastifyInstance, FastifyReply } from "fastify";
import { escapeHtml } from "../../channels/html.ts";
import { webAddress } from "../../channels/text.ts";
import { type Alert, isOpen } from "../../core/alert.ts";
import { graphName } from "../../core/payload.ts";
import { linkActor } from "../../core/own.ts";
import type { Planner } from "../../core/writes.ts";
import { ConflictError, type Store } from "../../store/store.ts";
import type { Clock } from "../clock.ts";
import { episodeOf, linkLife } from "../links.ts";
import type { Seal } from "../tokens.ts";

export interface TakeRoutes {
  readonly store: Store;
  readonly plan: Planner;
  readonly clock: Clock;
  readonly seal: Seal;
  /** Something changed. */
  readonly onTaken: () => void;
}

/** @param more - HTML: what there is to press. */
function page(title: string, texts: readonly string[], more = ""): string {
  const lines = texts.filter((text) => text !== "").map((text) => `<p>${escapeHtml(text)}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body class="take">
<main>
<h1>${escapeHtml(title)}</h1>
${lines.join("\n")}
${more}
<p><a href="/">All open alerts</a></p>
</main>
</body>
</html>
`;
}

/** What the alert is about, for the head of a page. */
const aboutOf = ({ annotations, instance, service, severity }: Alert): readonly string[] => [
  [severity, instance || service].filter((text) => text !== "").join(" · "),
  annotations["summary"] ?? "",
];

/** What helps whoever has it now. */
const help = [
  ["runbook_url", "Runbook"],
  ["dashboard_url", "Board"],
  [graphName, "Graph"],
] as const;

function linksFor({ annotations, fingerprint }: Alert): string {
  const found = help.flatMap(([key, name]) => {
    const url = webAddress(annotations[key]);
    if (url === undefined) return [];
    return [`<a href="${escapeHtml(url)}" rel="noopener noreferrer">${name}</a>`];
  });
  const own = `<a href="/#/alerts/${fingerprint}">What is known of it</a>`;
  return `<p class="links">${[...found, own].join("\n")}</p>`;
}

/** An alert to take, or a page that says why there is none. */
type Found = { readonly alert: Alert } | { readonly html: string };

/** The address of a message for the phone: takes an alert with one press, without signing in, once. */
export function takeRoutes(app: FastifyInstance, routes: TakeRoutes): void {
  const { clock, onTaken, plan, seal, store } = routes;

  async function find(token: string): Promise<Found> {
    const episode = episodeOf(token, seal, clock());
    if (episode === undefined) {
      const text = "It is older than a day, or not complete. Sign in to see what is open.";
      return { html: page("This link is not valid", [text]) };
    }
    const alert = await store.get(episode.fingerprint);
    if (alert?.startsAt !== episode.startsAt || !isOpen(alert)) {
      return { html: page("It is over", ["What this link was about has ended."]) };
    }
    if (alert.status === "acknowledged") {
      const who =
        alert.owner === linkActor
          ? "by a link like this one"
          : `${alert.owner ?? "somebody"} has it`;
      return { html: page(alert.alertname, [`It is taken: ${who}.`], linksFor(alert)) };
    }
    return { alert };
  }

  /** Takes what the link is about, as it is at that moment. */
  async function take(token: string): Promise<string> {
    const found = await find(token);
    if (!("alert" in found)) return found.html;
    const { alertname, fingerprint, version } = found.alert;
    try {
      await store.act(fingerprint, { kind: "acknowledge" }, linkActor, version, plan, clock());
    } catch (error) {
      // Something happened to it in between: it may be over, or have somebody.
      if (error instanceof ConflictError) return take(token);
      throw error;
    }
    onTaken();
    const text = "It is yours. Nobody is told again until it is given back.";
    return page(alertname, [text], linksFor(found.alert));
  }

  const send = (reply: FastifyReply, html: string): FastifyReply =>
    reply
      .header("cache-control", "no-store")
      .header("referrer-policy", "no-referrer")
      .type("text/html; charset=utf-8")
      .send(html);

  app.setErrorHandler((error, request, reply) => {
    request.log.error({ err: error }, "a link could not be followed");
    const text =
      "The alert processor's memory does not answer now. Nothing has changed: try again soon.";
    return send(reply.code(503).header("retry-after", "10"), page("Not now", [text]));
  });

  // A form without fields; what it carries is the address itself.
  app.addContentTypeParser("application/x-www-form-urlencoded", (_, payload, done) => {
    payload.resume().on("end", () => {
      done(null);
    });
  });

  // Looking changes nothing: programs that show a preview of a link look at it too.
  app.get<{ Params: { token: string } }>(
    "/take/:token",
    { schema: { hide: true } },
    async ({ params }, reply) => {
      const found = await find(params.token);
      if (!("alert" in found)) return send(reply, found.html);
      const button = '<form method="post"><button type="submit">I take it</button></form>';
      return send(reply, page(found.alert.alertname, aboutOf(found.alert), button));
    },
  );

  app.post<{ Params: { token: string } }>(
    "/take/:token",
    { bodyLimit: 1_000, schema: { hide: true } },
    async ({ ip, log, params }, reply) => {
      const found = await find(params.token);
      if (!("alert" in found)) return send(reply, found.html);
      if (await store.wasUsed(params.token)) {
        const text = "This link was used before. Sign in to take it again.";
        return send(reply, page(found.alert.alertname, [text], linksFor(found.alert)));
      }
      const html = await take(params.token);
      const { alertname, fingerprint } = found.alert;
      log.info(
        { audit: "acknowledge", user: linkActor, address: ip, alertname, fingerprint },
        "acted",
      );
      // Last: a link is not spent on what failed. Of two at the same moment the second finds it taken.
      await store.useOnce(params.token, clock() + linkLife);
      return send(reply, html);
    },
  );
}
