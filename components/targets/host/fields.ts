import { z } from "zod";
import { about, line, secretKey, secretText, section } from "../../config/fields.ts";

/** The word for a host whose key nobody looks at. */
export const anyKey = "any";

const address = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/, {
  error: "is not a host; write a name or an IPv4 address without a port",
});

const user = line.regex(/^[a-z_][a-zA-Z0-9_.-]*$/, { error: "is not a user's name" });

const port = z
  .int({ error: "is not a port; write a whole number from 1 to 65535" })
  .min(1, { error: "is not a port; the lowest is 1" })
  .max(65535, { error: "is not a port; the highest is 65535" });

const publicKey = z
  .string()
  .regex(/^(?:any|(?:ssh-|ecdsa-sha2-)\S+ [A-Za-z0-9+/]{40,}=*(?: .*)?)$/, {
    error: "is not a public host key",
  })
  // A comment says nothing to whoever compares keys.
  .transform((text) => text.split(" ").slice(0, 2).join(" "));

const key = (whose: string) =>
  about(secretKey().optional(), {
    description: `Private key to sign in ${whose} with; when absent, the agent's keys and those in ~/.ssh.`,
    secret: true,
    from: "~/.ssh/id_ed25519",
  });

/** Nobody's: the form of one. */
const exampleKey =
  "'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH2cDXBTUax3LZDCJ1DdqhntH9Oy1HJvKvMHdh7gzNBH'";

/** What all hosts have in common, unless they say otherwise. */
export const ssh = section({
  user: about(user.default("root"), {
    description: "User for SSH: root, or one that may run sudo without a password.",
    example: "deploy",
  }),
  port: about(port.default(22), { description: "Port of SSH.", example: "22" }),
  key: key("at hosts"),
  passphrase: about(secretText().optional(), {
    description: "Passphrase of the key.",
    secret: true,
  }),
  bastion: z
    .strictObject({
      address: about(address, {
        description: "Machine through which hosts are reached.",
        example: "bastion.example.com",
      }),
      user: about(user.optional(), {
        description: "User there; default: `vigil:ssh.user`.",
        example: "deploy",
      }),
      port: about(port.default(22), { description: "Port of SSH there.", example: "22" }),
      hostKey: about(publicKey, {
        description: "Public key that it must show, or `any`.",
        example: exampleKey,
      }),
    })
    .optional(),
});

/** One host. */
export const host = z.strictObject({
  address: about(address, {
    description: "Name or address, for SSH and for Prometheus.",
    example: "web-1.example.com",
  }),
  user: about(user.optional(), {
    description: "User for SSH; default: `vigil:ssh.user`.",
    example: "deploy",
  }),
  port: about(port.optional(), {
    description: "Port of SSH; default: `vigil:ssh.port`.",
    example: "22",
  }),
  hostKey: about(publicKey, {
    description:
      "Public key that the host must show, as in /etc/ssh/ssh_host_ed25519_key.pub. `any` accepts every key: whoever answers at the address is given the secrets.",
    example: exampleKey,
  }),
  direct: about(z.boolean().default(false), {
    description: "Whether it is reached without the bastion.",
    example: "true",
  }),
  labels: about(
    z
      .record(z.string().regex(/^[a-z][a-z0-9_]*$/, { error: "is not the name of a label" }), line)
      .default({}),
    {
      description: "Labels of everything that is scraped there, such as `role` or `site`.",
      example: "web",
    },
  ),
});

/** How hosts of a stack are reached. */
export type Ssh = z.output<typeof ssh>;

/** A host of a stack. */
export type Host = z.output<typeof host>;
