import { about, secretUrl } from "../config/fields.ts";
import { defineChannel, file } from "./channel.ts";

export const discord = defineChannel({
  name: "discord",
  temper: "chat",
  fields: {
    url: about(secretUrl(), {
      description: "Webhook of a Discord channel.",
      example: "https://discord.com/api/webhooks/…",
      secret: true,
    }),
  },
  ways: ({ url }) => ({
    discord: {
      channel: { kind: "discord", urlFile: file("discord-url") },
      secrets: { [file("discord-url")]: url },
      hears: "urgent",
    },
  }),
  addresses: ({ url }) => [{ field: "url", url: url.reveal(), private: undefined }],
  alertmanager: {
    section: "discord_configs",
    team: ["url"],
    settings: ({ url }, file) => ({ webhook_url_file: file("discord-url", url) }),
  },
});
