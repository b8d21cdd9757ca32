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

interface Payload {
  readonly cardsV2: readonly [
    {
      readonly card: {
        readonly header: { readonly title: string };
        readonly sections: readonly [
          {
            readonly widgets: readonly {
              readonly textParagraph?: { readonly text: string };
              readonly buttonList?: {
                readonly buttons: readonly {
                  readonly text: string;
                  readonly onClick: { readonly openLink: { readonly url: string } };
                }[];
              };
            }[];
          },
        ];
      };
    },
  ];
  readonly fallbackText: string;
  readonly thread?: { readonly threadKey: string };
}

const no = (code: number, status: string): Said => ({
  status: code,
  body: JSON.stringify({ error: { code, message: "no", status } }),
});

/** A webhook as its documentation describes it: key and token in the address, 32,000 bytes at most. */
function chat({ body, path }: Seen): Said {
  const { pathname, searchParams } = new URL(path, "https://chat.example");
  if (pathname !== "/v1/spaces/AAAA/messages") return no(404, "NOT_FOUND");
  if (searchParams.get("key") !== "k" || searchParams.get("token") !== "t=")
    return no(401, "UNAUTHENTICATED");
  if (Buffer.byteLength(body) > 32_000) return no(400, "INVALID_ARGUMENT");
  const option = searchParams.get("messageReplyOption");
  return option === "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
    ? { status: 200, body: '{"name":"spaces/AAAA/messages/B.B"}' }
    : no(400, "INVALID_ARGUMENT");
}

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
  server.script = [chat];
});
afterEach(() => server.close());

const channel = (token = "t%3D") =>
  open(
    { kind: "googlechat", urlFile: "url", plain: true, private: true },
    { url: `${server.url}/v1/spaces/AAAA/messages?key=k&token=${token}\n` },
  );

async function sent(message = messageOf()): Promise<Payload> {
  expect(await channel().send(message, enough())).toEqual({ kind: "sent" });
  return JSON.parse(server.seen.at(-1)?.body ?? "") as Payload;
}

const textsOf = ({ cardsV2: [{ card }] }: Payload): string[] =>
  card.sections[0].widgets.flatMap(({ textParagraph }) => textParagraph?.text ?? []);

test("shows an alert as a card with its links as buttons", async () => {
  const payload = await sent();
  const title = "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full";
  expect(payload).toMatchObject({
    cardsV2: [{ card: { header: { title } } }],
    fallbackText: title,
  });
  expect(textsOf(payload)).toEqual([
    "The disk of db-1 is full<br>No byte is left on /var.",
    "<b>Severity:</b> critical<br><b>Since:</b> 2023-11-14T22:13:20Z<br><b>Team:</b> platform<br><b>Service:</b> host<br><b>Environment:</b> production",
  ]);
  const buttons = payload.cardsV2[0].card.sections[0].widgets.at(-1)?.buttonList?.buttons;
  expect(buttons?.map(({ onClick, text }) => [text, onClick.openLink.url])).toEqual([
    ["Acknowledge", "https://vigil.example/acknowledge/00000000000000a1?once=1"],
    ["Open", "https://vigil.example/alerts/00000000000000a1"],
    ["Runbook", "https://runbooks.example/disk-full"],
    ["Dashboard", "https://dashboards.example/host"],
  ]);
});

test("tells beginning and end in one thread, and a storm in its own", async () => {
  const keys = new Set<string | undefined>();
  for (const occasion of occasions) {
    const one = await sent(messageOf({ occasion, alerts: [alertAt(occasion)] }));
    keys.add(one.thread?.threadKey);
  }
  expect([...keys]).toEqual(["00000000000000a1|1700000000000"]);
  const storm = await sent(messageOf({ alerts: manyAlerts(20) }));
  expect(storm.thread).toBeUndefined();
  expect(storm.fallbackText).toContain("20 alerts");
});

test.each(hostile)("lets no label format or link, and stays in its limits: %#", async (text) => {
  for (const count of [1, 20]) {
    const alerts = Array.from({ length: count }, () => hostileAlert(text));
    for (const part of textsOf(await sent(messageOf({ alerts })))) {
      expect(part.replaceAll(/<br>|<b>[\w ]+:<\/b>/g, "")).not.toMatch(
        /[<>]|&(?!(?:amp|lt|gt|quot|#39);)/,
      );
    }
  }
});

test("tries again when the space has had too much, and is barred by a webhook that is gone", async () => {
  expect(await channel("other").send(messageOf(), enough())).toMatchObject({ kind: "barred" });
  server.script = [no(429, "RESOURCE_EXHAUSTED")];
  expect(await channel().send(messageOf(), enough())).toEqual({
    kind: "failed",
    why: "answered 429",
  });
});
