import { hashSync } from "bcryptjs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { eventually } from "../../../../test/kit/eventually.ts";
import { identity } from "../../../../test/kit/pki.ts";
import { freePort } from "../../../../test/kit/programs.ts";
import type { AlertmanagerTarget } from "../../service/alertmanager-api.ts";
import { listAlerts } from "../../service/alertmanager.ts";

/** An Alertmanager that runs, with TLS and a login. */
export interface RealAlertmanager {
  /** How to ask it, for the receiver `processor`. */
  readonly target: AlertmanagerTarget & { readonly ca: string };
  /** Tells it of alerts as Prometheus does. @returns Its status. */
  post(alerts: readonly object[]): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Starts one with this configuration, which must know the receiver `processor`. */
export async function startAlertmanager(config: object): Promise<RealAlertmanager> {
  const { authority, leaf } = await identity();
  const folder = mkdtempSync(join(tmpdir(), "vigil-alertmanager-"));
  const files: Readonly<Record<string, string>> = {
    "alertmanager.yml": stringify(config),
    "tls.crt": leaf.certificate,
    "tls.key": leaf.key,
    "web.yml": stringify({
      tls_server_config: { cert_file: "tls.crt", key_file: "tls.key" },
      basic_auth_users: { ada: hashSync("lovelace", 4) },
    }),
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  const port = await freePort();
  const child = spawn(
    "alertmanager",
    [
      "--config.file=alertmanager.yml",
      "--storage.path=data",
      "--web.config.file=web.yml",
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const target = {
    url: `https://127.0.0.1:${port}`,
    login: { username: "ada", password: "lovelace" },
    ca: authority.certificate,
    receiver: "processor",
  };
  await eventually(() =>
    listAlerts(target).then(
      () => true,
      () => false,
    ),
  );
  return {
    target,
    post: (alerts) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          `${target.url}/api/v2/alerts`,
          {
            auth: "ada:lovelace",
            ca: target.ca,
            method: "POST",
            headers: { "content-type": "application/json" },
          },
          (incoming) => {
            resolve(incoming.resume().statusCode);
          },
        );
        outgoing.on("error", reject);
        outgoing.end(JSON.stringify(alerts));
      }),
    stop: async () => {
      const over = once(child, "exit");
      child.kill();
      await over;
      rmSync(folder, { recursive: true });
    },
  };
}
