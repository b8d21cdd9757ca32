import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packFunction } from "../../appwrite/package.ts";
import { tarGz } from "../../appwrite/tar.ts";
import { folder, temporary } from "./setup.ts";

const unpack = (archive: Buffer): string => {
  const place = temporary();
  execFileSync("tar", ["xz"], { cwd: place, input: archive });
  return place;
};

describe("the package", () => {
  const { archive, entrypoint } = packFunction(folder, "salt");

  test("is the same for the same code, and has another name when anything changes", () => {
    expect(packFunction(folder, "salt")).toEqual({ archive, entrypoint });
    expect(packFunction(folder, "other").entrypoint).not.toBe(entrypoint);
    const copy = temporary();
    for (const part of ["appwrite", "channels", "core", "service", "store", "package.json"]) {
      cpSync(join(folder, part), join(copy, part), { recursive: true });
    }
    cpSync(join(folder, "..", "..", "package-lock.json"), join(copy, "package-lock.json"));
    expect(packFunction(copy, "salt").entrypoint).toBe(entrypoint);
    writeFileSync(join(copy, "core", "alert.ts"), "export const isOpen = true;\n");
    expect(packFunction(copy, "salt").entrypoint).not.toBe(entrypoint);
  });

  test("is JavaScript alone, with dependencies by version and hash", () => {
    const place = unpack(archive);
    const script = readFileSync(join(place, entrypoint), "utf8");
    expect(script).toContain('from "../store/appwrite.js"');
    expect(script).not.toMatch(/interface|: FunctionContext|\.ts"/);
    const read = (name: string) =>
      JSON.parse(readFileSync(join(place, name), "utf8")) as {
        dependencies: Record<string, string>;
        packages: Record<string, { integrity?: string }>;
      };
    expect(Object.keys(read("package.json").dependencies)).toEqual(["node-appwrite", "zod"]);
    const { "": root, ...locked } = read("package-lock.json").packages;
    expect(root).toHaveProperty("dependencies");
    expect(Object.keys(locked)).toContain("node_modules/undici");
    for (const { integrity } of Object.values(locked)) expect(integrity).toMatch(/^sha512-/);
  });

  test("says what is missing where packages were not installed", () => {
    const bare = temporary();
    for (const part of ["appwrite", "channels", "core", "service", "store", "package.json"]) {
      cpSync(join(folder, part), join(bare, part), { recursive: true });
    }
    expect(() => packFunction(bare, "")).toThrow("there is no package-lock.json: run npm install");
    writeFileSync(join(bare, "package-lock.json"), '{"packages":{}}');
    expect(() => packFunction(bare, "")).toThrow("node-appwrite is not in package-lock.json");
  });
});

describe("a tar archive", () => {
  test("holds files of any size as they are", () => {
    const files = new Map([
      ["empty", ""],
      ["folder/umlaut.txt", "ä".repeat(300)],
      ["block", "x".repeat(512)],
    ]);
    const place = unpack(tarGz(files));
    for (const [name, text] of files) expect(readFileSync(join(place, name), "utf8")).toBe(text);
  });

  test("does not depend on the order in which files are given", () => {
    const [a, b] = [["a", "1"] as const, ["b", "2"] as const];
    expect(tarGz(new Map([a, b]))).toEqual(tarGz(new Map([b, a])));
  });

  test("refuses a name that does not fit", () => {
    expect(() => tarGz(new Map([["a".repeat(101), ""]]))).toThrow("is too long");
  });
});
