import type { DoubtState } from "./doubt.ts";
import type { Result } from "./worker.ts";

interface Spoken {
  readonly level: "error" | "info" | "warn";
  readonly words: string;
}

/** The log line about a message to a channel, by outcome. */
export const spoken: Readonly<Record<Result, Spoken>> = {
  sent: { level: "info", words: "told" },
  again: { level: "warn", words: "not sent, will be retried" },
  refused: {
    level: "error",
    words:
      "refused, will be retried: check the channel's address and secret, which are read at startup",
  },
  dead: { level: "error", words: "not sent and given up; it can be sent again" },
};

/** The log lines about alerts that may be over. */
export const doubts: Readonly<Record<DoubtState, Spoken>> = {
  begun: {
    level: "info",
    words:
      "nothing was received for a while: no reminders until Alertmanager confirms which alerts still fire",
  },
  "given up": {
    level: "warn",
    words:
      "Alertmanager did not say which alerts still fire: reminders go out for every open alert",
  },
};
