import { isIP } from "node:net";
import { changesOf } from "../difference.ts";
import { messageOf } from "../errors.ts";
import { programOf } from "../host/program.ts";
import { asIs, toStore } from "../process/legible.ts";
import { programProblem } from "../process/programs.ts";
import { fileProblems } from "../process/validate.ts";
import type { Failure, Resource } from "../resource.ts";
import type { HopInputs, HostProcessInputs, HostProcessState } from "../types.ts";
import { hasUnknown, isRecord, type Raw, reveal, withSecret } from "../values.ts";

const properties = [
  "name",
  "host",
  "environment",
  "connection",
  "binary",
  "args",
  "env",
  "files",
  "port",
  "memoryMegabytes",
  "seesHost",
  "address",
  "collector",
  "timeoutSeconds",
  "checksum",
  "asInstalled",
] as const satisfies readonly (keyof HostProcessState)[];

/** A process of a host, under its systemd. */
export const hostProcess: Resource = {
  async check(olds, news) {
    const plain = reveal(news) as HostProcessInputs;
    const failures = problemsOf(plain);
    const program = failures.length === 0 ? await checksumOf(plain.binary) : "";
    if (typeof program !== "string") failures.push(program);
    const files = toStore(news["files"], olds["files"]);
    // What is brought there is an input like all else, so that a new program shows as a change.
    const asked = { ...withSecretKeys(news), files, checksum: program, asInstalled: true };
    return { inputs: asked, failures };
  },

  // eslint-disable-next-line @typescript-eslint/require-await -- the engine's interface is asynchronous
  async diff(olds, news) {
    return {
      changes: changesOf(asIs(olds), asIs(news), properties),
      replaces: ["name", "host"],
      deleteBeforeReplace: true,
    };
  },

  create: async (inputs) => (await work()).create(asIs(inputs)),
  update: async (id, olds, news) => {
    // How Prometheus is asked is recorded, and nothing of it is on the host.
    const there = properties.filter((name) => name !== "collector");
    const same = Object.keys(changesOf(asIs(olds), asIs(news), there)).length === 0;
    return same ? asIs(news) : (await work()).update(id, asIs(olds), asIs(news));
  },
  read: async (id, state, inputs) => (await work()).read(id, asIs(state), inputs),
  delete: async (state) => (await work()).destroy(asIs(state)),
};

/** The part that reaches hosts: an `up` that changes nothing starts faster without it. */
const work = () => import("../host/work.ts");

async function checksumOf(binary: string): Promise<string | Failure> {
  try {
    return (await programOf(binary)).checksum;
  } catch (error) {
    return { property: "binary", reason: messageOf(error) };
  }
}

/** Every input that cannot be accepted: what is in a script must be what it looks like. */
function problemsOf(inputs: HostProcessInputs): Failure[] {
  const failures: Failure[] = [];
  const demand = (property: keyof HostProcessInputs, valid: boolean, reason: string): void => {
    if (!valid && !hasUnknown(inputs[property])) failures.push({ property, reason });
  };
  const name = /^[a-z][a-z0-9_-]{0,99}$/u;
  demand("name", name.test(inputs.name), "it must be a name in lower case");
  demand("environment", isName(inputs.environment), "it must be a name");
  demand("host", isName(inputs.host), "it must be a name");
  const stranger = programProblem(inputs.binary);
  demand("binary", stranger === undefined, stranger ?? "");
  const { bastion, ...hop } = inputs.connection;
  for (const one of bastion === undefined ? [hop] : [hop, bastion]) {
    const reason = hopProblem(one);
    demand("connection", reason === undefined, reason ?? "");
  }
  demand(
    "port",
    Number.isInteger(inputs.port) && inputs.port > 0 && inputs.port < 65536,
    "it must be a number from 1 to 65535",
  );
  return [...failures, ...fileProblems(inputs.files, [])];
}

const isName = (text: string): boolean => /^[a-z0-9][a-z0-9._-]{0,62}$/iu.test(text);

function hopProblem({ address, hostKey, user }: HopInputs): string | undefined {
  if (hasUnknown([address, hostKey, user])) return undefined;
  if (isIP(address) === 0 && !isName(address))
    return `${JSON.stringify(address)} is not an address`;
  if (!/^[a-z_][a-z0-9_.-]*\$?$/iu.test(user)) return `${JSON.stringify(user)} is not a user`;
  if (hostKey !== undefined && !/^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/u.test(hostKey)) {
    return "its hostKey must be a type and a key: ssh-ed25519 AAAA…";
  }
  return undefined;
}

/** A careless caller's plain keys become secret before anything is stored. */
function withSecretKeys(news: Raw): Raw {
  const { collector, connection } = news;
  const hop = (value: unknown): unknown => withSecret(value, "key", "passphrase");
  const hasBastion = isRecord(connection) && connection["bastion"] !== undefined;
  const through = hasBastion ? { ...connection, bastion: hop(connection["bastion"]) } : connection;
  return {
    ...news,
    connection: hop(through),
    ...(collector !== undefined && { collector: withSecret(collector, "key", "password") }),
  };
}
