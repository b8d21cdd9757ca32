import { z } from "zod";
import { about, secret } from "../config/fields.ts";
import { defineChannel, file } from "./channel.ts";

export const telegram = defineChannel({
  name: "telegram",
  temper: "chat",
  fields: {
    token: about(
      secret((text) => /^[\w:-]+$/.test(text), "is not a bot token"),
      { description: "Token of a Telegram bot, as shown by BotFather.", secret: true },
    ),
    chat: about(
      z.string().regex(/^(?:-?\d{1,20}|@\w{4,40})$/, {
        error: "is not a chat; write its id, such as -1001234567890, or @name of a public one",
      }),
      {
        description: "Id of the chat, or its @name.",
        example: "'@example_alerts'",
      },
    ),
    topic: about(z.int().positive().optional(), {
      description: "Id of a topic in that chat.",
      example: "7",
    }),
  },
  ways: ({ chat, token, topic }) => ({
    telegram: {
      channel: {
        kind: "telegram",
        chat,
        tokenFile: file("telegram-token"),
        ...(topic !== undefined && { topic }),
      },
      secrets: { [file("telegram-token")]: token },
      hears: "urgent",
    },
  }),
});
