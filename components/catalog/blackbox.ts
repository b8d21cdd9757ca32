import { imageOf } from "../../lib/pins.ts";
import { listening, on } from "../config/fields.ts";
import { probeModule, renderBlackbox } from "../render/blackbox.ts";
import { core } from "../targets/fields.ts";
import { exporter, nobody } from "./exporter.ts";
import type { Service } from "./service.ts";

const fields = {
  ...listening({
    port: 9115,
    image: imageOf("docker.io/prom/blackbox-exporter", "blackbox_exporter"),
    memory: 128,
  }),
  on,
};

const oneModule = "Vigil's own blackbox exporter only requests pages over HTTP";

/** Asks addresses from outside: HTTP. */
export const blackbox: Service<"blackboxExporter", typeof fields> = {
  name: "blackbox",
  key: "blackboxExporter",
  fields,
  component: "Exporter",
  binary: "blackbox_exporter",
  image: nobody,
  listener: "certificate",
  mostSamples: 2_000,
  lacks: {
    "content probes": oneModule,
    "dns probes": oneModule,
    "grpc probes": oneModule,
    "icmp probes": oneModule,
  },
  // Targets watched from outside. No `host` label: the prober's host being down says nothing about it.
  jobs: ({ common: { probes }, on, own, place: { address } }) => [
    own,
    {
      name: "probe",
      access: "certificate",
      mostSamples: 500,
      targets: Object.entries(probes)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([probe, { url }]) => ({
          address: url,
          labels: { instance: url, probe, ...(on !== core && { from: on }) },
          prober: address,
        })),
      probe: { path: "/probe", module: probeModule },
    },
  ],
  texts: () => ({ "blackbox.yml": renderBlackbox() }),
  ...exporter({
    args: ({ config }) => [`--config.file=${config}/blackbox.yml`],
    checks: [
      { binary: "blackbox_exporter", args: ["--config.check", "--config.file=blackbox.yml"] },
    ],
    health: "/-/healthy",
  }),
};
