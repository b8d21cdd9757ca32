import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:https";
import { join } from "node:path";
import type { Place } from "../service/harness.ts";

/** A reverse proxy that signs people in with a cookie of its own, as oauth2-proxy and its like do. */
export interface ReverseProxy {
  readonly url: string;
  /** Ends every session. */
  forget(): void;
  /** What was sent on, the paths of it. */
  readonly paths: readonly string[];
  close(): void;
}

export interface ReverseProxyOptions {
  readonly port: number;
  /** The path that it has for the processor. */
  readonly base: string;
  /** Whether it takes the path away before it sends a request on. */
  readonly strips: boolean;
  readonly secret: string;
}

/** `/sso?as=NAME&groups=A,B` signs in. */
export async function reverseProxy(
  place: Place,
  options: ReverseProxyOptions,
): Promise<ReverseProxy> {
  const { base, port, secret, strips } = options;
  const file = (name: string): string => readFileSync(join(place.folder, name), "utf8");
  const sessions = new Map<string, { readonly name: string; readonly groups: string }>();
  const paths: string[] = [];

  const server = createServer(
    { cert: file("tls.crt"), key: file("tls.key") },
    (incoming, answer) => {
      const url = new URL(incoming.url ?? "/", `https://127.0.0.1:${port}`);
      if (url.pathname === "/sso") {
        const name = url.searchParams.get("as");
        answer.setHeader("content-type", "text/html");
        if (name === null) {
          answer.end("<!doctype html><title>Who are you?</title><h1>Who are you?</h1>");
          return;
        }
        const id = String(sessions.size + 1);
        sessions.set(id, { name, groups: url.searchParams.get("groups") ?? "" });
        answer
          .writeHead(302, { location: `${base}/`, "set-cookie": `sso=${id}; Path=/; Secure` })
          .end();
        return;
      }
      if (url.pathname === "/sso/out") {
        answer.writeHead(302, { location: "/sso", "set-cookie": "sso=; Path=/; Max-Age=0" }).end();
        return;
      }
      if (base !== "" && url.pathname !== base && !url.pathname.startsWith(`${base}/`)) {
        answer.writeHead(404, { "content-type": "text/html" }).end("something else of this host");
        return;
      }
      const session = sessions.get(/\bsso=(\d+)/.exec(incoming.headers.cookie ?? "")?.[1] ?? "");
      const open = url.pathname.startsWith(`${base}/take/`);
      if (session === undefined && !open) {
        answer.writeHead(302, { location: "/sso" }).end();
        return;
      }
      const path = strips ? (incoming.url ?? "/").slice(base.length) || "/" : (incoming.url ?? "/");
      paths.push(path);
      const headers = { ...incoming.headers };
      for (const name of Object.keys(headers)) {
        if (/^x-(?:forwarded|vigil)-/.test(name)) Reflect.deleteProperty(headers, name);
      }
      const sent = request(`${place.url}${path.startsWith("/") ? path : `/${path}`}`, {
        agent: false,
        rejectUnauthorized: false,
        method: incoming.method ?? "GET",
        headers: {
          ...headers,
          host: new URL(place.url).host,
          "x-forwarded-for": "203.0.113.7",
          "x-forwarded-host": `127.0.0.1:${port}`,
          "x-vigil-proxy-secret": secret,
          ...(session && {
            "x-forwarded-user": Buffer.from(session.name).toString("latin1"),
            "x-forwarded-groups": session.groups,
          }),
        },
      });
      sent.on("response", (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      sent.on("error", () =>
        answer.writeHead(502, { "content-type": "text/html" }).end("bad gateway"),
      );
      answer.on("close", () => sent.destroy());
      incoming.pipe(sent);
    },
  ).listen(port, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `https://127.0.0.1:${port}`,
    forget: () => {
      sessions.clear();
    },
    paths,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
