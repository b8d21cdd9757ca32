/** Keys of hosts in a file of OpenSSH's, as sshd(8) describes known_hosts. Pure. */
import { hash as digest } from "node:crypto";

/** A line that cannot be read. */
export interface BadLine {
  readonly line: number;
  readonly reason: string;
}

/** What a file says about a host: a key, none at all, or only such as must not be accepted. */
export type Found = { readonly key: string } | "none" | "revoked";

/** A file of OpenSSH's, read. */
export interface KnownHosts {
  readonly problems: readonly BadLine[];
  readonly keyOf: (address: string, port: number) => Found;
}

/** The kinds of key, the best first. */
const families: readonly RegExp[] = [/^ssh-ed25519$/, /^ecdsa-sha2-nistp\d+$/, /^ssh-rsa$/];

/** Whether a line is about a host; {@link Line.names} are looked up instead of being compared. */
type Match = (name: string) => boolean;

interface Line {
  /** Place in {@link families}. */
  readonly family: number;
  readonly key: string;
  readonly revoked: boolean;
  /** In lower case; undefined where only {@link Line.match} can tell. */
  readonly names?: readonly string[];
  readonly match: Match;
  readonly isHashed?: true;
}

/** A base64 text of SSH begins with the type's length and the type itself. */
function isOfType(key: string, type: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key)) return false;
  const bytes = Buffer.from(key, "base64");
  const length = bytes.length < 4 ? -1 : bytes.readUInt32BE(0);
  return bytes.length > 4 + length && bytes.toString("latin1", 4, 4 + length) === type;
}

/** `*` and `?` as in a shell, without the backtracking that a hostile pattern would make endless. */
function matches(pattern: string, text: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let index = 0; index < text.length;) {
    if (pattern[at] === "*") [star, resume, at] = [at, index, at + 1];
    else if (pattern[at] === "?" || pattern[at] === text[index]) [at, index] = [at + 1, index + 1];
    else if (star >= 0) [at, resume, index] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

/** A name that is shown as its digest: `|1|salt|hash`. */
function hashed(text: string): Match | undefined {
  const [, , salt = "", hash = ""] = /^\|1\|([^|]*)\|([^|]*)$/.exec(text) ? text.split("|") : [];
  const [secret, wanted] = [Buffer.from(salt, "base64"), Buffer.from(hash, "base64")];
  if (secret.length !== 20 || wanted.length !== 20) return undefined;
  const code = codeOf(secret);
  const shown = wanted.toString("base64");
  return (name) => code(name) === shown;
}

/** Bytes that SHA-1 takes at a time. */
const block = 64;

/**
 * HMAC-SHA1 with a key of at most a block, in base64. Node's own makes an object of each key and takes fifteen times
 * as long: with five hundred hosts and as many hashed lines, seconds.
 */
export function codeOf(key: Buffer): (text: string) => string {
  const padded = (filler: number): Buffer =>
    Buffer.alloc(block, filler).map((byte, index) => byte ^ (key[index] ?? 0)) as Buffer;
  const inner = padded(0x36);
  const outer = Buffer.concat([padded(0x5c), Buffer.alloc(20)]);
  return (text) => {
    outer.write(
      digest("sha1", Buffer.concat([inner, Buffer.from(text)]), "binary"),
      block,
      "latin1",
    );
    return digest("sha1", outer, "base64");
  };
}

function listed(text: string): Pick<Line, "match" | "names"> {
  const patterns = text.toLowerCase().split(",");
  if (!/[*?!]/.test(text)) return { names: patterns, match: (name) => patterns.includes(name) };
  const not = patterns.flatMap((one) => (one.startsWith("!") ? one.slice(1) : []));
  const wanted = patterns.filter((one) => !one.startsWith("!"));
  return {
    match: (name) =>
      wanted.some((one) => matches(one, name)) && !not.some((one) => matches(one, name)),
  };
}

/** A line, the reason why it is not one, or undefined for one that says nothing about a host's own key. */
function lineOf(text: string): Line | string | undefined {
  if (text === "" || text.startsWith("#")) return undefined;
  const fields = text.split(/[ \t]+/);
  const marker = text.startsWith("@") ? fields.shift() : undefined;
  // Keys that are signed: the client that is used here does not look at signatures.
  if (marker === "@cert-authority") return undefined;
  if (marker !== undefined && marker !== "@revoked") return `has the marker ${marker}`;
  const [names = "", type = "", blob = ""] = fields;
  if (blob === "") return "is not a name, a type and a key";
  if (!isOfType(blob, type)) return `has a key that is not of the type ${type}`;
  const family = families.findIndex((one) => one.test(type));
  if (family < 0) return undefined;
  const who = names.startsWith("|") ? hashed(names) : listed(names);
  if (who === undefined) return "has a hashed name that is not |1|salt|hash";
  const line = { family, key: `${type} ${blob}`, revoked: marker !== undefined };
  return typeof who === "function" ? { ...line, match: who, isHashed: true } : { ...line, ...who };
}

/** Lines that can be asked for by name: most are found without a look at the others. */
function indexed(lines: readonly Line[]): (name: string, family: number) => Line | undefined {
  const byName = new Map<string, Line>();
  for (const line of lines) {
    // Of two lines the later one counts: it was added when the host was installed again.
    for (const name of line.names ?? []) byName.set(`${line.family} ${name}`, line);
  }
  const others = families.map((_, family) =>
    lines.filter((line) => line.names === undefined && line.family === family).reverse(),
  );
  return (name, family) => {
    const at = `${family} ${name}`;
    const known = byName.get(at);
    if (known !== undefined) return known;
    const pool = others[family] ?? [];
    const index = pool.findIndex(({ match }) => match(name));
    const found = pool[index];
    if (found === undefined) return undefined;
    byName.set(at, found);
    // A digest is that of one name, which is known now: the next has fewer lines to try.
    if (found.isHashed === true) pool.splice(index, 1);
    return found;
  };
}

/** Reads a file of OpenSSH's. Lines of other kinds of key, and of authorities, are skipped. */
export function readKnownHosts(text: string): KnownHosts {
  const problems: BadLine[] = [];
  const all = text.split(/\r?\n/).flatMap((one, index) => {
    const line = lineOf(one.trim());
    if (typeof line === "string") problems.push({ line: index + 1, reason: line });
    return typeof line === "object" ? [line] : [];
  });
  const revoked = all.filter((line) => line.revoked);
  const isRevoked = (name: string, key: string): boolean =>
    revoked.some((line) => line.key === key && line.match(name));
  const find = indexed(all.filter((line) => !line.revoked));
  const byName = (name: string): Found => {
    let found: Found = "none";
    for (const family of families.keys()) {
      const line = find(name, family);
      if (line !== undefined && !isRevoked(name, line.key)) return { key: line.key };
      if (line !== undefined) found = "revoked";
    }
    return found;
  };
  return {
    problems,
    // As ssh does: with its port first, then as if it had none.
    keyOf: (address, port) => {
      const name = address.toLowerCase();
      const there = port === 22 ? "none" : byName(`[${name}]:${port}`);
      return there === "none" ? byName(name) : there;
    },
  };
}
