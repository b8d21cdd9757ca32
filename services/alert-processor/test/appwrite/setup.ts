/** What the tests of the deployment and of the function begin with. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../appwrite/deployment.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { openStore } from "../../store/sql-store.ts";
import type { Store } from "../../store/store.ts";
import type { FakeAppwrite } from "./fake.ts";

/** The alert processor. */
export const folder = join(__dirname, "..", "..");

export const token = "alertmanager".padEnd(32, "-");
export const nextToken = "alertmanager next".replace(" ", "-").padEnd(32, "-");
export const peopleToken = "people".padEnd(32, "-");

/** Those of the API key that the README lists. */
export const deployScopes: readonly string[] = [
  ...["databases.read", "databases.write", "tables.read", "tables.write"],
  ...["topics.read", "topics.write", "functions.read", "functions.write"],
];

const temporaries: string[] = [];

afterAll(() => {
  for (const one of temporaries.splice(0)) rmSync(one, { recursive: true, force: true });
});

/** An empty folder, removed after the last test of the file. */
export function temporary(): string {
  const made = mkdtempSync(join(tmpdir(), "vigil-appwrite-"));
  temporaries.push(made);
  return made;
}

/** A file with this text. */
export function fileWith(text: string): string {
  const path = join(temporary(), "file");
  writeFileSync(path, text);
  return path;
}

/** An empty store on a file, for what does not depend on where it is. */
export const anyStore = (): Promise<Store> => openStore(openSqlite(fileWith("")));

/** The environment of a deployment to the fake. */
export const environmentFor = (fake: FakeAppwrite, apiKey: string) => ({
  APPWRITE_ENDPOINT: fake.endpoint,
  APPWRITE_PROJECT_ID: fake.project,
  APPWRITE_API_KEY: apiKey,
  VIGIL_TOKENS_FILE: fileWith(`${token}\n`),
  VIGIL_PEOPLE_TOKENS_FILE: fileWith(`${peopleToken}\n`),
});

/** Deploys. @returns The exit code and all lines. */
export async function deploy(
  environment: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const print = (line: string): void => {
    lines.push(line);
  };
  return { code: await main(args, environment, folder, print, 1), lines };
}
