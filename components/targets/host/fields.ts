import { z } from "zod";
import { rangeIn } from "../../config/hosts/range.ts";
import {
  about,
  line,
  machineAddress,
  relativePath,
  secretKey,
  secretText,
  section,
} from "../../config/fields.ts";

/** The word for a host whose key nobody looks at. */
export const anyKey = "any";

/** Why a text is not the address of a host or of a range of them; undefined where it is. */
function addressProblem(text: string): string | undefined {
  const range = rangeIn(text);
  if (range !== undefined && "reason" in range) return range.reason;
  const [first = text] = range?.items.map(range.with) ?? [];
  return machineAddress.safeParse(first).error?.issues[0]?.message;
}

/** Also of a range of hosts. */
const addresses = z.string().superRefine((text, context) => {
  const message = addressProblem(text);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

const user = line.regex(/^[a-z_][a-zA-Z0-9_.-]*$/, { error: "is not a user's name" });

const port = z
  .int({ error: "is not a port; write a whole number from 1 to 65535" })
  .min(1, { error: "is not a port; the lowest is 1" })
  .max(65535, { error: "is not a port; the highest is 65535" });

const publicKey = z
  .string()
  .regex(/^(?:any|(?:ssh-|ecdsa-sha2-)\S+ [A-Za-z0-9+/]{40,}=*(?: .*)?)$/, {
    error: "is not a public host key; write its type and the key, or any",
  })
  // A comment says nothing to whoever compares keys.
  .transform((text) => text.split(" ").slice(0, 2).join(" "));

/** Of the right form; nobody has its private half. */
const exampleKey = `'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}'`;

/** What all hosts have in common, unless they say otherwise. */
export const ssh = section({
  user: about(user.default("root"), {
    description: "User for SSH: root, or one that may run sudo without a password.",
    example: "deploy",
  }),
  port: about(port.default(22), { description: "Port of SSH.", example: "22" }),
  key: about(secretKey().optional(), {
    description:
      "Private key to sign in at hosts with; when absent, the agent's keys and those in ~/.ssh.",
    secret: true,
    from: "~/.ssh/id_ed25519",
  }),
  passphrase: about(secretText().optional(), {
    description: "Passphrase of the key.",
    secret: true,
  }),
  knownHosts: about(relativePath.optional(), {
    description:
      "File in the format of OpenSSH's known_hosts, from which hosts without a `hostKey` get theirs: a path from the project's folder.",
    example: "known_hosts",
  }),
  bastion: z
    .strictObject({
      address: about(machineAddress, {
        description: "Machine through which hosts are reached.",
        example: "bastion.example.com",
      }),
      user: about(user.optional(), {
        description: "User there; default: `vigil:ssh.user`.",
        example: "deploy",
      }),
      port: about(port.default(22), { description: "Port of SSH there.", example: "22" }),
      hostKey: about(publicKey.optional(), {
        description:
          "Public key that it must show, or `any`; default: from `vigil:ssh.knownHosts`.",
        example: exampleKey,
      }),
    })
    .optional(),
});

/** One host, or a range of hosts. */
export const host = z.strictObject({
  address: about(addresses, {
    description:
      "Name or address, for SSH and for Prometheus. `web-[01:20].example.com` makes `<name>-01` to `<name>-20`.",
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
  hostKey: about(publicKey.optional(), {
    description:
      "Public key that the host must show, as in /etc/ssh/ssh_host_ed25519_key.pub; default: from `vigil:ssh.knownHosts`. `any` accepts every key: whoever answers at the address is given the secrets.",
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

/** How hosts of a stack are reached, as it is written. */
export type StatedSsh = z.output<typeof ssh>;

/** A host or a range of hosts of a stack, as it is written. */
export type StatedHost = z.output<typeof host>;

/** What must be shown by whoever answers. */
interface WithKey {
  readonly hostKey: string;
}

/** How hosts of a stack are reached. */
export type Ssh = Omit<StatedSsh, "bastion"> & {
  readonly bastion?: (NonNullable<StatedSsh["bastion"]> & WithKey) | undefined;
};

/** A host of a stack: one, with its key. */
export type Host = StatedHost & WithKey;
