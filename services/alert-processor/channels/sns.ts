import { z } from "zod";
import type { Outcome } from "../core/retry.ts";
import { classOf } from "../core/severity.ts";
import { barredBy } from "./answer.ts";
import type { Channel, Message } from "./channel.ts";
import { type Answer, deliver } from "./http.ts";
import { channelKind } from "./kind.ts";
import { accessFields, endpointAt, fileField, type Opening, tokenIn } from "./opening.ts";
import { signed } from "./sigv4.ts";
import { cut, plainText, titleOf, wordingOf, worstOf } from "./text.ts";

const arn = /^arn:(aws[\w-]*):sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}(\.fifo)?$/;

/** A topic of Amazon SNS. */
const schema = z.strictObject({
  kind: z.literal("sns"),
  topic: z
    .string()
    .regex(arn, "must be the ARN of a topic: arn:aws:sns:eu-central-1:123456789012:alerts"),
  /** Of a user who may do sns:Publish on the topic. */
  accessKeyId: z.string().regex(/^\w{16,128}$/, "must be the id of an access key"),
  /** Holds the secret of that access key. */
  secretFile: fileField,
  /** Another endpoint, such as one of a VPC. @default the region's */
  url: z.string().optional(),
  ...accessFields,
});

/** The subject of a mail: ASCII, less than 100 characters. */
const longestSubject = 99;

/** A text message of one part. */
const longestSms = 140;

const subjectOf = (message: Message): string =>
  titleOf(message)
    .replaceAll(/[^\x20-\x7e]+/g, "?")
    .slice(0, longestSubject)
    .trim();

/** Far below the 256 KiB of a message, whatever its alerts say. */
const longestText = 20_000;

/** Where the region of a topic is asked. */
export function addressOf(topic: string): string {
  const [, partition, region = ""] = arn.exec(topic) ?? [];
  return `https://sns.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}/`;
}

/** The message: the text for mail, queues and functions, its first line for phones. */
function formOf(message: Message, topic: string): string {
  const wording = wordingOf(message);
  const text = cut([wording.title, plainText(wording)].join("\n\n"), longestText);
  const attributes: [string, string][] = [
    ["occasion", message.occasion],
    ["severity", classOf(worstOf(message.alerts))],
  ];
  const entries = attributes.flatMap(([name, value], n): [string, string][] => {
    const entry = `MessageAttributes.entry.${n + 1}`;
    return [
      [`${entry}.Name`, name],
      [`${entry}.Value.DataType`, "String"],
      [`${entry}.Value.StringValue`, value],
    ];
  });
  const [alert, ...more] = message.alerts;
  const fifo: [string, string][] = topic.endsWith(".fifo")
    ? [
        ["MessageDeduplicationId", message.key],
        // Messages about an alert stay in order.
        ["MessageGroupId", more.length > 0 ? "storm" : (alert?.fingerprint ?? "storm")],
      ]
    : [];
  return new URLSearchParams([
    ["Action", "Publish"],
    ["Version", "2010-03-31"],
    ["TopicArn", topic],
    ["Subject", subjectOf(message)],
    ["MessageStructure", "json"],
    ["Message", JSON.stringify({ default: text, sms: titleOf(message, longestSms) })],
    ...entries,
    ...fifo,
  ]).toString();
}

const isTaken = ({ body, status }: Answer): boolean =>
  status === 200 && /<MessageId>[^<]+<\/MessageId>/.test(body);

/** It answers 400 to nearly everything; a code says what it means. */
function readNo(answer: Answer): Outcome | undefined {
  if (answer.status !== 400) return undefined;
  const [, code = ""] = /<Code>(\w+)<\/Code>/.exec(answer.body) ?? [];
  if (/Throttl|TooManyRequests/.test(code)) {
    return { kind: "failed", why: "answered 400: it is throttled" };
  }
  // The topic, its key or the clock are wrong, and not the message.
  const channel = /^KMS|Expired|Signature|Token|OptIn/.test(code) || /TopicArn/.test(answer.body);
  return channel ? barredBy(answer) : undefined;
}

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const { accessKeyId, secretFile, topic } = config;
  const [, , region = "", fifo] = arn.exec(topic) ?? [];
  const signer = { accessKeyId, region, secretKey: tokenIn(opening, secretFile), service: "sns" };
  const endpoint = endpointAt(opening, config.url ?? addressOf(topic), "url", config);
  const type = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  return {
    name: opening.name,
    bundle: 20,
    perSecond: 5,
    idempotent: fifo !== undefined,
    send: (message, signal) => {
      const body = formOf(message, topic);
      const headers = signed(signer, endpoint.url, type, body, Date.now());
      return deliver(endpoint, { headers, body }, signal, isTaken, readNo);
    },
  };
}

/** Messages to a topic of Amazon SNS. */
export const sns = channelKind({ schema, open });
