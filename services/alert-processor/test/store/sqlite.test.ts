import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../store/sqlite.ts";
import { openStore } from "../../store/sql-store.ts";
import { conforms } from "./conformance/index.ts";
import { servesPeople } from "./desk.ts";

const folder = mkdtempSync(join(tmpdir(), "vigil-processor-"));
let files = 0;
const fresh = (): string => join(folder, `${(files += 1)}.db`);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

conforms("SQLite", () => openStore(openSqlite(fresh())));
servesPeople("SQLite", () => openStore(openSqlite(fresh())));

test("only its owner reads the file", async () => {
  const path = fresh();
  const store = await openStore(openSqlite(path));
  for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
  await store.close();
});
