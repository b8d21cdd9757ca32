import { z } from "zod";
import { about, httpUrl, secretText } from "../config/fields.ts";
import { defineChannel, file, inside } from "./channel.ts";

export const sns = defineChannel({
  name: "sns",
  temper: "chat",
  fields: {
    topic: about(
      z.string().regex(/^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/, {
        error: "is not a topic; write its ARN: arn:aws:sns:eu-central-1:123456789012:alerts",
      }),
      {
        description: "ARN of the SNS topic that every alert and its end are published to.",
        example: "arn:aws:sns:eu-central-1:123456789012:alerts",
      },
    ),
    accessKeyId: about(z.string().regex(/^\w{16,128}$/, { error: "is not an access key id" }), {
      description: "Access key of a user who may do `sns:Publish` on that topic.",
      example: "AKIAIOSFODNN7EXAMPLE",
    }),
    secretKey: about(secretText(), { description: "Secret of that access key.", secret: true }),
    url: about(httpUrl.optional(), {
      description: "Another endpoint, such as one in a VPC; default: the region's.",
      example: "https://sns.eu-central-1.amazonaws.com",
    }),
    private: inside,
  },
  ways: ({ accessKeyId, private: inside, secretKey, topic, url }) => ({
    sns: {
      channel: {
        kind: "sns",
        accessKeyId,
        private: inside,
        secretFile: file("sns-secret"),
        topic,
        ...(url !== undefined && { url }),
      },
      secrets: { [file("sns-secret")]: secretKey },
      hears: "all",
    },
  }),
  addresses: ({ private: inside, url }) => [{ field: "url", url, private: inside }],
});
