import { changesOf } from "../difference.ts";
import { messageOf, VigilError } from "../errors.ts";
import { isDue, type Pair } from "../pki.ts";
import type { Failure, Resource } from "../resource.ts";
import type { AuthorityInputs } from "../types.ts";
import { hasUnknown, reveal, secret, type Raw } from "../values.ts";

/** The maker of one kind of certificate. */
export interface Kind<Inputs extends AuthorityInputs> {
  readonly properties: readonly (keyof Inputs & string)[];
  readonly problems: (inputs: Inputs) => Failure[];
  readonly make: (inputs: Inputs, now: number) => Promise<Pair>;
}

/** A certificate with its key that is renewed in place when it is due or its inputs change. */
export function renewable<Inputs extends AuthorityInputs>(kind: Kind<Inputs>): Resource {
  async function make(news: Raw): Promise<Raw> {
    const inputs = reveal(news) as Inputs;
    try {
      const { certificate, key } = await kind.make(inputs, Date.now());
      return { ...news, certificate, key: secret(key) };
    } catch (error) {
      throw new VigilError(
        `No certificate could be made for ${inputs.commonName}`,
        messageOf(error),
        "Correct its names, or the authority it is given, and run again.",
      );
    }
  }

  return {
    check(_olds, news) {
      const plain = reveal(news) as Inputs;
      return Promise.resolve({
        inputs: news,
        failures: hasUnknown(plain) ? [] : [...termProblems(plain), ...kind.problems(plain)],
      });
    },
    async diff(olds, news) {
      const changes = changesOf(olds, news, kind.properties);
      if (Object.keys(changes).length > 0) return { changes };
      const { certificate } = reveal(olds) as Raw;
      const due = await isDue(String(certificate), Number(news["renewBeforeDays"]), Date.now());
      return { changes: due ? { certificate: "update", key: "update" } : {} };
    },
    async create(inputs) {
      return { id: String(reveal(inputs["commonName"])), outs: await make(inputs) };
    },
    update: (_id, _olds, news) => make(news),
    read(id, state) {
      // Missing inputs are left out: the engine has no undefined.
      const given = kind.properties.filter((key) => state[key] !== undefined);
      const inputs = Object.fromEntries(given.map((key) => [key, state[key]]));
      return Promise.resolve({ id, props: state, inputs });
    },
    delete: () => Promise.resolve(),
  };
}

/** A certificate renewed as soon as it is made would change on every `up`. */
function termProblems(inputs: AuthorityInputs): Failure[] {
  const failures: Failure[] = [];
  if (inputs.commonName === "") failures.push({ property: "commonName", reason: "it is empty" });
  if (!(inputs.days > 0)) failures.push({ property: "days", reason: "it must be more than 0" });
  if (!(inputs.renewBeforeDays >= 0 && inputs.renewBeforeDays < inputs.days)) {
    const reason = `it must be at least 0 and less than days (${inputs.days})`;
    failures.push({ property: "renewBeforeDays", reason });
  }
  return failures;
}
