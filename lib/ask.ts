import { request } from "node:https";

/** An answer of a service. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface AskOptions {
  readonly authority: string;
  readonly login?: { readonly username: string; readonly password: string };
  /** Sent as bearer. */
  readonly token?: string | undefined;
  /** The caller's own certificate and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly method?: "DELETE" | "GET" | "PATCH" | "POST" | "PUT";
  /** Sent as JSON; with PATCH, as a merge patch. */
  readonly body?: unknown;
  /** How long an answer may take. @default 5 */
  readonly seconds?: number;
}

/** Asks a service over TLS, its certificate checked against the estate's authority. */
export function ask(url: string, options: AskOptions): Promise<Answer> {
  const { authority, body, cert, key, login, method = "GET", seconds = 5, token } = options;
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        ca: authority,
        cert,
        key,
        method,
        timeout: seconds * 1000,
        ...(login && { auth: `${login.username}:${login.password}` }),
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "content-type": type }),
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: text });
        });
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`${url} does not answer`)));
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** How one asks with a certificate of one's own. */
export const asHolder = (own: {
  readonly certificate: string;
  readonly key: string;
}): Pick<AskOptions, "cert" | "key"> => ({ cert: own.certificate, key: own.key });
