import type { Difference } from "./difference.ts";
import { VigilError } from "./errors.ts";
import type { Failure, Found, Resource } from "./resource.ts";
import { authority } from "./resources/authority.ts";
import { certificate } from "./resources/certificate.ts";
import { checkedFiles } from "./resources/checked-files.ts";
import { hostProcess } from "./resources/host-process.ts";
import { login } from "./resources/login.ts";
import { process } from "./resources/process.ts";
import { tokens } from "./types.ts";
import type { Raw } from "./values.ts";

const resources: Readonly<Record<string, Resource>> = {
  [tokens.authority]: authority,
  [tokens.certificate]: certificate,
  [tokens.checkedFiles]: checkedFiles,
  [tokens.hostProcess]: hostProcess,
  [tokens.login]: login,
  [tokens.process]: process,
};

/** `urn:pulumi:stack::project::parent$token::name` ends its third part with the resource's token. */
function resourceOf(urn: string): Resource {
  const token = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const found = resources[token];
  if (found === undefined) {
    throw new VigilError(
      `The provider does not know the type ${JSON.stringify(token)}`,
      `it knows ${Object.keys(resources).join(", ")}`,
      "Use the classes of provider/resources.ts.",
    );
  }
  return found;
}

/**
 * The engine prints the whole value of a property that failed, secrets in clear; without a name it
 * prints the reason alone.
 */
function anonymous({ property, reason }: Failure): Failure {
  return { property: "", reason: `${property}: ${reason}` };
}

/** The engine's operations on resources of any type; a resource is named by its urn. */
export interface Provider {
  readonly version: string;
  check(urn: string, olds: Raw, news: Raw): ReturnType<Resource["check"]>;
  diff(urn: string, olds: Raw, news: Raw): Promise<Difference>;
  create(urn: string, inputs: Raw): ReturnType<Resource["create"]>;
  update(id: string, urn: string, olds: Raw, news: Raw): Promise<Raw>;
  read(id: string, urn: string, state: Raw, inputs: Raw): Promise<Found>;
  delete(urn: string, state: Raw): Promise<void>;
}

/** The engine's operations, each handed to the resource its urn names. */
export function createProvider(version: string): Provider {
  return {
    version,
    check: async (urn, olds, news) => {
      const { inputs, failures } = await resourceOf(urn).check(olds, news);
      return { inputs, failures: failures.map(anonymous) };
    },
    diff: async (urn, olds, news) => resourceOf(urn).diff(olds, news),
    create: async (urn, inputs) => resourceOf(urn).create(inputs),
    update: async (id, urn, olds, news) => resourceOf(urn).update(id, olds, news),
    read: async (id, urn, state, inputs) => resourceOf(urn).read(id, state, inputs),
    delete: async (urn, state) => resourceOf(urn).delete(state),
  };
}
