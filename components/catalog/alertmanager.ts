import { renderAlertmanager, type Receivers } from "../../rules/lib/alertmanager.ts";
import { imageOf } from "../../lib/pins.ts";
import { about, duration, listening } from "../config/fields.ts";
import { receiverFiles, toldOf } from "../render/alertmanager.ts";
import { processorReceiver } from "../render/processor.ts";
import { webArgs } from "../render/web.ts";
import { alertmanagerTellings } from "../tellings.ts";
import { nobody } from "./exporter.ts";
import type { Estate, Service } from "./service.ts";

const fields = {
  ...listening({
    port: 9093,
    image: imageOf("docker.io/prom/alertmanager", "alertmanager"),
    memory: 256,
  }),
  retention: about(duration.default("120h"), {
    description: "How long silences and notifications are remembered.",
    example: "120h",
  }),
};

/** Alertmanager's metrics in an estate. */
const tellingsOf = ({ common, has }: Pick<Estate, "common" | "has">) =>
  alertmanagerTellings(common, has("processor"));

/** Alertmanager's receivers: the processor, and people. Secrets are files. */
export function receiversOf(estate: Pick<Estate, "common" | "has" | "place">): Receivers {
  const { place } = estate;
  const processor = place("processor");
  const folder = place("alertmanager")?.config ?? "";
  return {
    ...receiverFiles(tellingsOf(estate), folder),
    ...(processor && { processor: processorReceiver(processor, folder) }),
  };
}

/** Groups alerts, silences what follows from others, and notifies people. */
export const alertmanager: Service<"alertmanager", typeof fields> = {
  name: "alertmanager",
  key: "alertmanager",
  fields,
  component: "Alertmanager",
  binary: "alertmanager",
  image: {
    ...nobody,
    data: "/alertmanager",
    ready: (client, url) => ["amtool", "cluster", "show", client, `--alertmanager.url=${url}`],
  },
  listener: "certificate",
  forPeople: true,
  persistent: true,
  mostSamples: 5_000,
  lacks: { "several alertmanagers": "the estate has one, without a cluster" },
  texts: (estate) => ({
    "alertmanager.yml": renderAlertmanager(receiversOf(estate), estate.common.maintenance),
  }),
  args: ({ place, settings }) => [
    // One instance: nobody to gossip with, so no listener for it.
    "--cluster.listen-address=",
    // So that its metrics tell whom it could not reach.
    "--enable-feature=receiver-name-in-metrics",
    `--config.file=${place.config}/alertmanager.yml`,
    `--data.retention=${settings.retention}`,
    `--storage.path=${place.data}`,
    ...webArgs(place),
  ],
  tells: (estate) => toldOf(tellingsOf(estate)),
  shell: async () => (await import("./shells/alertmanager.ts")).alertmanagerShell,
};
