import { signed } from "../../channels/sigv4.ts";
import { addressOf } from "../../channels/sns.ts";
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

const topic = "arn:aws:sns:eu-central-1:123456789012:alerts";
const signer = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretKey: "secret/key",
  region: "eu-central-1",
  service: "sns",
};

const no = (status: number, code: string, message = "no"): Said => ({
  status,
  body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
});

/** Publish, as the API reference describes it; whether it is signed is reckoned again. */
function sns({ body, headers, path }: Seen): Said {
  const date = String(headers["x-amz-date"]);
  const at = Date.parse(date.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
  const { authorization } = signed(
    signer,
    new URL(path, `http://${headers.host ?? ""}`),
    { "content-type": headers["content-type"] ?? "" },
    body,
    at,
  );
  if (Math.abs(Date.now() - at) > 15 * 60_000) return no(403, "SignatureDoesNotMatch");
  if (headers.authorization !== authorization) return no(403, "SignatureDoesNotMatch");
  const form = new URLSearchParams(body);
  const arn = form.get("TopicArn") ?? "";
  if (!arn.startsWith(topic)) return no(404, "NotFound");
  const fifo = ["MessageGroupId", "MessageDeduplicationId"].every((name) => form.has(name));
  if (arn.endsWith(".fifo") !== fifo) return no(400, "InvalidParameter", "MessageGroupId");
  const message = form.get("Message") ?? "";
  if (!/^[!-~][ -~]{0,98}$/.test(form.get("Subject") ?? ""))
    return no(400, "InvalidParameter", "Subject");
  if (Buffer.byteLength(message) > 262_144) return no(400, "InvalidParameter", "Message too long");
  const { default: text } = JSON.parse(message) as { default?: string };
  if (text === undefined) return no(400, "InvalidParameter", "Message Structure");
  return {
    status: 200,
    body: "<PublishResponse><PublishResult><MessageId>94f20ce6</MessageId></PublishResult></PublishResponse>",
  };
}

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
  server.script = [sns];
});
afterEach(() => server.close());

const channel = (more: object = {}, secret = signer.secretKey) =>
  open(
    {
      kind: "sns",
      topic,
      accessKeyId: signer.accessKeyId,
      secretFile: "secret",
      url: server.url,
      plain: true,
      private: true,
      ...more,
    },
    { secret: `${secret}\n` },
  );

async function sent(message = messageOf(), more: object = {}): Promise<URLSearchParams> {
  expect(await channel(more).send(message, enough())).toEqual({ kind: "sent" });
  return new URLSearchParams(server.seen.at(-1)?.body);
}

const contentOf = (form: URLSearchParams) =>
  JSON.parse(form.get("Message") ?? "") as { readonly default: string; readonly sms: string };

test("publishes an alert, signed, with what filters look at", async () => {
  const form = await sent();
  const title = "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full";
  const { default: text, sms } = contentOf(form);
  expect(form.get("Subject")).toBe(title);
  expect(sms).toBe(title);
  expect(text).toContain(`${title}\n\nThe disk of db-1 is full`);
  expect(text).toContain("Acknowledge: https://vigil.example/acknowledge/00000000000000a1?once=1");
  expect([...form].filter(([name]) => name.startsWith("MessageAttributes"))).toEqual([
    ["MessageAttributes.entry.1.Name", "occasion"],
    ["MessageAttributes.entry.1.Value.DataType", "String"],
    ["MessageAttributes.entry.1.Value.StringValue", "firing"],
    ["MessageAttributes.entry.2.Name", "severity"],
    ["MessageAttributes.entry.2.Value.DataType", "String"],
    ["MessageAttributes.entry.2.Value.StringValue", "critical"],
  ]);
});

test("keeps the order of an alert in a topic that has one, and its key tells a repetition", async () => {
  const fifo = { topic: `${topic}.fifo` };
  for (const occasion of occasions) {
    const form = await sent(messageOf({ occasion, alerts: [alertAt(occasion)] }), fifo);
    expect(form.get("MessageGroupId")).toBe("00000000000000a1");
    expect(form.get("MessageDeduplicationId")).toBe(messageOf().key);
  }
  const storm = await sent(messageOf({ alerts: manyAlerts(20) }), fifo);
  expect(storm.get("MessageGroupId")).toBe("storm");
  expect([channel(fifo).idempotent, channel().idempotent]).toEqual([true, false]);
});

test.each(hostile)("stays in its limits: %#", async (text) => {
  for (const occasion of occasions) {
    for (const count of [1, 20]) {
      const alerts = Array.from({ length: count }, () => hostileAlert(text));
      const { sms } = contentOf(await sent(messageOf({ alerts, occasion })));
      expect(Array.from(sms).length).toBeLessThanOrEqual(140);
    }
  }
});

test.each([
  [
    "throttles with a 400",
    no(400, "Throttling", "Rate exceeded"),
    "failed",
    "400: it is throttled",
  ],
  ["throttles by its key", no(400, "KMSThrottling"), "failed", "400: it is throttled"],
  ["may not use its key", no(400, "KMSAccessDenied"), "barred", 400],
  ["knows no such topic", no(404, "NotFound"), "barred", 404],
  [
    "is told an odd topic",
    no(400, "InvalidParameter", "Invalid parameter: TopicArn"),
    "barred",
    400,
  ],
  ["may not publish", no(403, "AuthorizationError"), "barred", 403],
  ["refuses the message", no(400, "InvalidParameter", "Message too long"), "refused", 400],
  ["has a fault of its own", no(500, "InternalError"), "failed", 500],
])("knows a service that %s", async (_, answer, kind, status) => {
  server.script = [answer];
  expect(await channel().send(messageOf(), enough())).toEqual({ kind, why: `answered ${status}` });
});

test("is barred by a wrong secret", async () => {
  expect(await channel({}, "other").send(messageOf(), enough())).toEqual({
    kind: "barred",
    why: "answered 403",
  });
});

test.each(["alerts", "arn:aws:sqs:eu-central-1:123456789012:alerts"])(
  "takes nothing but a topic: %s",
  (other) => {
    expect(() => channel({ topic: other })).toThrow("must be the ARN of a topic");
  },
);

test("goes to the region of the topic, in China to its own domain", () => {
  expect(addressOf(topic)).toBe("https://sns.eu-central-1.amazonaws.com/");
  expect(addressOf("arn:aws-cn:sns:cn-north-1:123456789012:alerts")).toBe(
    "https://sns.cn-north-1.amazonaws.com.cn/",
  );
});
