import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { failureSchema } from "./schemas.ts";
import { type Access, forAll } from "../access.ts";
import type { Offers } from "../first.ts";

export interface SessionRoutes {
  readonly access: Access;
  readonly offers: Offers;
}

const me = z.object({
  name: z.string(),
  mayAct: z.boolean().describe("False: read-only"),
  byProxy: z.boolean().describe("Whether a proxy signs people in"),
  maySignOut: z
    .boolean()
    .describe("False: a proxy signs people in and gives no address to sign out"),
  signOutUrl: z
    .string()
    .describe("Where a proxy's session ends; empty for a session of the processor"),
  people: z.array(z.string()).readonly().describe("People who can be handed alerts"),
  channels: z.array(z.string()).readonly(),
  alertmanager: z.boolean().describe("Whether silences can be made"),
});

/** Signing in and out. */
export function sessionRoutes(instance: FastifyInstance, routes: SessionRoutes): void {
  const { access, offers } = routes;
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.post(
    "/v1/session",
    {
      schema: {
        summary: "Sign in",
        tags: ["session"],
        security: [],
        body: z.object({ name: z.string().max(200), password: z.string().max(1000) }),
        response: {
          200: z.object({ name: z.string() }),
          401: failureSchema,
          403: failureSchema,
          429: failureSchema,
        },
      },
    },
    async (request, reply) => {
      if (!access.sameOrigin(request)) {
        return reply.code(403).send({ error: "another site asked for this" });
      }
      const { name, password } = request.body;
      switch (await access.signIn(request, reply, name, password)) {
        case "right":
          return reply.send({ name });
        case "wait":
          return reply.code(429).send({ error: "wait a minute" });
        case "wrong":
          return reply.code(401).send({ error: "wrong name or password" });
      }
    },
  );

  app.get(
    "/v1/session",
    {
      onRequest: access.required,
      schema: {
        summary: "The current user and their permissions",
        tags: ["session"],
        response: { 200: me },
      },
    },
    (request) => ({ ...access.rights(request), ...offers }),
  );

  app.delete(
    "/v1/session",
    {
      config: forAll,
      onRequest: access.required,
      schema: { summary: "Sign out", tags: ["session"] },
    },
    async (request, reply) => {
      await access.signOut(request, reply);
      return reply.code(204).send();
    },
  );
}
