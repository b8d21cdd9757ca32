import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Runs `program` under mocks and returns what it registered, in order.
 *
 * Inputs that are secret arrive in the engine's wrapping; {@link plain} takes it off.
 */
export async function record(program: () => unknown, stack = "test"): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const id = `${name}-id`;
        recorded.push({ type, name, id, inputs: inputs as Record<string, unknown> });
        return { id, state: { ...(inputs as object) } };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "vigil",
    stack,
    false,
  );
  program();
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
