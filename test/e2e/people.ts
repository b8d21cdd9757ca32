/** Two channels to people, a webhook and mail, that write down who told them what. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  bodyOf,
  headersOf,
  login,
  mailServer,
  type Received,
} from "../../services/alert-processor/test/channels/mail-server.ts";
import { poll } from "../../lib/poll.ts";
import { throwAway } from "../kit/pki.ts";
import type { Told } from "./webhook.ts";
import type { Workspace } from "./workspace.ts";

/** What a webhook gets: from Alertmanager with a state for each alert, from the processor with one for all. */
interface Body {
  readonly alerts: readonly (Pick<Told, "labels"> & { readonly status?: string })[];
  readonly occasion?: string;
}

export interface People {
  /** Who told of an alert that it fires and by what, once for each time: `mail by processor`. */
  told(alertname: string): string[];
  /** Waits until the webhook was told of an alert in that state. */
  until(alertname: string, status: Told["status"]): Promise<void>;
  /** Every name that was told, but for those of service levels. */
  names(): string[];
  /** Has a stack tell them, by `vigil:channels`. */
  configure(place: Workspace): Promise<void>;
  /** Has a stack tell them that no longer has a processor. */
  withoutProcessor(place: Workspace): void;
  close(): Promise<void>;
}

const by = (processor: boolean): string => (processor ? "processor" : "alertmanager");

function isOver(mail: Received): boolean {
  const subject = headersOf(mail).find((line) => /^subject:/i.test(line)) ?? "";
  return /^subject: *(?:\[resolved|resolved|no longer)|alerts over/i.test(subject);
}

/** How each server is brought to trust them, and is not made to wait minutes with what can wait. */
const servers = {
  alertmanager: `env: { ...args.env, SSL_CERT_FILE: authority },
      files: {
        ...args.files,
        "alertmanager.yml": faster((args.files as Record<string, unknown>)["alertmanager.yml"]),
      }`,
  processor: "env: { ...args.env, NODE_EXTRA_CA_CERTS: authority }",
};

function writeTransforms({ folder }: Workspace, names: readonly (keyof typeof servers)[]): void {
  const entries = names.map(
    (name) => `  "vigil:index:Process::${name}": (args) => ({
    args: {
      ...args,
      ${servers[name]},
    },
  }),`,
  );
  writeFileSync(
    join(folder, "transforms.ts"),
    `import type { Transforms } from "./components/transform-types.ts";

const authority = ${JSON.stringify(join(folder, "people.crt"))};
const faster = (text: unknown) =>
  String(text).replace(/group_wait: .+/g, "group_wait: 1s").replace(/group_interval: .+/g, "group_interval: 2s");

export default {
${entries.join("\n")}
} satisfies Transforms;
`,
  );
}

export async function openPeople(): Promise<People> {
  const { ca, server } = await throwAway([]);
  const mail = await mailServer(server);
  const posted: (Told & { readonly how: string })[] = [];
  const web = createServer({ cert: server.certificate, key: server.key }, (request, response) => {
    void text(request).then((body) => {
      const { alerts, occasion } = JSON.parse(body) as Body;
      for (const { labels, status = occasion } of alerts) {
        const how = `webhook by ${by(occasion !== undefined)}`;
        posted.push({ labels, status: status === "resolved" ? status : "firing", how });
      }
      response.end();
    });
  });
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  const { port } = web.address() as AddressInfo;
  return {
    told: (name) => {
      const mails = mail.received
        .filter((one) => bodyOf(one).includes(name) && !isOver(one))
        .map(
          (one) => `mail by ${by(headersOf(one).some((line) => /^auto-submitted:/i.test(line)))}`,
        );
      const posts = posted.filter(
        ({ labels, status }) => labels["alertname"] === name && status === "firing",
      );
      return [...mails, ...posts.map(({ how }) => how)].sort();
    },
    until: async (name, status) => {
      await poll(
        () => posted.some((one) => one.labels["alertname"] === name && one.status === status),
        (so) => so,
        { every: 100 },
      );
    },
    names: () => [
      ...new Set(
        posted.flatMap(({ labels }) => ("slo" in labels ? [] : [labels["alertname"] ?? ""])),
      ),
    ],
    configure: async (place) => {
      writeFileSync(join(place.folder, "people.crt"), ca);
      writeTransforms(place, ["alertmanager", "processor"]);
      const plain = {
        transform: "transforms.ts",
        "channels.webhook.private": "true",
        "channels.email.to": "ada@example.com",
        "channels.email.from": "vigil@example.com",
        "channels.email.smarthost": `127.0.0.1:${mail.port}`,
        "channels.email.username": login.user,
      };
      const secret = {
        "channels.webhook.url": `https://127.0.0.1:${port}/a-secret-path`,
        "channels.email.password": login.password,
      };
      const pairs = [
        ...Object.entries(plain).map((pair) => ["--plaintext", `vigil:${pair.join("=")}`]),
        ...Object.entries(secret).map((pair) => ["--secret", `vigil:${pair.join("=")}`]),
      ];
      const set = ["pulumi", "config", "set-all", "--path", ...pairs.flat()];
      const { code, text: said } = await place.vigil(set);
      if (code !== 0) throw new Error(said);
    },
    withoutProcessor: (place) => {
      writeTransforms(place, ["alertmanager"]);
    },
    close: async () => {
      web.close();
      web.closeAllConnections();
      await mail.close();
    },
  };
}
