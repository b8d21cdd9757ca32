import { about, secretUrl } from "../config/fields.ts";
import { defineChannel, file } from "./channel.ts";

export const slack = defineChannel({
  name: "slack",
  fields: {
    url: about(secretUrl(), {
      description: "Incoming webhook that critical alerts and emergencies go to.",
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
});
