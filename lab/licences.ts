/** Under which licence something is, told from its text; and which licences Vigil may build with. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** SPDX names of licences under which a dependency may be used, built or linked. */
export const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "PSF-2.0",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);

/** Licences that are known by a line of their own; others name them in their sentences. */
const titles: readonly (readonly [RegExp, string])[] = [
  [/^\W*GNU AFFERO GENERAL PUBLIC LICENSE\W*$/im, "AGPL-3.0"],
  [/^\W*Server Side Public License/im, "SSPL-1.0"],
  [/^\W*Business Source License/im, "BUSL-1.1"],
  [/^\W*Elastic License/im, "Elastic-2.0"],
  [/^\W*["“]?Commons Clause/im, "Commons-Clause"],
  [/^\W*Functional Source License/im, "FSL-1.1"],
  [/^\W*Confluent Community License/im, "Confluent-Community-1.0"],
  [/^\W*Redis Source Available License/im, "RSAL-2.0"],
  [/^\W*GNU LESSER GENERAL PUBLIC LICENSE\W*$/im, "LGPL"],
  [/^\W*GNU GENERAL PUBLIC LICENSE\W*$/im, "GPL"],
];

/** Sentences by which the others are known, whatever stands around them. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/Mozilla Public License,? (?:version|v\.?) ?2\.0/i, "MPL-2.0"],
  [/Apache License,? Version 2\.0/i, "Apache-2.0"],
  [/This is free and unencumbered software released into the public domain/i, "Unlicense"],
  [/CC0 1\.0 Universal/i, "CC0-1.0"],
  [
    /Redistributions? of source code must retain.*Neither the name|The name of .* may not be used to endorse/i,
    "BSD-3-Clause",
  ],
  [/Redistributions? of source code must retain/i, "BSD-2-Clause"],
  [/Permission is hereby granted, free of charge, to any person obtaining a copy/i, "MIT"],
  [/Permission to use, copy, modify, and(?:\/or)? distribute this software/i, "ISC"],
];

/** Name of the licence whose text this is; undefined for one that is not known here. */
export function licenceOf(text: string): string | undefined {
  const plain = text.replaceAll(/\s+/g, " ");
  const known = (one: string) => (pair: readonly [RegExp, string]) => pair[0].test(one);
  return (titles.find(known(text)) ?? sentences.find(known(plain)))?.[1];
}

/**
 * Whether an SPDX expression can be met with allowed licences alone: all sides of an `AND`, one side of
 * an `OR`.
 */
export function isAllowed(expression: string): boolean {
  const terms = expression.replaceAll(/[()]/g, "");
  return terms
    .split(" OR ")
    .some((side) => side.split(" AND ").every((name) => allowed.has(name.trim())));
}

/** A Go module pinned below `tools/go/`. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
}

const requirement = /^(?:require )?\s*([\w.~-]+\.[\w./~-]+) (v\S+)/gm;
const replacement = /^(?:replace )?\s*([\w./~-]+)(?: v\S+)? => ([\w./~-]+) (v\S+)/gm;

/** What a go.mod makes a build read: its requirements, each as its replacement where it has one. */
export function modulesOf(goMod: string): GoModule[] {
  const replaced = new Map(
    [...goMod.matchAll(replacement)].map(([, from = "", path = "", version = ""]) => [
      from,
      { path, version },
    ]),
  );
  const plain = goMod.replaceAll(/^.*=>.*$/gm, "");
  return [...plain.matchAll(requirement)].map(
    ([, path = "", version = ""]) => replaced.get(path) ?? { path, version },
  );
}

/** Licences of modules whose files do not say it. */
const knownOtherwise: Readonly<Record<string, string>> = {
  // Its README says so.
  "github.com/mattn/go-localereader": "MIT",
  // Data that appdash embeds, from the same authors under the same licence.
  "github.com/sourcegraph/appdash-data": "MIT",
};

/** Licences found in a module's folder, as an SPDX expression; undefined where none is known. */
export function licenceIn(folder: string, module: string): string | undefined {
  const files = readdirSync(folder, { withFileTypes: true }).filter(
    (one) => one.isFile() && /^(?:un)?licen[cs]e|^copying/i.test(one.name),
  );
  const found = files.flatMap(
    ({ name }) => licenceOf(readFileSync(join(folder, name), "utf8")) ?? [],
  );
  return found.length === 0 ? knownOtherwise[module] : [...new Set(found)].sort().join(" AND ");
}

/** Where a module lies in Go's module cache. */
export function inModuleCache(cache: string, { path, version }: GoModule): string {
  const escaped = path.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
  return join(cache, `${escaped}@${version}`);
}

/** The go.mod files below `tools/go/`, by folder. */
export function pinnedModules(root: string): Map<string, readonly GoModule[]> {
  const folder = join(root, "tools/go");
  const names = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  return new Map(
    names
      .map(({ name }) => name)
      .sort()
      .map((name) => [name, modulesOf(readFileSync(join(folder, name, "go.mod"), "utf8"))]),
  );
}

/** Where the licences of Go modules are written down. */
export const licenceList = "tools/go/licences.json";
