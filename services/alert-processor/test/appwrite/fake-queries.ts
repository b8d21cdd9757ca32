/** Queries as Appwrite understands them, for the fake of it. */

export type FakeRow = Readonly<Record<string, unknown>>;

interface Query {
  readonly method: string;
  readonly attribute?: string;
  readonly values?: readonly unknown[];
}

/** Unsuccessful answers of the fake: in Appwrite's shape. */
export class FakeError extends Error {
  readonly code: number;
  readonly type: string;

  constructor(code: number, type: string, message: string) {
    super(message);
    this.code = code;
    this.type = type;
  }
}

const invalid = (why: string): FakeError => new FakeError(400, "general_query_invalid", why);

const below = (a: unknown, b: unknown): boolean =>
  a !== null && a !== undefined && (a as number) < (b as number);

const filters: Readonly<
  Record<string, (values: readonly unknown[]) => (value: unknown) => boolean>
> = {
  equal: (values) => {
    const wanted = new Set(values);
    return (value) => wanted.has(value);
  },
  notEqual: ([other]) => {
    return (value) => value !== other;
  },
  lessThan: ([limit]) => {
    return (value) => below(value, limit);
  },
  lessThanEqual: ([limit]) => {
    return (value) => below(value, limit) || value === limit;
  },
  greaterThan: ([limit]) => {
    return (value) => below(limit, value);
  },
  greaterThanEqual: ([limit]) => {
    return (value) => below(limit, value) || value === limit;
  },
};

const system = ["$id", "$sequence", "$createdAt", "$updatedAt"];

function parse(text: string, columns: ReadonlySet<string>): Query {
  if (text.length > 4096) throw invalid("a query has 4096 characters at most");
  const query = JSON.parse(text) as Query;
  const { attribute, values = [] } = query;
  if (attribute !== undefined && !columns.has(attribute) && !system.includes(attribute)) {
    throw invalid(`Attribute not found in schema: ${attribute}`);
  }
  if (values.length > 500) throw invalid("a query has 500 values at most");
  if (query.method === "equal" && values.length === 0) {
    throw invalid("Equal queries require at least one value.");
  }
  return query;
}

function pick(row: FakeRow, names: readonly unknown[]): FakeRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
}

const others = ["orderAsc", "orderDesc", "limit", "offset", "cursorAfter", "select"];

/** Rows that all filters hold for. */
export function matching(
  rows: Iterable<FakeRow>,
  texts: readonly string[],
  columns: ReadonlySet<string>,
): FakeRow[] {
  if (texts.length > 100) throw invalid("there may be 100 queries at most");
  const tests = texts.flatMap((text) => {
    const { attribute = "", method, values = [] } = parse(text, columns);
    const holds = filters[method]?.(values);
    if (holds !== undefined) return [(row: FakeRow): boolean => holds(row[attribute])];
    if (!others.includes(method)) throw invalid(`Invalid query method: ${method}`);
    return [];
  });
  return [...rows].filter((row) => tests.every((holds) => holds(row)));
}

/** One page of the rows that match, with how many match in all: counted up to 5,000. */
export function listing(
  rows: Iterable<FakeRow>,
  texts: readonly string[],
  columns: ReadonlySet<string>,
): { total: number; rows: FakeRow[] } {
  const queries = texts.map((text) => parse(text, columns));
  const found = matching(rows, texts, columns);
  const orders = queries.filter(({ method }) => method.startsWith("order"));
  found.sort((a, b) => {
    for (const { attribute = "", method } of [
      ...orders,
      { method: "orderAsc", attribute: "$sequence" },
    ]) {
      const sign = method === "orderAsc" ? 1 : -1;
      if (below(a[attribute], b[attribute])) return -sign;
      if (below(b[attribute], a[attribute])) return sign;
    }
    return 0;
  });
  const value = (method: string): unknown =>
    queries.find((query) => query.method === method)?.values?.[0];
  const cursor = value("cursorAfter");
  const before = cursor === undefined ? -1 : found.findIndex((row) => row["$id"] === cursor);
  if (cursor !== undefined && before < 0) throw invalid("the cursor's row was not found");
  const start = before + 1 + Number(value("offset") ?? 0);
  const page = found.slice(start, start + Number(value("limit") ?? 25));
  const selected = queries.find(({ method }) => method === "select")?.values;
  return {
    total: Math.min(found.length, 5000),
    rows: selected === undefined ? page : page.map((row) => pick(row, selected)),
  };
}
