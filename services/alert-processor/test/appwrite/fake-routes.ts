/** The addresses of the fake Appwrite, with the scope that each needs. */
import type { FakeMessage, FakeServices } from "./fake-services.ts";
import type { FakeTables } from "./fake-tables.ts";

export interface FakeRequest {
  /** Of the path, in order. */
  readonly ids: readonly string[];
  /** The SDK says what is in it, and each handler takes what it needs. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly queries: string[];
  /** Parts of a form by their names. */
  form(): Map<string, Buffer>;
}

export interface FakeRoute {
  readonly method: string;
  readonly pattern: RegExp;
  readonly scope: string;
  readonly handle: (request: FakeRequest) => unknown;
}

type Ids = readonly [string, string, string, string];

function route(
  method: string,
  path: string,
  scope: string,
  handle: (ids: Ids, request: FakeRequest) => unknown,
): FakeRoute {
  const pattern = new RegExp(`^${path.replaceAll("*", "([^/]+)")}$`);
  return { method, pattern, scope, handle: (request) => handle(request.ids as Ids, request) };
}

const column = "/tablesdb/*/tables/*/columns";
const table = "/tablesdb/*/tables/*";

const tableRoutes = (tables: FakeTables): FakeRoute[] => [
  route("POST", "/tablesdb", "databases.write", (_, { body }) => {
    tables.databases.set(body["databaseId"] as string, new Map());
  }),
  route("POST", "/tablesdb/transactions", "rows.write", () => ({ $id: tables.begin() })),
  route("POST", "/tablesdb/transactions/*/operations", "rows.write", ([id], { body }) => {
    return tables.stage(id, body["operations"] as Parameters<FakeTables["stage"]>[1]);
  }),
  route("PATCH", "/tablesdb/transactions/*", "rows.write", ([id]) => tables.commit(id)),
  route("GET", "/tablesdb/*", "databases.read", ([id]) => {
    tables.database(id);
    return { $id: id };
  }),
  route("POST", "/tablesdb/*/tables", "tables.write", ([id], { body }) => {
    tables.createTable(id, body as unknown as { name: string; tableId: string });
  }),
  route("GET", table, "tables.read", ([database, id]) => {
    const { $id, $permissions, enabled, name } = tables.table(database, id);
    return { $id, $permissions, enabled, name };
  }),
  route("PUT", table, "tables.write", ([database, id], { body }) => {
    const { enabled, permissions } = body as { enabled?: boolean; permissions?: string[] };
    const changed = tables.table(database, id);
    changed.enabled = enabled ?? changed.enabled;
    changed.$permissions = permissions ?? changed.$permissions;
  }),
  route("GET", column, "tables.read", ([database, id]) => ({
    columns: tables.settle(tables.table(database, id).columns),
  })),
  route("POST", `${column}/*`, "tables.write", ([database, id, type], { body }) =>
    tables.createColumn(tables.table(database, id), type, body as never),
  ),
  route("GET", `${table}/indexes`, "tables.read", ([database, id]) => ({
    indexes: tables.settle(tables.table(database, id).indexes),
  })),
  route("POST", `${table}/indexes`, "tables.write", ([database, id], { body }) => {
    const index = { lengths: [], ...(body as object) } as never;
    return tables.createIndex(tables.table(database, id), index);
  }),
  route("GET", `${table}/rows`, "rows.read", ([database, id], { queries }) =>
    tables.list(database, id, queries),
  ),
];

const messageRoutes = (services: FakeServices): FakeRoute[] => [
  route("GET", "/messaging/topics/*", "topics.read", ([id]) => services.topic(id)),
  route("POST", "/messaging/topics", "topics.write", (_, { body }) => {
    services.topics.set(body["topicId"] as string, { $id: body["topicId"], ...body });
  }),
  ...(["push", "sms"] as const).map((kind) =>
    route("POST", `/messaging/messages/${kind}`, "messages.write", (_, { body }) => {
      services.send({ kind, ...(body as unknown as Omit<FakeMessage, "kind">) });
    }),
  ),
];

const one = "/functions/*";

const functionRoutes = (services: FakeServices): FakeRoute[] => {
  const shown = (id: string): unknown => {
    const { $id, deploymentId, fields } = services.function(id);
    return { $id, ...fields, deploymentId };
  };
  return [
    route("POST", "/functions", "functions.write", (_, { body }) => {
      services.createFunction(body);
    }),
    route("GET", one, "functions.read", ([id]) => shown(id)),
    route("PUT", one, "functions.write", ([id], { body }) => {
      Object.assign(services.function(id).fields, body);
    }),
    route("PATCH", `${one}/deployment`, "functions.write", ([id], { body }) => {
      services.activate(services.function(id), body["deploymentId"] as string);
      return shown(id);
    }),
    route("POST", `${one}/deployments`, "functions.write", ([id], request) => {
      const form = request.form();
      const code = form.get("code") ?? Buffer.alloc(0);
      const entrypoint = String(form.get("entrypoint"));
      const { $id, status } = services.deploy(services.function(id), entrypoint, code);
      return { $id, status, entrypoint };
    }),
    route("GET", `${one}/deployments/*`, "functions.read", ([id, deployment]) => {
      const found = services.deployment(services.function(id), deployment);
      return { ...found, code: undefined, buildLogs: "" };
    }),
    route("GET", `${one}/variables`, "functions.read", ([id]) => ({
      variables: services.variablesOf(services.function(id)),
    })),
    route("POST", `${one}/variables`, "functions.write", ([id], { body }) => {
      const of = services.function(id);
      services.setVariable(of, `variable${of.variables.size + 1}`, body as never);
    }),
    route("PUT", `${one}/variables/*`, "functions.write", ([id, variable], { body }) => {
      services.setVariable(services.function(id), variable, body as never);
    }),
  ];
};

/** In the order in which they are looked at. */
export const routesOf = (tables: FakeTables, services: FakeServices): FakeRoute[] => [
  ...tableRoutes(tables),
  ...messageRoutes(services),
  ...functionRoutes(services),
];
