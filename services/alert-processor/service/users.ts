import { compare } from "bcryptjs";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** People and machines that sign in with a password. */
export interface Users {
  readonly names: readonly string[];
  /** @returns Whether there is such a user with this password; slow, so that guessing is. */
  verify(name: string, password: string): Promise<boolean>;
  /** @returns Whether the password was found right before; fast. */
  remembers(name: string, password: string): boolean;
  /** Changes when the user's password does; undefined where there is no such user. */
  stamp(name: string): string | undefined;
}

/** Name and password of an `Authorization: Basic` header. */
export function basicOf(header: string | undefined): readonly [string, string] | undefined {
  const encoded = /^Basic +([\w+/=]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : [text.slice(0, colon), text.slice(colon + 1)];
}

/** Passwords that were right, so that a scrape every 15 s does not cost a bcrypt each. */
const remembered = 100;

/**
 * @param hashes - bcrypt by user name, as `basic_auth_users` of web.yml has them.
 */
export function usersOf(hashes: Readonly<Record<string, string>>): Users {
  const known = new Map(Object.entries(hashes));
  const right = new Set<string>();
  /** Milliseconds that a password takes to be looked at. */
  let usual = 60;
  let turn: Promise<unknown> = Promise.resolve();
  const idOf = (name: string, password: string): string =>
    createHash("sha256")
      .update(JSON.stringify([name, password, known.get(name)]))
      .digest("base64");
  return {
    names: [...known.keys()].sort(),
    stamp: (name) => known.get(name),
    remembers: (name, password) => right.has(idOf(name, password)),
    verify: async (name, password) => {
      const own = known.get(name);
      if (own === undefined) {
        // As long as the last one that was looked at, but without work: a flood of made-up names costs nothing.
        await sleep(usual);
        return false;
      }
      // One at a time: guessing must not take the processor from alerts.
      const checked = turn.then(async () => {
        const begun = performance.now();
        const isRight = await compare(password, own);
        usual = performance.now() - begun;
        return isRight;
      });
      turn = checked.catch(() => undefined);
      if (!(await checked)) return false;
      if (right.size >= remembered) right.clear();
      right.add(idOf(name, password));
      return true;
    },
  };
}
