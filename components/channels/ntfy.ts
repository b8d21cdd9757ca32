import { about, httpUrl, secret, secretText } from "../config/fields.ts";
import { defineChannel, file, inside } from "./channel.ts";

export const ntfy = defineChannel({
  name: "ntfy",
  temper: "chat",
  fields: {
    url: about(httpUrl.default("https://ntfy.sh"), {
      description: "URL of the ntfy server.",
      example: "https://ntfy.example.com",
    }),
    private: inside,
    topic: about(
      secret(
        (text) => /^[-\w]{1,64}$/.test(text),
        "is not a topic; write 1 to 64 of A-Z, a-z, 0-9, _ and -",
      ),
      {
        description: "Topic: as good as a password where everybody may read.",
        secret: true,
      },
    ),
    token: about(secretText().optional(), {
      description: "Access token, if the server requires one.",
      secret: true,
    }),
  },
  ways: ({ private: inside, token, topic, url }) => ({
    ntfy: {
      channel: {
        kind: "ntfy",
        url,
        private: inside,
        topicFile: file("ntfy-topic"),
        ...(token && { tokenFile: file("ntfy-token") }),
      },
      secrets: { [file("ntfy-topic")]: topic, ...(token && { [file("ntfy-token")]: token }) },
      hears: "urgent",
    },
  }),
  addresses: ({ private: inside, url }) => [{ field: "url", url, private: inside }],
});
