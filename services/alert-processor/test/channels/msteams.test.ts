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

interface Block {
  readonly type: string;
  readonly inlines: readonly {
    readonly type: string;
    readonly text: string;
    readonly color?: string;
  }[];
}

interface Payload {
  readonly type: string;
  readonly attachments: readonly [
    {
      readonly contentType: string;
      readonly content: {
        readonly type: string;
        readonly version: string;
        readonly body: readonly [Block, ...Block[]];
        readonly actions: readonly { readonly title: string; readonly url: string }[];
      };
    },
  ];
}

const no = (status: number, code: string): Said => ({
  status,
  body: JSON.stringify({ error: { code, message: "no" } }),
});

/** A workflow's trigger: a signed address, a message with one Adaptive Card of 28 KB at most. */
function workflow({ body, headers, path }: Seen): Said {
  const { pathname, searchParams } = new URL(path, "https://workflow.example");
  if (pathname !== "/workflows/1/triggers/manual/paths/invoke") return no(404, "WorkflowNotFound");
  if (searchParams.get("sig") !== "s") return no(401, "DirectApiAuthorizationRequired");
  const { attachments, type } = JSON.parse(body) as Payload;
  const [{ content, contentType }] = attachments;
  const fits =
    headers["content-type"] === "application/json" &&
    type === "message" &&
    contentType === "application/vnd.microsoft.card.adaptive" &&
    content.type === "AdaptiveCard" &&
    Buffer.byteLength(body) <= 28_000;
  return fits ? { status: 202 } : no(400, "TriggerInputSchemaMismatch");
}

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
  server.script = [workflow];
});
afterEach(() => server.close());

const channel = (signature = "s") =>
  open(
    { kind: "msteams", urlFile: "url", plain: true, private: true },
    { url: `${server.url}/workflows/1/triggers/manual/paths/invoke?sp=run&sig=${signature}\n` },
  );

async function sent(message = messageOf()): Promise<Payload["attachments"][0]["content"]> {
  expect(await channel().send(message, enough())).toEqual({ kind: "sent" });
  return (JSON.parse(server.seen.at(-1)?.body ?? "") as Payload).attachments[0].content;
}

const textsOf = (blocks: readonly Block[]): string[] =>
  blocks.map(({ inlines }) => inlines.map(({ text }) => text).join(""));

test("shows an alert as a card with its links as buttons", async () => {
  const { actions, body } = await sent();
  expect(textsOf(body)).toEqual([
    "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
    "The disk of db-1 is full",
    "No byte is left on /var.",
    "Severity: critical",
    "Since: 2023-11-14T22:13:20Z",
    "Team: platform",
    "Service: host",
    "Environment: production",
  ]);
  expect(actions).toEqual([
    {
      type: "Action.OpenUrl",
      title: "Acknowledge",
      url: "https://vigil.example/acknowledge/00000000000000a1?once=1",
    },
    {
      type: "Action.OpenUrl",
      title: "Open",
      url: "https://vigil.example/alerts/00000000000000a1",
    },
    { type: "Action.OpenUrl", title: "Runbook", url: "https://runbooks.example/disk-full" },
    { type: "Action.OpenUrl", title: "Dashboard", url: "https://dashboards.example/host" },
  ]);
});

test("is coloured by the worst severity, and green at the end", async () => {
  const colour = async (message = messageOf()) => (await sent(message)).body[0].inlines[0]?.color;
  expect(await colour()).toBe("Attention");
  expect(await colour(messageOf({ alerts: [alertOf({ severity: "warning" })] }))).toBe("Warning");
  expect(await colour(messageOf({ alerts: [alertOf({ severity: "info" })] }))).toBe("Accent");
  expect(await colour(messageOf({ occasion: "resolved", alerts: [alertAt("resolved")] }))).toBe(
    "Good",
  );
  expect(await colour(messageOf({ alerts: manyAlerts(20) }))).toBe("Attention");
});

test.each(hostile)("reads no label as Markdown, and stays in its limits: %#", async (text) => {
  for (const occasion of occasions) {
    for (const count of [1, 20]) {
      const alerts = Array.from({ length: count }, () => hostileAlert(text));
      const { body } = await sent(messageOf({ alerts, occasion }));
      const types = body.flatMap((block) => [block.type, ...block.inlines.map(({ type }) => type)]);
      expect([...new Set(types)].sort()).toEqual(["RichTextBlock", "TextRun"]);
    }
  }
});

test("does not believe the 200 of an old connector", async () => {
  const text =
    "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429";
  server.script = [{ status: 200, body: text }];
  expect(await channel().send(messageOf(), enough())).toMatchObject({ kind: "failed" });
});

test.each([
  ["is turned off", no(400, "WorkflowTriggerIsNotEnabled"), "barred"],
  ["does not know the signature", no(401, "DirectApiAuthorizationRequired"), "barred"],
  ["is gone", no(404, "WorkflowNotFound"), "barred"],
  ["cannot read the message", no(400, "TriggerInputSchemaMismatch"), "refused"],
  ["has had too much", no(429, "WorkflowRunActionRepetitionQuotaExceeded"), "failed"],
])("knows a workflow that %s", async (_, answer, kind) => {
  server.script = [answer];
  expect(await channel().send(messageOf(), enough())).toEqual({
    kind,
    why: `answered ${answer.status}`,
  });
});
