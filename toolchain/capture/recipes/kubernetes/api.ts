import { request } from "node:https";
import { UserError } from "../../../errors.ts";

/** Who asks: the bearer of a token, the owner of a certificate, or nobody. */
export interface Caller {
  readonly token?: string | undefined;
  readonly cert?: string;
  readonly key?: string;
}

/** A question to a program of the cluster. */
export interface Question extends Caller {
  readonly method?: "DELETE" | "GET" | "PATCH" | "POST" | "PUT";
  /** Sent as JSON; with PATCH, as a merge patch. */
  readonly body?: unknown;
}

/** An answer, whatever its status. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Asks a program whose certificate `authority` signed. */
export function askOver(authority: string, url: string, question: Question = {}): Promise<Reply> {
  const { body, cert, key, method = "GET", token } = question;
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        ca: authority,
        cert,
        key,
        method,
        timeout: 30_000,
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

/** The body of an answer that had to be a good one. */
export function granted(what: string, { body, status }: Reply): string {
  if (status >= 300) throw new UserError(`${what} answers ${status}`, { details: [body] });
  return body;
}
