import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createNetwork } from "../../tools/network.ts";
import { currentPlatform } from "../../tools/platform.ts";
import type { Progress } from "../../lib/progress.ts";
import type { Tool, Workshop } from "../../tools/tool.ts";

/** The checkout under test: jest runs there. */
export const checkout = process.cwd();

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Undone after the test. */
export const later = (cleanup: () => unknown): void => void cleanups.push(cleanup);

/** A temporary folder, removed after the test. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "vigil-test-"));
  later(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes files (`path: text`); those under bin/ or named so are executable. */
export function write(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (text.startsWith("#!")) chmodSync(path, 0o755);
  }
  return folder;
}

/** A program that only knows its version. */
export const program = (text: string): string => `#!/bin/sh\necho '${text}'\n`;

/** A gzipped tar of files, made by the system's tar. */
export function archiveOf(files: Readonly<Record<string, string>>): Buffer {
  const folder = write(temporary(), files);
  return execFileSync("tar", ["-czf", "-", "-C", folder, ...readdirSync(folder)], {
    maxBuffer: 64 * 1024 * 1024,
  });
}

export const sha256Of = (data: Buffer | string): string =>
  createHash("sha256").update(data).digest("hex");

/** A release site on this machine: paths with their content, and what was asked for. */
export interface Site {
  readonly url: string;
  readonly asked: string[];
  readonly files: Map<string, Buffer | string | ((response: ServerResponse) => void)>;
}

export async function site(files: Record<string, Buffer | string> = {}): Promise<Site> {
  const content: Site["files"] = new Map(Object.entries(files));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const file = content.get(path);
    if (typeof file === "function") file(response);
    else response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, files: content };
}

/** A site with the release 1.2.3 of a tool called `tiny`, with its checksums. */
export async function tinySite(data = archiveOf({ "tiny-1.2.3/tiny": program("tiny 1.2.3") })) {
  return site({ "/tiny.tar.gz": data, "/sums.txt": `${sha256Of(data)}  tiny.tar.gz\n` });
}

/** A tool released on a site. */
export const tinyTool = (url: string, more: Partial<Tool> = {}): Tool => ({
  name: "tiny",
  version: "1.2.3",
  binaries: ["tiny"],
  accepts: { from: "1.2", before: "2" },
  archive: () => ({ url: `${url}/tiny.tar.gz`, checksums: `${url}/sums.txt`, strip: 1 }),
  advice: "Install tiny.",
  ...more,
});

/** A checkout and a cache of its own, with the system's programs on PATH. */
export function workshop(more: Partial<Workshop> = {}): Workshop {
  const root = write(temporary(), { "tools/go/.keep": "" });
  return {
    root,
    cache: join(temporary(), "cache"),
    platform: currentPlatform(),
    env: { ...process.env, PATH: "/usr/bin:/bin" },
    network: createNetwork({ connectTimeout: 500 }),
    ...more,
  };
}

/** Progress that keeps its lines. */
export function recorder(): Progress & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    note: (text) => void lines.push(text),
    start: (what) => ({
      update: (how) => void lines.push(`${what}: ${how}`),
      done: (how) => void lines.push(`✓ ${what}: ${how}`),
      fail: (reason) => void lines.push(`✗ ${what}: ${reason}`),
    }),
  };
}

/** The error a promise ends with. */
export async function failure<T extends Error>(promise: Promise<unknown>): Promise<T> {
  try {
    await promise;
  } catch (error) {
    return error as T;
  }
  throw new Error("it was expected to fail");
}
