import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { recipes } from "../../lab/capture/recipes/index.ts";
import {
  allowed,
  inModuleCache,
  isAllowed,
  licenceIn,
  licenceList,
  licenceOf,
  modulesOf,
  pinnedModules,
} from "../../lab/licences.ts";
import { tools } from "../../tools/tools.ts";
import { root } from "../kit/harness.ts";

interface Package {
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
  readonly optional?: boolean;
}

const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));

/** What an npm package says of its licence: in its package.json, else by the text beside it. */
function licenceOfPackage(path: string, locked: Package): string | undefined {
  const folder = join(root, path);
  // Another system's: what the lock says is all there is.
  if (!existsSync(folder)) return locked.license;
  const { license, licenses } = json(join(path, "package.json")) as Package;
  const said = license ?? licenses?.map(({ type }) => type).join(" OR ");
  return said === undefined || /^see license/i.test(said) ? licenceIn(folder, path) : said;
}

test("every npm package is under a licence that is allowed", () => {
  const { packages } = json("package-lock.json") as {
    packages: Record<string, Package>;
  };
  const others = Object.entries(packages).filter(([path]) => path.startsWith("node_modules/"));
  expect(others.length).toBeGreaterThan(500);
  const refused = others
    .map(([path, locked]) => [path, licenceOfPackage(path, locked)] as const)
    .filter(([, licence]) => licence === undefined || !isAllowed(licence));
  expect(refused).toEqual([]);
});

describe("Go modules that are built", () => {
  const pinned = pinnedModules(root);
  const all = [...pinned.values()].flat();
  const list = json(licenceList) as Record<string, string>;

  it("are all of those that are pinned, and only those", () => {
    const built = [...Object.values(tools), ...Object.values(recipes).flatMap((one) => one.tools)]
      .flatMap(({ go = [] }) => go)
      .map(({ module }) => module);
    expect([...pinned.keys()]).toEqual([...new Set(built)].sort());
  });

  it("are under a licence that is allowed (./vigil licences writes the list)", () => {
    expect(all.length).toBeGreaterThan(1000);
    const refused = all.filter(({ path }) => !isAllowed(list[path] ?? "unknown"));
    expect(refused).toEqual([]);
    expect(Object.keys(list)).toEqual([...new Set(all.map(({ path }) => path))].sort());
  });

  it("are under what the list says, as far as their files are here", () => {
    const cache =
      process.env["GOMODCACHE"] ?? join(process.env["GOPATH"] ?? join(homedir(), "go"), "pkg/mod");
    const here = all.filter((module) => existsSync(inModuleCache(cache, module)));
    const differing = here
      .map((module) => [module.path, licenceIn(inModuleCache(cache, module), module.path)] as const)
      .filter(([path, licence]) => {
        const listed = list[path]?.split(" AND ") ?? [];
        return !(licence?.split(" AND ").every((one) => listed.includes(one)) ?? false);
      });
    expect(differing).toEqual([]);
  });

  it("are read from go.mod with their replacements", () => {
    const text = [
      "module x",
      "require example.com/a v1.2.3",
      "require (",
      "\texample.com/b/v2 v2.0.0 // indirect",
      ")",
      "replace example.com/a => other.example/a v1.2.4",
    ].join("\n");
    expect(modulesOf(text)).toEqual([
      { path: "other.example/a", version: "v1.2.4" },
      { path: "example.com/b/v2", version: "v2.0.0" },
    ]);
  });
});

test("Debian's packages that are installed here are not under the AGPL or a source-available licence", () => {
  const docs = "/usr/share/doc";
  const refused = readdirSync(docs)
    .filter((name) =>
      /^(?:redis|mariadb|rabbitmq|postgresql|pgbouncer|prometheus|chromium)/.test(name),
    )
    .flatMap((name) => {
      const file = join(docs, name, "copyright");
      const text = existsSync(file) ? readFileSync(file, "utf8") : "";
      const licences = [...text.matchAll(/^License: *(\S+)/gm)].map(([, licence = ""]) => licence);
      return licences
        .filter((one) => /^(?:AGPL|SSPL|BUSL|RSAL)/i.test(one))
        .map((one) => [name, one]);
    });
  expect(refused).toEqual([]);
});

describe("a licence", () => {
  it.each([
    ["GNU AFFERO GENERAL PUBLIC LICENSE\n  Version 3, 19 November 2007", "AGPL-3.0"],
    ["Business Source License 1.1\n\nLicensor: HashiCorp, Inc.", "BUSL-1.1"],
    [
      "License text copyright (c) 2020 MariaDB\n“Business Source License” is a trademark\n\nBusiness Source License 1.1",
      "BUSL-1.1",
    ],
    ["Server Side Public License\nVERSION 1, OCTOBER 16, 2018", "SSPL-1.0"],
    [
      "## Elastic License 2.0\n\nURL: https://www.elastic.co/licensing/elastic-license",
      "Elastic-2.0",
    ],
    ["“Commons Clause” License Condition v1.0\n\nApache License\nVersion 2.0", "Commons-Clause"],
    ["GNU LESSER GENERAL PUBLIC LICENSE\n Version 3", "LGPL"],
  ])("no. %# is refused", (text, name) => {
    expect(licenceOf(text)).toBe(name);
    expect(isAllowed(name)).toBe(false);
  });

  it("is not taken for another one that it speaks of", () => {
    const mpl =
      'Mozilla Public License Version 2.0\n"Secondary License" means the GNU General Public License, Version 2.0, or the GNU Affero General Public License, Version 3.0';
    expect(licenceOf(mpl)).toBe("MPL-2.0");
    expect(licenceOf("All rights reserved. Nobody may use this.")).toBeUndefined();
  });

  it("is met by all sides of an AND and by one of an OR", () => {
    expect(isAllowed("(MIT AND Zlib)")).toBe(true);
    expect(isAllowed("MIT OR GPL-2.0")).toBe(true);
    expect(isAllowed("MIT AND AGPL-3.0")).toBe(false);
    expect(isAllowed("AGPL-3.0-only")).toBe(false);
    expect(isAllowed("")).toBe(false);
    expect([...allowed].filter((name) => /GPL|BUSL|SSPL/.test(name))).toEqual([]);
  });
});
