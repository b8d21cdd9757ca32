import { request } from "node:https";
import type { Outputs } from "./outputs.ts";

/** An answer of a service. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface AskOptions {
  readonly authority: string;
  readonly login?: { readonly username: string; readonly password: string };
  readonly method?: "GET" | "POST";
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** Asks a service over TLS, its certificate checked against the estate's authority. */
export function ask(url: string, options: AskOptions): Promise<Answer> {
  const { authority, body, login, method = "GET" } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        ca: authority,
        method,
        timeout: 5000,
        ...(login && { auth: `${login.username}:${login.password}` }),
        ...(body !== undefined && { headers: { "content-type": "application/json" } }),
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

/** A scrape target as Prometheus sees it. */
export interface TargetHealth {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: "up" | "down" | "unknown";
  readonly lastError: string;
}

/** An alert as Alertmanager holds it. */
export interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly status: { readonly state: string };
}

/** Questions to a running estate. */
export interface Estate {
  targets(): Promise<TargetHealth[]>;
  /** Names of rules that could not be evaluated. */
  brokenRules(): Promise<string[]>;
  alerts(): Promise<HeldAlert[]>;
  /** What the alert processor says of itself. */
  processor(): Promise<{ readonly heartbeats: readonly unknown[] }>;
  /** Alertmanagers that Prometheus sends to. */
  alertmanagers(): Promise<string[]>;
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { name: string; health: string }[] }[];
}

/** A client of the estate whose outputs these are. */
export function connect({
  alertmanager,
  authority,
  login,
  processor,
  prometheus,
}: Outputs): Estate {
  const json = async <T>(url: string): Promise<T> => {
    const { body, status } = await ask(url, { authority, login });
    if (status !== 200) throw new Error(`${url} answers ${status}`);
    return JSON.parse(body) as T;
  };
  const query = async <T>(path: string): Promise<T> =>
    (await json<{ data: T }>(`${prometheus?.url ?? ""}/api/v1/${path}`)).data;
  return {
    targets: async () =>
      (await query<{ activeTargets: TargetHealth[] }>("targets?state=active")).activeTargets,
    brokenRules: async () =>
      (await query<Rules>("rules")).groups.flatMap(({ rules }) =>
        rules.filter(({ health }) => health === "err").map(({ name }) => name),
      ),
    alertmanagers: async () =>
      (
        await query<{ activeAlertmanagers: { url: string }[] }>("alertmanagers")
      ).activeAlertmanagers.map(({ url }) => url),
    alerts: () => json<HeldAlert[]>(`${alertmanager?.url ?? ""}/api/v2/alerts`),
    processor: () => json(`${processor?.url ?? ""}/v1/status`),
  };
}
