import { about, httpUrl, secretText } from "../config/fields.ts";
import { defineChannel, file } from "./channel.ts";

export const opsgenie = defineChannel({
  name: "opsgenie",
  temper: "pager",
  fields: {
    url: about(httpUrl.default("https://api.opsgenie.com"), {
      description: "API of Opsgenie; the EU has a separate one.",
      example: "https://api.eu.opsgenie.com",
    }),
    key: about(secretText(), {
      description: "Key of an API integration: creates, acknowledges and closes alerts.",
      secret: true,
    }),
  },
  ways: ({ key, url }) => ({
    opsgenie: {
      channel: { kind: "opsgenie", url, keyFile: file("opsgenie-key") },
      secrets: { [file("opsgenie-key")]: key },
      hears: "urgent",
    },
  }),
  addresses: ({ url }) => [{ field: "url", url, private: undefined }],
  alertmanager: {
    section: "opsgenie_configs",
    team: ["key", "url"],
    settings: ({ key, url }, file) => ({
      api_key_file: file("opsgenie-key", key),
      // It joins its paths to this as they are.
      api_url: url.replace(/\/*$/, "/"),
    }),
  },
});
