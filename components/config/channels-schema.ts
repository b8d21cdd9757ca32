import { z } from "zod";
import { inside } from "../channels/channel.ts";
import { sharedFields, teamFields } from "../channels/index.ts";
import { about, secretUrl, section } from "./fields.ts";
import { when } from "./receivers-schema.ts";

/** The address that is called every minute as long as the whole path works. */
export const heartbeat = z
  .strictObject({
    url: about(secretUrl(), {
      description:
        "URL called every minute as long as alerts can arrive; the service there raises an alarm when the calls stop.",
      example: "https://example.com/heartbeat",
      secret: true,
    }),
    private: inside,
  })
  .optional();

/** The ways to people, each said once: who speaks there follows from what is deployed. */
export const channels = section({
  ...sharedFields,
  heartbeat,
  teams: about(z.record(z.string(), z.strictObject(teamFields)).optional(), {
    description: "Channels of single teams: sre, devops, dba, mlops, security.",
  }),
  hours: z.strictObject(when("When warnings are sent")).optional(),
});

/** The ways to people in a stack's configuration. */
export type ChannelsSection = z.output<typeof channels>;
