import { randomBytes } from "node:crypto";
import { changesOf } from "../difference.ts";
import type { Resource } from "../resource.ts";
import type { LoginInputs, LoginState } from "../types.ts";
import { hasUnknown, reveal, secret, type Raw } from "../values.ts";

/** bcrypt's rounds: what web.yml's readers verify on every request, so not more. */
const cost = 10;

/** bcrypt ignores what follows this many bytes. */
const longest = 72;

/** 192 bits in 32 characters that need no quoting in a URL. */
function generate(): string {
  return randomBytes(24).toString("base64url");
}

async function stateFor(username: unknown, password: string, hash?: string): Promise<Raw> {
  // Loaded here: the provider starts faster without it.
  const bcrypt = await import("bcryptjs");
  const passwordHash = hash ?? (await bcrypt.hash(password, cost));
  return { username, password: secret(password), passwordHash: secret(passwordHash) };
}

/** A user name with a password that stays the same until another one is given. */
export const login: Resource = {
  check(_olds, news) {
    const { username, password } = reveal(news) as LoginInputs;
    const inputs =
      password === undefined ? news : { ...news, password: secret(reveal(news["password"])) };
    const failures = [];
    if (!hasUnknown(username) && !/^[^\s:]+$/u.test(username)) {
      const reason = "it must not be empty, nor contain spaces or a colon";
      failures.push({ property: "username", reason });
    }
    if (password !== undefined && (password === "" || Buffer.byteLength(password) > longest)) {
      failures.push({ property: "password", reason: `it must have 1 to ${longest} bytes` });
    }
    return Promise.resolve({ inputs, failures });
  },
  diff(olds, news) {
    // A password that is no longer given stays.
    const properties = "password" in news ? ["username", "password"] : ["username"];
    return Promise.resolve({ changes: changesOf(olds, news, properties) });
  },
  async create(inputs) {
    const { username, password } = reveal(inputs) as LoginInputs;
    const outs = await stateFor(inputs["username"], password ?? generate());
    return { id: username, outs };
  },
  async update(_id, olds, news) {
    const before = reveal(olds) as LoginState;
    const { password = before.password } = reveal(news) as LoginInputs;
    const hash = password === before.password ? before.passwordHash : undefined;
    return stateFor(news["username"], password, hash);
  },
  read(id, state, inputs) {
    // A generated password is not an input: returned as one, it would show as added by somebody.
    const properties = "password" in inputs ? ["username", "password"] : ["username"];
    const found = Object.fromEntries(properties.map((key) => [key, state[key]]));
    return Promise.resolve({ id, props: state, inputs: found });
  },
  delete: () => Promise.resolve(),
};
