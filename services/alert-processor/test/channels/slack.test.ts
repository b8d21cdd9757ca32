import { type FakeServer, fakeServer } from "./fake-server.ts";
import {
  alertAt,
  alertOf,
  enough,
  hostile,
  hostileAlert,
  links,
  manyAlerts,
  messageOf,
  open,
} from "./messages.ts";

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
  server.script = [{ status: 200, body: "ok" }];
});
afterEach(() => server.close());

interface Attachment {
  readonly actions: readonly { readonly text: string; readonly url: string }[];
  readonly color: string;
  readonly fallback: string;
  readonly text: string;
  readonly title: string;
}

const channel = () =>
  open(
    { kind: "slack", urlFile: "url", plain: true, private: true },
    { url: `${server.url}/services/T0/B0/x\n` },
  );

/** What Slack gets. */
async function sent(message = messageOf()): Promise<Attachment> {
  expect(await channel().send(message, enough())).toEqual({ kind: "sent" });
  const { attachments } = JSON.parse(server.seen.at(-1)?.body ?? "") as {
    attachments: [Attachment];
  };
  return attachments[0];
}

test("shows an alert with its links as buttons", async () => {
  expect(await sent()).toEqual({
    actions: [
      {
        type: "button",
        text: "Acknowledge",
        url: "https://vigil.example/acknowledge/00000000000000a1?once=1",
      },
      { type: "button", text: "Open", url: "https://vigil.example/alerts/00000000000000a1" },
      { type: "button", text: "Runbook", url: "https://runbooks.example/disk-full" },
      { type: "button", text: "Dashboard", url: "https://dashboards.example/host" },
    ],
    color: "#d32f2f",
    fallback: "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
    mrkdwn_in: [],
    text: `The disk of db-1 is full
No byte is left on /var.

Severity: critical
Since: 2023-11-14T22:13:20Z
Team: platform
Service: host
Environment: production`,
    title: "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
  });
  expect(server.seen[0]?.path).toBe("/services/T0/B0/x");
});

test("is coloured by the worst severity, and green at the end", async () => {
  const colour = async (severity: string) =>
    (await sent(messageOf({ alerts: [alertOf({ severity })] }))).color;
  const all = [await colour("emergency"), await colour("warning"), await colour("info")];
  expect(new Set([...all, await colour("critical")]).size).toBe(4);
  expect(await colour("constructor")).toBe(await colour("warning"));
  expect(await colour("page")).toBe(await colour("critical"));
  expect((await sent(messageOf({ alerts: manyAlerts(20) }))).color).toBe("#d32f2f");
  const end = messageOf({ occasion: "resolved", alerts: [alertAt("resolved")] });
  expect((await sent(end)).color).toBe("#388e3c");
});

test("reports a storm at once", async () => {
  const { actions, title } = await sent(messageOf({ alerts: manyAlerts(20) }));
  expect(title).toBe("20 alerts (5 critical, 15 warning): DiskFull (20)");
  expect(actions).toEqual([
    { type: "button", text: "Acknowledge all", url: links.acknowledge(...manyAlerts(20)) },
    { type: "button", text: "Open", url: "https://vigil.example/" },
  ]);
  expect(channel()).toMatchObject({ bundle: 20, perSecond: 1, idempotent: false });
});

test.each(hostile)("lets no label mention, link or format: %#", async (text) => {
  const { fallback, text: body, title } = await sent(messageOf({ alerts: [hostileAlert(text)] }));
  for (const part of [fallback, title, body]) {
    expect(part).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
    expect(part).not.toMatch(/[\u202a-\u202e\u2066-\u2069\0]/);
  }
});
