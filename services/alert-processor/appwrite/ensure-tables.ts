import { type TablesDB, TablesDBIndexType } from "node-appwrite";
import { type Column, type Index, type Table, tables } from "../store/appwrite-tables.ts";
import { type DeployOptions, ensure, found, type Thing, waitUntil } from "./ensure.ts";

/** What Appwrite says of a column or an index. */
interface Made {
  readonly key: string;
  readonly type: string;
  readonly status: string;
  readonly size?: number;
  readonly required?: boolean;
  readonly columns?: readonly string[];
  readonly error?: string;
}

const otherwise = "nothing is converted: use another database, or remove it there if it is empty";

function createColumn(api: TablesDB, databaseId: string, tableId: string, column: Column) {
  const { key, required, size = 0, type } = column;
  const common = { databaseId, tableId, key, required };
  switch (type) {
    case "integer":
      return api.createIntegerColumn(common);
    case "mediumtext":
      return api.createMediumtextColumn(common);
    case "varchar":
      return api.createVarcharColumn({ ...common, size });
  }
}

function columnState({ required, size, type }: Column, made: Made | undefined): string {
  if (made === undefined) return "missing";
  const small = size !== undefined && (made.size ?? 0) < size;
  if (made.type === type && !small && made.required === required) return "right";
  const kind = (of: string, length = 0, needed = true): string =>
    [of, ...(length > 0 ? [length] : []), ...(needed ? [] : ["optional"])].join(" ");
  const is = kind(made.type, made.size, made.required);
  return `it is ${is} and should be ${kind(type, size, required)}; ${otherwise}`;
}

function indexState({ columns, type }: Index, made: Made | undefined): string {
  if (made === undefined) return "missing";
  const same = made.type === type && made.columns?.join() === columns.join();
  return same ? "right" : `it is another index; ${otherwise}`;
}

/** Creates or updates the database and its tables for the store. */
export async function ensureTables(
  api: TablesDB,
  databaseId: string,
  options: DeployOptions,
): Promise<void> {
  const at = ({ id: tableId }: Table) => ({ databaseId, tableId });
  const columnsOf = async (table: Table): Promise<readonly Made[]> =>
    (await found(() => api.listColumns(at(table))))?.columns ?? [];
  const indexesOf = async (table: Table): Promise<readonly Made[]> =>
    (await found(() => api.listIndexes(at(table))))?.indexes ?? [];

  const available = async (list: (table: Table) => Promise<readonly Made[]>, name: string) => {
    for (const table of tables) {
      await waitUntil(
        `${name} of ${table.id}`,
        async () => {
          const made = await list(table);
          const broken = made.find(({ status }) => status === "failed" || status === "stuck");
          if (broken !== undefined)
            return `${broken.key} is ${broken.status} ${broken.error ?? ""}`;
          return made.every(({ status }) => status === "available") ? "done" : "waiting";
        },
        options,
      );
    }
  };

  const things = async <T extends { readonly key: string }>(
    kind: string,
    wanted: (table: Table) => readonly T[],
    list: (table: Table) => Promise<readonly Made[]>,
    stateOf: (item: T, made: Made | undefined) => string,
    create: (table: Table, item: T) => Promise<unknown>,
  ): Promise<Thing[]> => {
    const all: Thing[] = [];
    for (const table of tables) {
      const made = new Map((await list(table)).map((one) => [one.key, one]));
      for (const item of wanted(table)) {
        all.push({
          name: `${kind} ${table.id}.${item.key}`,
          look: () => Promise.resolve(stateOf(item, made.get(item.key))),
          create: () => create(table, item),
        });
      }
    }
    return all;
  };

  const database: Thing = {
    name: `database ${databaseId}`,
    look: async () => ((await found(() => api.get({ databaseId }))) ? "right" : "missing"),
    create: () => api.create({ databaseId, name: "Vigil" }),
  };
  await ensure([database], options);

  await ensure(
    tables.map((table) => ({
      name: `table ${table.id}`,
      look: async () => {
        const made = await found(() => api.getTable(at(table)));
        if (made === undefined) return "missing";
        if (!made.enabled) return "it was disabled";
        return made.$permissions.length === 0
          ? "right"
          : "clients other than API keys could use it";
      },
      create: () => api.createTable({ ...at(table), name: table.id, permissions: [] }),
      change: () =>
        api.updateTable({ ...at(table), name: table.id, permissions: [], enabled: true }),
    })),
    options,
  );

  const columns = await things(
    "column",
    (table) => table.columns,
    columnsOf,
    columnState,
    (table, column) => createColumn(api, databaseId, table.id, column),
  );
  await ensure(columns, options);
  if (!options.dryRun) await available(columnsOf, "columns");

  const indexes = await things(
    "index",
    (table) => table.indexes,
    indexesOf,
    indexState,
    (table, { columns: of, key, lengths, type }) =>
      api.createIndex({
        ...at(table),
        key,
        type: type === "unique" ? TablesDBIndexType.Unique : TablesDBIndexType.Key,
        columns: [...of],
        ...(lengths && { lengths: [...lengths] }),
      }),
  );
  await ensure(indexes, options);
  if (!options.dryRun) await available(indexesOf, "indexes");
}
