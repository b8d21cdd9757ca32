import { readFileSync } from "node:fs";
import { request } from "node:https";
import { z } from "zod";
import type { Listed } from "./watch.ts";

/** Where Alertmanager's API is, and how to sign in there. */
export const alertmanagerSchema = z.strictObject({
  url: z.url({ protocol: /^https$/ }),
  username: z.string().min(1),
  passwordFile: z.string().min(1),
  caFile: z.string().min(1),
  /** Name of the receiver that is this processor. */
  receiver: z.string().min(1).default("processor"),
});

export type AlertmanagerConfig = z.infer<typeof alertmanagerSchema>;

const groups = z.array(
  z.object({
    alerts: z.array(
      z.object({
        fingerprint: z.string(),
        startsAt: z.iso.datetime({ offset: true }),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
        status: z.object({ state: z.string() }),
      }),
    ),
  }),
);

const longest = 64 * 1024 * 1024;

/**
 * Reads what Alertmanager has for this receiver, what is silenced, inhibited or muted included: its list by
 * groups, because the plain one knows no routes and nothing of mutes.
 *
 * @throws where it does not answer 200.
 */
export async function listAlerts(config: AlertmanagerConfig): Promise<Listed[]> {
  const password = readFileSync(config.passwordFile, "utf8").trim();
  const address = new URL("api/v2/alerts/groups", config.url.replace(/\/*$/, "/"));
  address.searchParams.set("receiver", config.receiver.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const answered = await new Promise<string>((resolve, reject) => {
    const asked = request(
      address,
      {
        auth: `${config.username}:${password}`,
        ca: readFileSync(config.caFile),
        signal: AbortSignal.timeout(10_000),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > longest) response.destroy(new Error("the list of alerts is too long"));
        });
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode } = response;
          if (statusCode === 200) resolve(Buffer.concat(chunks).toString());
          else reject(new Error(`Alertmanager's list of alerts: it answered ${statusCode ?? 0}`));
        });
      },
    );
    asked.on("error", reject);
    asked.end();
  });
  const all = groups.parse(JSON.parse(answered)).flatMap(({ alerts }) => alerts);
  const listed = all.map(({ startsAt, status, ...rest }) => ({
    ...rest,
    active: status.state === "active",
    resolved: false,
    startsAt: Date.parse(startsAt),
    endsAt: null,
  }));
  // An alert may be in two groups; what one of them tells is told.
  const found = new Map<string, Listed>();
  for (const one of listed) {
    if (one.active || !found.has(one.fingerprint)) found.set(one.fingerprint, one);
  }
  return [...found.values()];
}
