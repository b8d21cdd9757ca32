import { about, secretUrl } from "../config/fields.ts";
import { defineChannel, file } from "./channel.ts";

export const googlechat = defineChannel({
  name: "googlechat",
  temper: "chat",
  fields: {
    url: about(secretUrl(), {
      description: "Webhook of a Google Chat space.",
      example: "https://chat.googleapis.com/v1/spaces/…",
      secret: true,
    }),
  },
  ways: ({ url }) => ({
    googlechat: {
      channel: { kind: "googlechat", urlFile: file("googlechat-url") },
      secrets: { [file("googlechat-url")]: url },
      hears: "urgent",
    },
  }),
  addresses: ({ url }) => [{ field: "url", url: url.reveal(), private: undefined }],
});
