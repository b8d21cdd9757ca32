import type { Result } from "./worker.ts";

/** What the log says of a message to a channel, by what became of it. */
export const spoken: Readonly<
  Record<Result, { readonly level: "error" | "info" | "warn"; readonly words: string }>
> = {
  sent: { level: "info", words: "told" },
  again: { level: "warn", words: "not told, tried again later" },
  refused: {
    level: "error",
    words:
      "refused, tried again later: look at the channel's address and secret, which are read at the start",
  },
  dead: { level: "error", words: "not told and given up; it can be sent again" },
};
