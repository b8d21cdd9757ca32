import { about, secretUrl } from "../config/fields.ts";
import { defineChannel, file, inside } from "./channel.ts";

export const webhook = defineChannel({
  name: "webhook",
  temper: "chat",
  fields: {
    url: about(secretUrl(), {
      description: "Where alerts and their ends are posted as JSON.",
      example: "https://example.com/hook",
      secret: true,
    }),
    private: inside,
  },
  ways: ({ private: inside, url }) => ({
    webhook: {
      channel: { kind: "webhook", private: inside, urlFile: file("webhook-url") },
      secrets: { [file("webhook-url")]: url },
      hears: "all",
    },
  }),
  addresses: ({ private: inside, url }) => [{ field: "url", url: url.reveal(), private: inside }],
  alertmanager: {
    section: "webhook_configs",
    team: ["url"],
    settings: ({ url }, file) => ({ url_file: file("webhook-url", url) }),
  },
});
