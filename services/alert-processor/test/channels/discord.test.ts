import { escapeMarkdown } from "../../channels/markdown.ts";
import { type FakeServer, fakeServer, type Said, type Seen } from "./fake-server.ts";
import {
  alertAt,
  alertOf,
  enough,
  hostile,
  hostileAlert,
  manyAlerts,
  messageOf,
  occasions,
  open,
} from "./messages.ts";

interface Embed {
  readonly color: number;
  readonly description: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly title: string;
}

interface Payload {
  readonly allowed_mentions: { readonly parse: readonly string[] };
  readonly embeds: readonly [Embed];
}

/** A webhook as its documentation describes it, with the limits of an embed. */
function discord({ body, method, path }: Seen): Said {
  if (method !== "POST" || path !== "/api/webhooks/1/token?wait=true")
    return { status: 404, body: '{"message": "Unknown Webhook", "code": 10015}' };
  const {
    embeds: [{ description, fields, title }],
  } = JSON.parse(body) as Payload;
  const parts = [title, description, ...fields.flatMap(({ name, value }) => [name, value])];
  const fits =
    title.length <= 256 &&
    description.length <= 4096 &&
    fields.length <= 25 &&
    fields.every(({ name, value }) => name.length <= 256 && value.length <= 1024 && value !== "") &&
    parts.join("").length <= 6000;
  return fits
    ? { status: 200, body: '{"id": "1", "type": 0}' }
    : { status: 400, body: '{"message": "Invalid Form Body", "code": 50035}' };
}

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
  server.script = [discord];
});
afterEach(() => server.close());

const channel = () =>
  open(
    { kind: "discord", urlFile: "url", plain: true, private: true },
    { url: `${server.url}/api/webhooks/1/token\n` },
  );

/** What Discord gets. */
async function sent(message = messageOf()): Promise<Payload> {
  expect(await channel().send(message, enough())).toEqual({ kind: "sent" });
  return JSON.parse(server.seen.at(-1)?.body ?? "") as Payload;
}

test("shows an alert with its links, and calls nobody", async () => {
  const { allowed_mentions: mentions, embeds } = await sent();
  expect(mentions).toEqual({ parse: [] });
  expect(embeds).toEqual([
    {
      color: 0xd32f2f,
      description: `The disk of db\\-1 is full
No byte is left on /var\\.

[Acknowledge](<https://vigil.example/acknowledge/00000000000000a1?once=1>) · [Open](<https://vigil.example/alerts/00000000000000a1>) · [Runbook](<https://runbooks.example/disk-full>) · [Dashboard](<https://dashboards.example/host>)`,
      fields: [
        { inline: true, name: "Severity", value: "critical" },
        { inline: true, name: "Since", value: "2023\\-11\\-14T22\\:13\\:20Z" },
        { inline: true, name: "Team", value: "platform" },
        { inline: true, name: "Service", value: "host" },
        { inline: true, name: "Environment", value: "production" },
      ],
      title: "CRITICAL\\: DiskFull on db\\-1\\:9100\\: The disk of db\\-1 is full",
    },
  ]);
});

test("reports the end in green, and of a storm at once", async () => {
  const end = await sent(messageOf({ occasion: "resolved", alerts: [alertAt("resolved")] }));
  expect(end.embeds[0]).toMatchObject({
    color: 0x388e3c,
    title: expect.stringContaining("Resolved\\:") as string,
  });
  const storm = await sent(messageOf({ alerts: manyAlerts(20) }));
  expect(storm.embeds[0].title).toContain("20 alerts");
  expect(channel()).toMatchObject({ bundle: 20, perSecond: 0.5, idempotent: false });
});

test.each(hostile)(
  "lets no label mention, link or format, and stays in its limits: %#",
  async (text) => {
    for (const occasion of occasions) {
      for (const alerts of [
        [hostileAlert(text)],
        Array.from({ length: 20 }, () => hostileAlert(text)),
      ]) {
        const {
          embeds: [{ description, fields, title }],
        } = await sent(messageOf({ alerts, occasion }));
        const own = description.replaceAll(/\[[\w ]+\]\(<https:\/\/vigil\.example\/[^>]*>\)/g, "");
        for (const part of [title, own, ...fields.map(({ value }) => value)]) {
          expect(part.replaceAll(/\\./gu, "")).not.toMatch(/[`*_~|<>[\]():@#]/);
        }
      }
    }
  },
);

test("leaves out an address that is too long", async () => {
  const long = `https://runbooks.example/${"x".repeat(2000)}`;
  const alert = alertOf({ annotations: { runbook_url: long } });
  const { embeds } = await sent(messageOf({ alerts: [alert] }));
  expect(embeds[0].description).toContain("[Open](<https://vigil.example/");
  expect(embeds[0].description).not.toContain("Runbook");
});

test("waits as long as the body says, which is more exact than the header", async () => {
  const limited = { message: "You are being rate limited.", retry_after: 3.2, global: false };
  server.script = [{ status: 429, headers: { "retry-after": "9" }, body: JSON.stringify(limited) }];
  expect(await channel().send(messageOf(), enough())).toEqual({
    kind: "failed",
    why: "answered 429",
    afterSeconds: 4,
  });
});

test("knows a webhook that was deleted, and a body that is refused for ever", async () => {
  const gone = open(
    { kind: "discord", urlFile: "url", plain: true, private: true },
    { url: `${server.url}/api/webhooks/1/other` },
  );
  expect(await gone.send(messageOf(), enough())).toEqual({ kind: "barred", why: "answered 404" });
  server.script = [{ status: 400, body: '{"code": 50035}' }];
  expect(await channel().send(messageOf(), enough())).toMatchObject({ kind: "refused" });
});

test("an escaped text can be read back", () => {
  for (const text of hostile) {
    expect(escapeMarkdown(text).replaceAll(/\\(.)/gsu, "$1")).toBe(text);
  }
});
