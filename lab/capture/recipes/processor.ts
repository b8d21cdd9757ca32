import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { ask } from "../../../lib/ask.ts";
import { checkout } from "../../../lib/checkout.ts";
import { tools } from "../../../tools/tools.ts";
import { tlsFiles } from "../answers.ts";
import type { Recipe } from "../recipe.ts";
import type { Session } from "../session.ts";

const folder = join(checkout, "services/alert-processor");
const login = { username: "ada", password: "lovelace" };
const token = "t".repeat(32);

/** Writes the files of a processor that tells a webhook where nobody listens; gives back the path. */
async function processorFile(
  session: Session,
  listen: string,
  { certificate, key }: { certificate: string; key: string },
): Promise<string> {
  const users = { [login.username]: await bcrypt.hash(login.password, 4) };
  const web = { tls_server_config: { cert_file: certificate, key_file: key } };
  return session.file(
    "processor.yml",
    JSON.stringify({
      listen,
      publicUrl: `https://${listen}`,
      webFile: await session.file("web.yml", JSON.stringify({ ...web, basic_auth_users: users })),
      tokensFile: await session.file("tokens", token),
      secretFile: await session.file("secret", "s".repeat(32)),
      store: { kind: "sqlite", path: session.path("memory.db") },
      channels: {
        hook: { kind: "webhook", url: "http://127.0.0.1:9/", private: true, plain: true },
        pager: {
          kind: "pagerduty",
          url: "http://127.0.0.1:9/",
          private: true,
          plain: true,
          keyFile: await session.file("key", "k".repeat(32)),
          webhookSecretFile: await session.file("hook", "h".repeat(32)),
        },
      },
      subscriptions: [
        { channel: "hook", after: [0] },
        { channel: "pager", after: [0] },
      ],
    }),
  );
}

/** An Alertmanager that tells the processor everything twice: with its token and without. */
const alertmanagerConfig = (url: string, authority: string): string => {
  const hook = (name: string, authorization?: object) => ({
    name,
    webhook_configs: [
      {
        url,
        http_config: {
          tls_config: { ca_file: authority },
          ...(authorization && { authorization }),
        },
      },
    ],
  });
  return JSON.stringify({
    route: {
      receiver: "known",
      group_by: ["alertname"],
      group_wait: "0s",
      routes: [{ receiver: "stranger", continue: true }, { receiver: "known" }],
    },
    receivers: [hook("known", { credentials: token }), hook("stranger")],
  });
};

export const processor: Recipe = {
  exporter: "alert-processor",
  tools: [tools.alertmanager],
  version: () =>
    (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version,
  reference: ({ alertmanager = "" }) =>
    `services/alert-processor on SQLite, told by alertmanager ${alertmanager} with its token and without, with a channel where nobody listens`,
  async capture(session, binaries) {
    const files = await tlsFiles(session);
    const authority = await readFile(files.authority, "utf8");
    const listen = `127.0.0.1:${await session.port()}`;
    await session.start("processor", process.execPath, [
      "--disable-warning=ExperimentalWarning",
      join(folder, "main.ts"),
      ...["serve", "--config", await processorFile(session, listen, files)],
    ]);
    const metrics = async (): Promise<string> =>
      (await ask(`https://${listen}/metrics`, { authority, login })).body;
    await session.until("the processor answers", async () => (await metrics()) !== "");

    const address = `127.0.0.1:${await session.port()}`;
    const config = alertmanagerConfig(`https://${listen}/v1/alerts`, files.authority);
    await session.start(
      "alertmanager",
      binaries["alertmanager"] ?? "",
      [
        `--config.file=${await session.file("alertmanager.yml", config)}`,
        `--storage.path=${session.path("alertmanager")}`,
        `--web.listen-address=${address}`,
        "--cluster.listen-address=",
      ],
      { ready: `http://${address}/-/ready` },
    );
    const sent = await ask(`http://${address}/api/v2/alerts`, {
      method: "POST",
      body: [{ labels: { alertname: "Capture", severity: "critical" } }],
    });
    if (sent.status !== 200) throw new Error(`alertmanager answers ${sent.status}: ${sent.body}`);
    const wanted = [
      /^vigil_processor_alerts_received_total\{result="changed"\} [1-9]/m,
      /^vigil_processor_http_requests_total\{method="POST",route="\/v1\/alerts",code="401"\} [1-9]/m,
      /^vigil_processor_notifications_total\{channel="hook",result="again"\} [1-9]/m,
      // Appears with the first collection of garbage.
      /^nodejs_gc_duration_seconds_count\{/m,
    ];
    for (const line of wanted)
      await session.until(`${line.source} is seen`, async () => line.test(await metrics()));
    session.saw(await metrics());
  },
};
