import { z } from "zod";
import { imageOf } from "../../lib/pins.ts";
import {
  about,
  certificate,
  httpUrl,
  listening,
  name,
  relativePath,
  secretText,
} from "../config/fields.ts";
import { grafanaFiles } from "../render/grafana.ts";
import type { Service } from "./service.ts";

const fields = {
  ...listening({
    port: 3000,
    image: imageOf("docker.io/grafana/grafana", "grafana", ""),
    memory: 512,
  }),
  enabled: about(z.boolean().default(true), {
    description: "Whether Grafana and its content are part of the estate.",
    example: "true",
  }),
  url: about(httpUrl.optional(), {
    description: "Your own Grafana to put the content in, instead of one in the estate.",
    example: "https://grafana.example.com",
  }),
  auth: about(secretText().optional(), {
    description: "Credentials for your own Grafana: a token, or `user:password`.",
    secret: true,
  }),
  boards: about(z.record(name, relativePath).default({}), {
    description:
      "Your own boards by name: paths of their JSON files, relative to the project folder.",
    example: "boards/shop.json",
  }),
  authority: about(certificate.optional(), {
    description: "CA certificate (PEM) of your own Grafana, if it is a private CA.",
    example: '"$(cat ca.crt)"',
  }),
};

/** The boards: the estate's own server or somebody else's, and the content in it. */
export const grafana: Service<"grafana", typeof fields> = {
  name: "grafana",
  key: "grafana",
  fields,
  component: "Grafana",
  binary: "grafana",
  image: {
    uid: 472,
    gid: 0,
    data: "/var/lib/grafana",
    entrypoint: "/usr/share/grafana/bin/grafana",
  },
  listener: "login",
  forPeople: true,
  persistent: true,
  // A stack without Grafana is watched and alerted all the same.
  optional: ({ url }) => ({
    title: "Grafana",
    needs: url === undefined ? ["grafana", "grafana-plugin"] : ["grafana-plugin"],
  }),
  wanted: ({ enabled, url }) => enabled && (url === undefined || "elsewhere"),
  boardsAt: ({ url }, place) => url ?? place?.url,
  complaints: ({ auth, url }) =>
    url === undefined || auth !== undefined
      ? []
      : [
          {
            path: ["auth"],
            reason: "is missing: vigil:grafana.url names a Grafana that requires credentials",
          },
        ],
  args: ({ place, programHome }) => [
    "server",
    `--config=${place.config}/${grafanaFiles.config}`,
    `--homepath=${programHome("grafana")}`,
  ],
  shell: async () => (await import("./shells/grafana.ts")).grafanaShell,
};
