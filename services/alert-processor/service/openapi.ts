/** Parts of the API's description beyond those of the routes. */
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { hooks } from "../channels/index.ts";
import { cookieAt } from "./cookie.ts";
import type { Reach } from "./paths.ts";

type Transform = typeof jsonSchemaTransform;

/** As a route is written: its method, address and what it says of itself. */
interface Told {
  readonly method: string;
  readonly url: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const failures: Readonly<Record<number, string>> = {
  400: "The request is invalid; the text says why",
  401: "The caller is not known",
  403: "The caller may only read, or may not even read, or another site sent it",
  404: "Nothing has this name",
  409: "It has changed since it was read",
  413: "It is too large",
  415: "It is not JSON",
  422: "The alert's state does not allow it",
  429: "Too many wrong passwords: wait a minute",
  503: "Try again: the database does not answer, or there is no room",
};

/** How a request can fail, by what the route takes. */
function failuresOf({ method, schema, url }: Told): number[] {
  const isMessage = schema["security"] !== undefined;
  const changes = method !== "GET";
  const isAct = url.endsWith("/actions") && url !== "/v1/actions";
  const reads = ["body", "querystring", "params"].some((part) => schema[part] !== undefined);
  return [
    ...(reads || changes ? [400] : []),
    401,
    ...(url.startsWith("/v1/hooks/") ? [] : [403]),
    ...(url.includes(":") ? [404] : []),
    ...(isAct ? [409, 422] : url === "/v1/actions" ? [422] : []),
    ...(changes ? [413, 415] : []),
    ...(isMessage && url !== "/v1/session" ? [] : [429]),
    503,
  ];
}

const failure = {
  type: "object",
  properties: { error: { type: "string" } },
  required: ["error"],
};

/** Routes whose answers are not JSON, by the kind of their answer. */
const texts: Readonly<Record<string, string>> = {
  "/-/healthy": "text/plain",
  "/-/ready": "text/plain",
  "/metrics": "text/plain",
  "/take/:token": "text/html",
  "/v1/changes": "text/event-stream",
};

const textOf = (description: string, type: string) => ({
  description,
  content: { [type]: { schema: { type: "string" } } },
});

/** All that a route may answer. */
function responsesOf(told: Told, own: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { method, url } = told;
  const type = texts[url];
  // A link's page says in words what is wrong.
  const codes = url === "/take/:token" ? [503] : failuresOf(told);
  const shape = (description: string) =>
    url === "/take/:token" ? textOf(description, "text/html") : { description, ...failure };
  return {
    ...(type !== undefined && { 200: textOf("As text", type) }),
    ...(url === "/openapi.json" && { 200: { description: "This", type: "object" } }),
    ...(method === "DELETE" &&
      url === "/v1/session" && { 204: { description: "Signed out", type: "null" } }),
    ...Object.fromEntries(codes.map((code) => [code, shape(failures[code] ?? "")])),
    ...own,
  };
}

/** Adds to each route how it may fail: errors common to all are described once. */
export const describe: Transform = (told) => {
  const { schema, url } = jsonSchemaTransform(told);
  if (schema.hide === true) return { schema, url };
  const { method } = told.route;
  const route: Told = {
    method: Array.isArray(method) ? (method[0] ?? "") : method,
    url: told.url,
    schema: told.schema as Readonly<Record<string, unknown>>,
  };
  const own = (schema.response ?? {}) as Readonly<Record<string, unknown>>;
  return { schema: { ...schema, response: responsesOf(route, own) }, url };
};

/** The description common to all routes. */
export const apiAt = (reach: Reach): NonNullable<FastifyDynamicSwaggerOptions["openapi"]> => ({
  openapi: "3.1.0",
  info: {
    title: "Vigil alert processor",
    description: "What is open, who has it, who was notified.",
    version: "1",
  },
  servers: [{ url: reach.origin + reach.base }],
  components: {
    securitySchemes: {
      bearer: { type: "http", scheme: "bearer" },
      basic: { type: "http", scheme: "basic" },
      session: { type: "apiKey", in: "cookie", name: cookieAt(reach).name },
      ...Object.fromEntries(hooks.map(({ proof, scheme }) => [scheme, proof])),
    },
  },
  security: [{ session: [] }, { basic: [] }],
});
