import { about, secretUrl } from "../config/fields.ts";
import { defineChannel, file } from "./channel.ts";

export const msteams = defineChannel({
  name: "msteams",
  temper: "chat",
  fields: {
    url: about(secretUrl(), {
      description: "Webhook of a Microsoft Teams workflow.",
      example: "https://prod-01.westeurope.logic.azure.com/workflows/…",
      secret: true,
    }),
  },
  ways: ({ url }) => ({
    msteams: {
      channel: { kind: "msteams", urlFile: file("msteams-url") },
      secrets: { [file("msteams-url")]: url },
      hears: "urgent",
    },
  }),
  addresses: ({ url }) => [{ field: "url", url: url.reveal(), private: undefined }],
  alertmanager: {
    section: "msteamsv2_configs",
    team: ["url"],
    settings: ({ url }, file) => ({ webhook_url_file: file("msteams-url", url) }),
  },
});
