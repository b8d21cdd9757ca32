import { z } from "zod";
import { inside } from "../channels/channel.ts";
import { sharedFields, teamFields } from "../channels/index.ts";
import { about, secretUrl, section } from "./fields.ts";
import { when } from "./receivers-schema.ts";

/** The ways to people, each said once: who speaks there follows from what is deployed. */
export const channels = section({
  ...sharedFields,
  heartbeat: z
    .strictObject({
      url: about(secretUrl(), {
        description:
          "Posted to every minute as long as alerts can arrive; what is there complains when that ends.",
        example: "https://example.com/heartbeat",
        secret: true,
      }),
      private: inside,
    })
    .optional(),
  teams: about(z.record(z.string(), z.strictObject(teamFields)).optional(), {
    description: "Channels of single teams: sre, devops, dba, mlops, security.",
  }),
  hours: z.strictObject(when("When warnings are told")).optional(),
});

/** What a stack says of the ways to people. */
export type ChannelsSection = z.output<typeof channels>;
