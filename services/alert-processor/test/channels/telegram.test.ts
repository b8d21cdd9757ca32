import { type FakeServer, fakeServer, type Said, type Seen } from "./fake-server.ts";
import {
  alertAt,
  enough,
  hostile,
  hostileAlert,
  manyAlerts,
  messageOf,
  occasions,
  open,
} from "./messages.ts";

const token = "123456:A-b_C";

interface Sent {
  readonly chat_id: string;
  readonly text: string;
  readonly parse_mode: string;
  readonly disable_notification: boolean;
}

const no = (status: number, description: string, parameters?: object): Said => ({
  status,
  body: JSON.stringify({ ok: false, error_code: status, description, parameters }),
});

/** What is left of HTML after its entities are read; undefined where Telegram could not read it. */
function visible(html: string): string | undefined {
  const bare = html.replaceAll(/<b>|<\/b>|<a href="[^"<>]*">|<\/a>/g, "");
  if (/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/.test(bare)) return undefined;
  return bare.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, "x");
}

/** The Bot API as its documentation describes it. */
function telegram({ body, path }: Seen): Said {
  if (path !== `/bot${token}/sendMessage`) return no(404, "Not Found");
  const { chat_id: chat, text } = JSON.parse(body) as Sent;
  if (chat !== "-1001") return no(400, "Bad Request: chat not found");
  const shown = visible(text);
  if (shown === undefined) return no(400, "Bad Request: can't parse entities");
  if (Array.from(shown).length > 4096) return no(400, "Bad Request: message is too long");
  return { status: 200, body: '{"ok":true,"result":{"message_id":1}}' };
}

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
  server.script = [telegram];
});
afterEach(() => server.close());

const channel = (more: object = {}, secret = token) =>
  open(
    {
      kind: "telegram",
      url: server.url,
      chat: "-1001",
      tokenFile: "token",
      plain: true,
      private: true,
      ...more,
    },
    { token: `${secret}\n` },
  );

async function sent(message = messageOf()): Promise<Sent> {
  expect(await channel().send(message, enough())).toEqual({ kind: "sent" });
  return JSON.parse(server.seen.at(-1)?.body ?? "") as Sent;
}

test("writes an alert with its links", async () => {
  expect(await sent()).toEqual({
    chat_id: "-1001",
    disable_notification: false,
    link_preview_options: { is_disabled: true },
    parse_mode: "HTML",
    text: `<b>CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full</b>

The disk of db-1 is full
No byte is left on /var.

Severity: critical
Since: 2023-11-14T22:13:20Z
Team: platform
Service: host
Environment: production

<a href="https://vigil.example/acknowledge/00000000000000a1?once=1">Acknowledge</a> · <a href="https://vigil.example/alerts/00000000000000a1">Open</a> · <a href="https://runbooks.example/disk-full">Runbook</a> · <a href="https://dashboards.example/host">Dashboard</a>`,
  });
});

test("wakes nobody with an end or with who has it", async () => {
  for (const occasion of occasions) {
    const one = await sent(messageOf({ occasion, alerts: [alertAt(occasion)] }));
    expect([occasion, one.disable_notification]).toEqual([
      occasion,
      occasion === "acknowledged" || occasion === "resolved",
    ]);
  }
});

test("writes into a topic, and a storm at once", async () => {
  await channel({ topic: 7 }).send(messageOf({ alerts: manyAlerts(20) }), enough());
  expect(JSON.parse(server.seen[0]?.body ?? "")).toMatchObject({
    message_thread_id: 7,
    text: expect.stringContaining("20 alerts") as string,
  });
});

test.each(hostile)("lets no label format or link, and stays in its limits: %#", async (text) => {
  for (const occasion of occasions) {
    for (const count of [1, 20]) {
      const alerts = Array.from({ length: count }, () => hostileAlert(text));
      const { text: html } = await sent(messageOf({ alerts, occasion }));
      expect(html).not.toMatch(/<(?!\/?b>|\/a>|a href="https:\/\/vigil\.example\/)/);
    }
  }
});

test("waits as long as the body says", async () => {
  server.script = [no(429, "Too Many Requests: retry after 35", { retry_after: 35 })];
  expect(await channel().send(messageOf(), enough())).toEqual({
    kind: "failed",
    why: "answered 429",
    afterSeconds: 35,
  });
});

test.each([
  ["a chat that is not there", no(400, "Bad Request: chat not found"), "answered 400"],
  ["a topic that is not there", no(400, "Bad Request: message thread not found"), "answered 400"],
  ["a bot that was thrown out", no(403, "Forbidden: bot was kicked"), "answered 403"],
  ["a wrong token", no(401, "Unauthorized"), "answered 401"],
  [
    "a group that has moved",
    no(400, "Bad Request: group chat was upgraded", { migrate_to_chat_id: -1002 }),
    "the chat has become a supergroup: set its new id",
  ],
])("is barred by %s", async (_, answer, why) => {
  server.script = [answer];
  expect(await channel().send(messageOf(), enough())).toEqual({ kind: "barred", why });
});

test("is refused with a text that Telegram cannot read, and takes no 200 for a yes that says no", async () => {
  server.script = [no(400, "Bad Request: can't parse entities")];
  expect(await channel().send(messageOf(), enough())).toMatchObject({ kind: "refused" });
  server.script = [{ status: 200, body: '{"ok":false,"description":"no"}' }];
  expect(await channel().send(messageOf(), enough())).toMatchObject({ kind: "failed" });
});

test("takes no token that would lead elsewhere", () => {
  expect(() => channel({}, "../../other")).toThrow("token must hold a bot's token");
});
