/** A JSON object as the API takes and gives it. */
export type Json = Readonly<Record<string, unknown>>;

/** What the stand-in remembers, by uid. */
export interface State {
  readonly folders: Map<string, Json>;
  readonly dataSources: Map<string, Json>;
  readonly dashboards: Map<string, Json>;
  readonly contactPoints: Map<string, Json>;
  policy: Json | undefined;
  ids: number;
}

/** A request, read. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Json;
}

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const accepted = (body: unknown): Answer => ({ status: 202, body });
const missing: Answer = { status: 404, body: { message: "not found" } };

type Handler = (state: State, asked: Asked, uid: string) => Answer;

/** Fields of contact points that Grafana never gives back. */
const hidden = ["password", "token", "bearerToken", "authorization_credentials"];

const routes: readonly (readonly [route: string, Handler])[] = [
  ["GET /api/health", () => ok({ database: "ok", version: "12.0.0", commit: "stand-in" })],
  ["POST /api/folders", (state, { body }) => ok(store(state, state.folders, folder(body)))],
  ["GET /api/folders/:uid", (state, _, uid) => one(state.folders, uid)],
  [
    "PUT /api/folders/:uid",
    (state, { body }, uid) => ok(store(state, state.folders, folder({ ...body, uid }))),
  ],
  ["DELETE /api/folders/:uid", (state, _, uid) => remove(state.folders, uid)],
  [
    "POST /api/datasources",
    (state, { body }) => {
      const datasource = store(state, state.dataSources, dataSource(body));
      return ok({ datasource, id: datasource["id"], name: body["name"], message: "added" });
    },
  ],
  ["GET /api/datasources/uid/:uid", (state, _, uid) => one(state.dataSources, uid)],
  [
    "PUT /api/datasources/uid/:uid",
    (state, { body }, uid) => {
      const datasource = store(state, state.dataSources, dataSource({ ...body, uid }));
      return ok({ datasource, id: datasource["id"], name: body["name"], message: "updated" });
    },
  ],
  ["DELETE /api/datasources/uid/:uid", (state, _, uid) => remove(state.dataSources, uid)],
  [
    "POST /api/dashboards/db",
    (state, { body }) => {
      const board = body["dashboard"] as Json;
      const uid = text(board["uid"]) ?? `board-${state.ids}`;
      const before = state.dashboards.get(uid)?.["version"];
      const version = typeof before === "number" ? before + 1 : 1;
      const folderUid = text(body["folderUid"]) ?? "";
      const { id } = store(state, state.dashboards, { uid, board, folderUid, version });
      return ok({ id, uid, url: `/d/${uid}`, status: "success", version, slug: uid });
    },
  ],
  [
    "GET /api/dashboards/uid/:uid",
    (state, _, uid) => {
      const kept = state.dashboards.get(uid);
      if (kept === undefined) return missing;
      const { board, folderUid, id, version } = kept;
      return ok({
        dashboard: { ...(board as Json), id, uid, version },
        meta: { folderUid, slug: uid, url: `/d/${uid}`, version, type: "db" },
      });
    },
  ],
  ["DELETE /api/dashboards/uid/:uid", (state, _, uid) => remove(state.dashboards, uid)],
  [
    "GET /api/v1/provisioning/contact-points",
    (state, { query }) => {
      const name = query.get("name");
      const all = [...state.contactPoints.values()].map(withoutSecrets);
      return ok(all.filter((point) => name === null || point["name"] === name));
    },
  ],
  [
    "POST /api/v1/provisioning/contact-points",
    (state, { body }) => {
      const uid = text(body["uid"]) ?? `contact-${state.ids}`;
      return accepted(withoutSecrets(store(state, state.contactPoints, { ...body, uid })));
    },
  ],
  [
    "PUT /api/v1/provisioning/contact-points/:uid",
    (state, { body }, uid) => {
      store(state, state.contactPoints, { ...body, uid });
      return accepted({ message: "contactpoint updated" });
    },
  ],
  [
    "DELETE /api/v1/provisioning/contact-points/:uid",
    (state, _, uid) => accepted(remove(state.contactPoints, uid).body),
  ],
  ["GET /api/v1/provisioning/policies", (state) => ok(state.policy ?? defaultPolicy)],
  [
    "PUT /api/v1/provisioning/policies",
    (state, { body }) => {
      state.policy = { ...body, provenance: "api" };
      return accepted({ message: "policies updated" });
    },
  ],
  [
    "DELETE /api/v1/provisioning/policies",
    (state) => {
      state.policy = undefined;
      return accepted(defaultPolicy);
    },
  ],
];

const defaultPolicy = {
  receiver: "grafana-default-email",
  group_by: ["grafana_folder", "alertname"],
};

/** The answer to a request, or undefined where the stand-in does not know the path. */
export function handle(state: State, asked: Asked): Answer | undefined {
  for (const [route, handler] of routes) {
    const uid = match(route, `${asked.method} ${asked.path}`);
    if (uid !== undefined) return handler(state, asked, uid);
  }
  return undefined;
}

/** The uid in a path that fits the route, empty where the route has none. */
function match(route: string, asked: string): string | undefined {
  if (!route.endsWith("/:uid")) return route === asked ? "" : undefined;
  const start = route.slice(0, -":uid".length);
  const rest = asked.startsWith(start) ? asked.slice(start.length) : "/";
  return rest.includes("/") ? undefined : decodeURIComponent(rest);
}

function store(state: State, into: Map<string, Json>, value: Json): Json {
  state.ids += 1;
  const uid = text(value["uid"]) ?? `uid-${state.ids}`;
  const kept = { ...value, uid, id: into.get(uid)?.["id"] ?? state.ids };
  into.set(uid, kept);
  return kept;
}

function one(from: Map<string, Json>, uid: string): Answer {
  const found = from.get(uid);
  return found === undefined ? missing : ok(found);
}

function remove(from: Map<string, Json>, uid: string): Answer {
  return from.delete(uid) ? ok({ message: "deleted" }) : missing;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function folder(body: Json): Json {
  return { ...body, url: `/dashboards/f/${text(body["uid"]) ?? ""}`, version: 1 };
}

/** As Grafana does: which secrets there are, never what they are. */
function dataSource({ secureJsonData, ...body }: Json): Json {
  const keys = Object.keys(secureJsonData ?? {});
  const secureJsonFields = Object.fromEntries(keys.map((key) => [key, true]));
  return { ...body, orgId: 1, readOnly: false, secureJsonFields };
}

function withoutSecrets(point: Json): Json {
  const settings = Object.entries((point["settings"] ?? {}) as Json).map(([key, value]) => {
    const secret = hidden.includes(key) || (point["type"] === "slack" && key === "url");
    return [key, secret ? "[REDACTED]" : value] as const;
  });
  return { ...point, settings: Object.fromEntries(settings), provenance: "api" };
}
