import { z } from "zod";
import { imageOf } from "../../lib/pins.ts";
import { about, listening } from "../config/fields.ts";
import { cadvisorSelection } from "../render/cadvisor.ts";
import { hostOf, portOf } from "../targets/target.ts";
import { exporterBeside, nobody } from "./exporter.ts";
import type { Service } from "./service.ts";

const fields = {
  ...listening({ port: 8080, image: imageOf("ghcr.io/google/cadvisor", "cadvisor"), memory: 256 }),
  enabled: about(z.boolean().default(true), {
    description: "Whether the containers of the host are watched. Docker only.",
    example: "true",
  }),
};

const noSocket = "Vigil's own has neither the socket, which amounts to root on the host, nor root";

/**
 * Metrics of the containers of a machine, by their ids: the engine's socket, which would add their names, is
 * equivalent to root on the host and is not given. It speaks no TLS, so it shares the loopback of Prometheus, the
 * one program that asks it, and listens on no network.
 */
export const cadvisor: Service<"cadvisor", typeof fields> = {
  name: "cadvisor",
  key: "cadvisor",
  fields,
  component: "Cadvisor",
  binary: "cadvisor",
  image: nobody,
  listener: "open",
  sees: "host",
  beside: "prometheus",
  wanted: ({ enabled }, { engine }) => enabled && engine,
  lacks: {
    "container disks": noSocket,
    "container names": noSocket,
    "container networks": noSocket,
    "container threads": "Vigil's own runs without it, which is too much",
    "kernel log": "Vigil's own is not root, and would always report 0",
  },
  ...exporterBeside({
    args: ({ listen }) => [
      ...cadvisorSelection,
      "--housekeeping_interval=15s",
      `--listen_ip=${hostOf(listen)}`,
      `--port=${portOf(listen)}`,
      "--storage_duration=1m",
    ],
    health: "/healthz",
    patience: 60,
  }),
};
