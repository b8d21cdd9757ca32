import { z } from "zod";

/** The parts of an OpenAPI description that say what is answered. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly content?: Readonly<
          Record<string, { readonly schema: Parameters<typeof z.fromJSONSchema>[0] }>
        >;
      }
    >
  >;
}

/** Whether an address is one of a path with names in braces. */
function fits(path: string, address: string): boolean {
  const parts = path.split("/");
  const given = address.split("/");
  return (
    parts.length === given.length &&
    parts.every((part, index) => part.startsWith("{") || part === given[index])
  );
}

/**
 * Compares an answer with what the description says of it.
 *
 * @returns What is wrong; undefined where it is as described, or the address is not part of the API.
 */
export function deviation(
  { paths }: Description,
  method: string,
  address: string,
  answer: { readonly status: number; readonly text: string; readonly type: string },
): string | undefined {
  const path = address.replace(/[?#].*$/, "");
  const known = Object.keys(paths).filter((one) => fits(one, path));
  // A word before a name: /v1/alerts is not a fingerprint.
  const found = known.sort((a, b) => a.split("{").length - b.split("{").length)[0];
  const operation = found === undefined ? undefined : paths[found]?.[method.toLowerCase()];
  if (found === undefined || operation === undefined) return undefined;
  const what = `${method} ${found} answers ${answer.status}`;
  const response = operation.responses[`${answer.status}`];
  if (response === undefined)
    return `${what}, which is not described: ${answer.text.slice(0, 200)}`;
  const type = answer.type.replace(/;.*$/, "");
  const schema = response.content?.[type]?.schema;
  if (schema === undefined) {
    return answer.text === "" ? undefined : `${what} as ${type}, which is not described`;
  }
  if (type !== "application/json") return undefined;
  const { error } = z.fromJSONSchema(schema).safeParse(JSON.parse(answer.text));
  return error && `${what} otherwise than described: ${z.prettifyError(error).slice(0, 500)}`;
}
