import type { Logger } from "pino";
import type { Timed } from "../store/desk.ts";
import { type SteadyClock, steadyClock } from "./clock.ts";

/** The clock of all who share a memory; what is planned there is put right when somebody sets it. */
export const clockOf = (store: Timed, logger: Logger): Promise<SteadyClock> =>
  steadyClock({
    wall: () => store.now(),
    onSet: async (by, now) => {
      await store.adjust(by, now);
      const way = by > 0 ? "ahead" : "back";
      logger.warn({ seconds: Math.round(by / 1000) }, `the clock was set ${way}`);
    },
  });
