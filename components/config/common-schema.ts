import { z } from "zod";
import { targets } from "../targets/fields.ts";
import { kinds, type TargetKind } from "../targets/kinds.ts";
import {
  about,
  certificate,
  httpUrl,
  line,
  name,
  relativePath,
  secretKey,
  secretPassword,
  section,
} from "./fields.ts";
import { channels } from "./channels-schema.ts";
import { maintenance, receivers } from "./receivers-schema.ts";
import { rules } from "./rules-schema.ts";

const probe = z.strictObject({
  url: about(httpUrl, { description: "Address that must answer.", example: "https://example.com" }),
});

const host = z.strictObject({
  address: about(line, {
    description: "Name or address.",
    example: "web-1.example.com",
  }),
  user: about(line, { description: "User for SSH.", example: "deploy" }),
  hostKey: about(
    z.string().regex(/^(?:ssh-|ecdsa-)\S+ \S+/, { error: "is not a public host key" }),
    {
      description: "Public key the host must show.",
      example: "'ssh-ed25519 AAAA…'",
    },
  ),
});

/** What is said of the estate as a whole, before its services. */
export const before = {
  environment: about(name, {
    description: "Value of the label `env` on everything.",
    example: "dev",
  }),
  target: about(z.enum(Object.keys(kinds) as [TargetKind, ...TargetKind[]]), {
    description: "Where the estate is put: `local` (processes of this machine), `docker`.",
    example: "local",
  }),
  targets,
  machine: about(line.optional(), {
    description:
      "Value of the label `host` of what describes the machine under the core; the machine's own name when absent.",
    example: "db-1",
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
};

/** What is watched, who is told, and by which rules: after its services. */
export const after = {
  probes: about(z.record(name, probe).default({}), {
    description: "Addresses watched from outside, by name.",
  }),
  channels,
  receivers,
  maintenance,
  rules,
  transform: about(relativePath.optional(), {
    description:
      "File with functions that change single resources: a path from the project's folder.",
    example: "transforms.ts",
  }),
  hosts: about(z.record(name, host).default({}), {
    description: "Hosts reached over SSH, by name. Validated; provisioning them comes later.",
  }),
};

/** What a stack says that belongs to no single service. */
export type Common = z.output<z.ZodObject<typeof before & typeof after, z.core.$strict>>;
