import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a resource knows beside its inputs once it exists, by type. */
export type Answers = Readonly<
  Record<string, (inputs: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown>>>
>;

/**
 * Runs `program` under mocks and returns what it registered, in order.
 *
 * Inputs that are secret arrive in the engine's wrapping; {@link plain} takes it off.
 */
export async function record(
  program: () => unknown,
  { answers = {}, stack = "test" }: { answers?: Answers; stack?: string } = {},
): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const id = `${name}-id`;
        const given = inputs as Record<string, unknown>;
        recorded.push({ type, name, id, inputs: given });
        const more = answers[type]?.(given) ?? Promise.resolve({});
        // Typed as synchronous, awaited all the same.
        return more.then((extra) => ({ id, state: { ...given, ...extra } }));
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "vigil",
    stack,
    false,
  );
  await program();
  await pulumi.runtime.disconnect();
  return recorded;
}

/** Key and value by which the engine knows a secret on the wire. */
const signature = "4dabf18193072939515e22adb298388d";

/** True for a value that would be stored encrypted. */
export function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && signature in value && "value" in value;
}

/** The same value without the wrapping of secrets, at any depth. */
export function plain(value: unknown): unknown {
  if (isSecret(value)) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
