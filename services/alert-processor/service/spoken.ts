import type { DoubtState } from "./doubt.ts";
import type { Result } from "./worker.ts";

interface Spoken {
  readonly level: "error" | "info" | "warn";
  readonly words: string;
}

/** What the log says of a message to a channel, by what became of it. */
export const spoken: Readonly<Record<Result, Spoken>> = {
  sent: { level: "info", words: "told" },
  again: { level: "warn", words: "not told, tried again later" },
  refused: {
    level: "error",
    words:
      "refused, tried again later: look at the channel's address and secret, which are read at the start",
  },
  dead: { level: "error", words: "not told and given up; it can be sent again" },
};

/** What the log says of alerts that may be over. */
export const doubts: Readonly<Record<DoubtState, Spoken>> = {
  begun: {
    level: "info",
    words:
      "nothing was heard for a while: nobody is reminded of an alert before it is known to go on",
  },
  "given up": {
    level: "warn",
    words: "Alertmanager has not said what goes on: people are reminded of all that is open",
  },
};
