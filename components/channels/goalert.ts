import { about, httpUrl, secretText } from "../config/fields.ts";
import { defineChannel, file, hookSecret, inside } from "./channel.ts";

export const goalert = defineChannel({
  name: "goalert",
  temper: "pager",
  fields: {
    url: about(httpUrl, {
      description: "URL of GoAlert, 0.33 or later.",
      example: "https://goalert.example.com",
    }),
    private: inside,
    token: about(secretText(), {
      description: "Token of an integration key of the kind Generic API.",
      secret: true,
    }),
    webhookSecret: hookSecret(
      "Password in the address of a GoAlert webhook, `https://vigil:<password>@<processor>/v1/hooks/goalert`: actions taken there are applied here.",
    ),
  },
  ways: ({ private: inside, token, url, webhookSecret }) => ({
    goalert: {
      channel: {
        kind: "goalert",
        url,
        private: inside,
        tokenFile: file("goalert-token"),
        ...(webhookSecret && { webhookSecretFile: file("goalert-webhook") }),
      },
      secrets: {
        [file("goalert-token")]: token,
        ...(webhookSecret && { [file("goalert-webhook")]: webhookSecret }),
      },
      hears: "urgent",
    },
  }),
  addresses: ({ private: inside, url }) => [{ field: "url", url, private: inside }],
  calls: ({ webhookSecret }) => webhookSecret && "GoAlert",
});
