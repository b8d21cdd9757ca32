import { z } from "zod";
import {
  about,
  certificate,
  duration,
  httpUrl,
  image,
  line,
  megabytes,
  name,
  port,
  secretKey,
  secretPassword,
  secretText,
  section,
  size,
} from "./fields.ts";
import { processor } from "./processor-schema.ts";
import { maintenance, receivers } from "./receivers-schema.ts";
import { rules } from "./rules-schema.ts";

const service = (defaults: { port: number; image: string; memory: number }) => ({
  port: about(port.default(defaults.port), {
    description: "Port it listens on.",
    example: String(defaults.port),
  }),
  image: about(image.default(defaults.image), {
    description: "Container image; your own registry is welcome. Container targets only.",
    example: defaults.image,
  }),
  memory: about(megabytes.default(defaults.memory), {
    description: "Upper bound of its memory in MB. Container targets only.",
    example: String(defaults.memory),
  }),
});

const prometheus = section({
  ...service({ port: 9090, image: "docker.io/prom/prometheus:v3.5.3", memory: 2048 }),
  scrapeInterval: about(duration.default("15s"), {
    description: "How often every target is asked.",
    example: "15s",
  }),
  evaluationInterval: about(duration.default("15s"), {
    description: "How often rules are evaluated.",
    example: "15s",
  }),
  retention: section({
    time: about(duration.default("15d"), {
      description: "How long samples are kept.",
      example: "15d",
    }),
    size: about(size.default("10GB"), {
      description: "How much disk samples may take; the oldest go first.",
      example: "10GB",
    }),
  }),
  limits: section({
    samples: about(z.int().min(1).default(50_000), {
      description: "Samples one scrape may bring; more and the scrape fails.",
      example: "50000",
    }),
    labels: about(z.int().min(1).default(64), {
      description: "Labels one series may have.",
      example: "64",
    }),
    labelValueLength: about(z.int().min(1).default(2_048), {
      description: "Characters one label value may have.",
      example: "2048",
    }),
    bodySize: about(size.default("16MB"), {
      description: "Size of one scrape's answer; more of it is not read.",
      example: "16MB",
    }),
  }),
});

const alertmanager = section({
  ...service({ port: 9093, image: "docker.io/prom/alertmanager:v0.33.1", memory: 256 }),
  retention: about(duration.default("120h"), {
    description: "How long silences and notifications are remembered.",
    example: "120h",
  }),
});

const grafana = section({
  ...service({ port: 3000, image: "docker.io/grafana/grafana:12.3.4", memory: 512 }),
  enabled: about(z.boolean().default(true), {
    description: "Whether Grafana and its content are part of the estate.",
    example: "true",
  }),
  url: about(httpUrl.optional(), {
    description:
      "A Grafana of your own to put the content in, instead of a server of the estate's.",
    example: "https://grafana.example.com",
  }),
  auth: about(secretText().optional(), {
    description: "How to get into your own Grafana: a token, or `user:password`.",
    secret: true,
  }),
  authority: about(certificate.optional(), {
    description:
      "Certificate in PEM of the authority of your own Grafana, where it is a private one.",
    example: '"$(cat ca.crt)"',
  }),
});

const probe = z.strictObject({
  url: about(httpUrl, { description: "Address that must answer.", example: "https://example.com" }),
});

const host = z.strictObject({
  address: about(line, {
    description: "Name or address.",
    example: "web-1.example.com",
  }),
  user: about(line, { description: "User for SSH.", example: "deploy" }),
  hostKey: about(z.string().regex(/^(?:ssh-|ecdsa-)\S+ \S+/, { error: "is no public host key" }), {
    description: "Public key the host must show.",
    example: "'ssh-ed25519 AAAA…'",
  }),
});

/** Everything a stack may say below `vigil:`; the one place of names, defaults and reasons. */
export const schema = z.strictObject({
  environment: about(name, {
    description: "Value of the label `env` on everything.",
    example: "dev",
  }),
  target: about(z.enum(["local", "docker", "kubernetes"]), {
    description: "Where the estate is put: `local` (processes of this machine), `docker`.",
    example: "local",
  }),
  login: section({
    username: about(name.default("vigil"), {
      description: "User name of the person who looks at the estate.",
      example: "vigil",
    }),
    password: about(secretPassword().optional(), {
      description: "Password; made by the first `up` when absent.",
      secret: true,
    }),
  }),
  tls: z
    .strictObject({
      certificate: about(certificate, {
        description:
          "Server certificate in PEM for every listener; an own authority makes one when absent.",
        example: '"$(cat tls.crt)"',
      }),
      key: about(secretKey(), {
        description: "Its private key in PEM.",
        secret: true,
        from: "tls.key",
      }),
      authority: about(certificate, {
        description: "Certificate in PEM of the authority that signed it.",
        example: '"$(cat ca.crt)"',
      }),
    })
    .optional(),
  prometheus,
  alertmanager,
  grafana,
  nodeExporter: section(
    service({ port: 9100, image: "docker.io/prom/node-exporter:v1.11.1", memory: 128 }),
  ),
  blackboxExporter: section(
    service({ port: 9115, image: "docker.io/prom/blackbox-exporter:v0.28.0", memory: 128 }),
  ),
  cadvisor: section({
    ...service({ port: 8080, image: "ghcr.io/google/cadvisor:v0.57.0", memory: 256 }),
    enabled: about(z.boolean().default(true), {
      description: "Whether the containers of the host are watched. Docker only.",
      example: "true",
    }),
  }),
  processor,
  probes: about(z.record(name, probe).default({}), {
    description: "Addresses watched from outside, by name.",
  }),
  receivers,
  maintenance,
  rules,
  hosts: about(z.record(name, host).default({}), {
    description: "Hosts reached over SSH, by name. Validated; provisioning them comes later.",
  }),
});

/** A stack's configuration, complete and valid. */
export type Config = z.output<typeof schema>;
