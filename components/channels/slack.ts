import { z } from "zod";
import { about, secretUrl } from "../config/fields.ts";
import { defineChannel, file } from "./channel.ts";

export const slack = defineChannel({
  name: "slack",
  temper: "chat",
  fields: {
    url: about(secretUrl(), {
      description: "Incoming webhook of Slack.",
      example: "https://hooks.slack.com/services/…",
      secret: true,
    }),
  },
  ways: ({ url }) => ({
    slack: {
      channel: { kind: "slack", urlFile: file("slack-url") },
      secrets: { [file("slack-url")]: url },
      hears: "urgent",
    },
  }),
  addresses: ({ url }) => [{ field: "url", url: url.reveal(), private: undefined }],
  alertmanager: {
    section: "slack_configs",
    fields: {
      channel: about(
        z
          .string()
          .regex(/^[#@]\S+$/, { error: "must start with # or @" })
          .optional(),
        {
          description:
            "Channel or person that Alertmanager writes to, where the webhook leaves a choice.",
          example: "'#alerts'",
        },
      ),
    },
    team: ["url", "channel"],
    settings: ({ channel, url }, file) => ({ api_url_file: file("slack-url", url), channel }),
  },
});
