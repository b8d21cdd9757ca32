/**
 * Property values as the engine sends them: plain JSON in which a marked object wraps a secret and
 * a fixed string stands for a value that is not known before `up`.
 */

const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const outputMark = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Placeholder for a string the engine does not know yet. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** One for each type of value: text, boolean, number, list, asset, archive, object. */
const unknowns = new Set([
  unknownText,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A property bag of the engine. */
export type Raw = Readonly<Record<string, unknown>>;

/** True for anything with named properties that is not a list. */
export function isRecord(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True where the engine wrapped `value` as a secret. */
export function isSecret(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return (
    value[signature] === secretMark || (value[signature] === outputMark && value["secret"] === true)
  );
}

/** True for anything the engine put a wrapper around, secret or not. */
export function isWrapped(value: unknown): boolean {
  return isRecord(value) && signature in value;
}

/** Wraps `value` so that the engine encrypts it in the state and hides it in previews. */
export function secret(value: unknown): unknown {
  return isSecret(value) ? value : { [signature]: secretMark, value };
}

/** `value` with those of its properties that have these names wrapped as secrets; anything else as it is. */
export function withSecret(value: unknown, ...names: readonly string[]): unknown {
  if (!isRecord(value)) return value;
  const there = names.filter((name) => value[name] !== undefined);
  return { ...value, ...Object.fromEntries(there.map((name) => [name, secret(value[name])])) };
}

/** True for a value, or a value with a part, that is known only during `up`. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value === "string") return unknowns.has(value);
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (!isRecord(value)) return false;
  if (value[signature] === outputMark && !("value" in value)) return true;
  return Object.values(value).some(hasUnknown);
}

/** The value without the engine's wrappers. */
export function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  if (!isRecord(value)) return value;
  if (value[signature] === secretMark) return reveal(value["value"]);
  if (value[signature] === outputMark) {
    return "value" in value ? reveal(value["value"]) : unknownText;
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, reveal(part)]));
}

/**
 * `plain` with wrappers where `like` has them. A value missing in `like` is wrapped when a neighbour is: a copy of a
 * secret file must not turn up in clear.
 */
export function concealLike(plain: unknown, like: unknown): unknown {
  if (isSecret(like)) return secret(plain);
  if (Array.isArray(plain)) {
    const parts: readonly unknown[] = Array.isArray(like) ? like : [];
    return plain.map((part, index) => concealLike(part, parts[index]));
  }
  if (!isRecord(plain) || !isRecord(like)) return plain;
  const guarded = Object.values(like).some(isSecret);
  return Object.fromEntries(
    Object.entries(plain).map(([key, part]) => {
      if (key in like) return [key, concealLike(part, like[key])];
      return [key, guarded ? secret(part) : part];
    }),
  );
}

/** Every text inside a secret of `value`, to be kept out of messages. */
export function secretTexts(value: unknown): string[] {
  if (isSecret(value)) return texts(reveal(value));
  if (Array.isArray(value)) return value.flatMap(secretTexts);
  return isRecord(value) ? Object.values(value).flatMap(secretTexts) : [];
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(texts);
  return isRecord(value) ? Object.values(value).flatMap(texts) : [];
}

/** Deep equality of plain JSON; the order of names does not matter. */
export function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

/** JSON with sorted names, so that equal values have equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isRecord(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
