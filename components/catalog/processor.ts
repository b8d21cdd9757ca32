import { processorFields as fields } from "../config/processor-schema.ts";
import { channelNames, hearingNames } from "../render/processor-channels.ts";
import { processorFiles, renderProcessor } from "../render/processor.ts";
import { processorTellings } from "../tellings.ts";
import type { Service } from "./service.ts";

/** Remembers every alert, shows what is open and who has it, and delivers. */
export const processor: Service<"processor", typeof fields> = {
  name: "processor",
  key: "processor",
  fields,
  component: "Processor",
  binary: "alert-processor",
  image: {
    uid: 1000,
    gid: 1000,
    // Its image has no client but Node itself. It listens when its memory is open; that TLS and the
    // login work, Prometheus sees at each scrape.
    listens: (port) => [
      "node",
      "-e",
      `require("net").connect(${port}, "127.0.0.1", () => process.exit()).on("error", () => process.exit(1))`,
    ],
  },
  listener: "login",
  forPeople: true,
  persistent: true,
  mostSamples: 5_000,
  // There is no image to download.
  wanted: ({ enabled, image }, { images }) =>
    enabled &&
    (!images ||
      image !== undefined || {
        reason: "The alert processor is left out: it has no image.",
        first: "make processor-image",
        field: "image",
      }),
  texts: ({ common, place }, own, settings) => {
    const alertmanager = place("alertmanager");
    return { [processorFiles.config]: renderProcessor(settings, common, own, alertmanager) };
  },
  args: ({ place }) => ["serve", "--config", `${place.config}/${processorFiles.config}`],
  tells: ({ common }, settings) =>
    channelNames(settings, common).map((name) => `processor-${name}`),
  lacksHere: (settings, common) => ({
    ...(channelNames(settings, common).length === 0 && { "processor channels": "it has none" }),
    ...(hearingNames(settings, common).length === 0 && { "processor ears": "it is not set" }),
    ...(processorTellings(settings, common).heartbeat === undefined && {
      "processor heartbeat": "it is not set",
    }),
  }),
  shell: async () => (await import("./shells/processor.ts")).processorShell,
};
