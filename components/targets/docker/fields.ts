import { z } from "zod";
import { about, line, machineAddress } from "../../config/fields.ts";

/** Settings of a Docker engine other than the core's. */
export const dockerFields = {
  engine: about(
    z.string().regex(/^(?:ssh|tcp|unix):\/\/\S+$/, {
      error:
        "is not the address of a Docker engine; write ssh://user@host, tcp://host:2376 or unix:///path",
    }),
    { description: "Address of its Docker engine.", example: "ssh://deploy@edge.example.com" },
  ),
  address: about(machineAddress, {
    description:
      "Name or address of its machine, at which Prometheus reaches what is published there.",
    example: "edge.example.com",
  }),
  machine: about(line.optional(), {
    description: "Value of the label `host` for metrics about its machine; default: the address.",
    example: "edge",
  }),
  bind: about(
    z.ipv4({ error: "is not an IPv4 address; write one of the machine's own" }).default("0.0.0.0"),
    {
      description: "Address of its machine on which ports are published.",
      example: "192.0.2.10",
    },
  ),
};
