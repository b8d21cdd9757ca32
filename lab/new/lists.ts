/** Lines of a new service in the lists of the house. Pure: a list's text in, a list's text out. */

/** A list that does not look as it did when this was written: fix this file. */
class StrangeList extends Error {}

const strange = (where: string, what: string): StrangeList =>
  new StrangeList(`${where} has no ${what} any more: lab/new/lists.ts looks for it`);

/** The text with something put before the first match of an anchor. */
function before(where: string, text: string, anchor: RegExp, added: string): string {
  const at = text.search(anchor);
  if (at < 0) throw strange(where, String(anchor));
  return text.slice(0, at) + added + text.slice(at);
}

/** The text with a line in a block of sorted lines, of which `key` gives what they are sorted by. */
function sortedIn(where: string, text: string, block: RegExp, key: RegExp, line: string): string {
  const [whole, head = "", body = ""] = block.exec(text) ?? [];
  if (whole === undefined) throw strange(where, String(block));
  const keyOf = (one: string): string => key.exec(one)?.[1] ?? "";
  const lines = body.split("\n").slice(0, -1);
  // Remarks between them belong to what follows.
  const next = lines.findIndex((one) => keyOf(one) > keyOf(line));
  const at = next < 0 ? lines.length : next;
  lines.splice(at, 0, line);
  return text.replace(
    whole,
    () => `${head}${lines.join("\n")}\n${whole.slice(head.length + body.length)}`,
  );
}

/** The text with one import more, before the first of those that come after it by their path. */
function imported(where: string, text: string, path: string, line: string): string {
  const all = [...text.matchAll(/^import [^;]* from "\.\/([\w-]+)[^"]*";\n/gm)];
  const last = all.at(-1);
  if (last === undefined) throw strange(where, "imports");
  const next = all.find(([, other = ""]) => other > path);
  const at = next?.index ?? last.index + last[0].length;
  return `${text.slice(0, at)}${line}\n${text.slice(at)}`;
}

export interface ListFacts {
  readonly name: string;
  readonly camel: string;
  readonly binary: string;
  readonly version: string;
}

type Edit = (text: string, facts: ListFacts) => string;

/** components/catalog/index.ts: at the end, in the order in which people read of services. */
export const inCatalog: Edit = (text, { camel, name }) => {
  const where = "components/catalog/index.ts";
  const listed = before(where, text, /^\] as const;$/m, `  ${camel},\n`);
  return imported(where, listed, name, `import { ${camel} } from "./${name}.ts";`);
};

/** Name of a group in the list of rules: `  ...redis,`, `  probe,`. */
const groupKey = /^ +(?:\.\.\.)?(\w+),$/;
const groupBlock = /(export const groups[^\n]*\n)([\s\S]*?)(?=\];)/;

/** rules/index.ts */
export const inRules: Edit = (text, { camel, name }) => {
  const where = "rules/index.ts";
  const listed = sortedIn(where, text, groupBlock, groupKey, `  ${camel},`);
  return imported(where, listed, name, `import { group as ${camel} } from "./${name}.ts";`);
};

/** rules/loading.ts: at the same place as in rules/index.ts, whose text this is given. */
export const inShelves =
  (index: string): Edit =>
  (text, { camel, name }) => {
    const where = "rules/loading.ts";
    const [, , groups = ""] = groupBlock.exec(index) ?? [];
    const names = groups.split("\n").flatMap((line) => groupKey.exec(line)?.[1] ?? []);
    const place = names.filter((one) => one < camel).length;
    const lines = text.split("\n");
    const shelves = lines.flatMap((line, at) => (/^ {2}\{ service: /.test(line) ? [at] : []));
    if (shelves.length !== names.length)
      throw strange(where, "shelf for each group of rules/index.ts");
    const line = `  { service: "${name}", jobs: ["${name}"], load: async () => [(await import("./${name}.ts")).group] },`;
    lines.splice(shelves[place] ?? (shelves.at(-1) ?? 0) + 1, 0, line);
    return lines.join("\n");
  };

/** rules/lib/boards.ts: the uid, for which a test asks. */
export const inBoardUids: Edit = (text, { name }) =>
  text.replace(/(?<=boardUids = \[[^\]]*)(?=,?\s*\] as const)/, () => `, "vigil-${name}"`);

/** rules/lib/boards.ts: what alerts lead to. */
export const inBoardLinks: Edit = (text, { camel, name }) =>
  `${text}
/** Whether ${name} is up and at work. */
export const ${camel}Board: BoardLink = { uid: "vigil-${name}", variables: ["host"] };
`;

/** dashboards/index.ts */
export const inBoards: Edit = (text, { camel, name }) => {
  const where = "dashboards/index.ts";
  const listed = before(
    where,
    text,
    /(?<=boards: readonly BoardDefinition\[\] = \[[^\]]*)(?=,?\s*\];)/,
    `, ${camel}`,
  );
  return imported(where, listed, name, `import { board as ${camel} } from "./${name}.ts";`);
};

/** A name as a key of an object. */
const keyOf = (name: string): string => (/^\w+$/.test(name) ? name : JSON.stringify(name));

/** The version of a program in code. */
const pinOf = (binary: string): string =>
  /^\w+$/.test(binary) ? `pins.${binary}` : `pins[${JSON.stringify(binary)}]`;

/** lib/pins.ts */
export const inPins: Edit = (text, { binary, version }) =>
  sortedIn(
    "lib/pins.ts",
    text,
    /(const servers = \{\n)([\s\S]*?)(?=\} as const)/,
    /^ +"?([\w-]+)"?:/,
    `  ${keyOf(binary)}: "${version}",`,
  );

/** rules/lint/files.ts: which inventory says what its job tells. */
export const inDeployed: Edit = (text, { binary, name }) =>
  sortedIn(
    "rules/lint/files.ts",
    text,
    /(const ofJob = \{\n)([\s\S]*?)(?=\} as const)/,
    /^ +"?([\w-]+)"?:/,
    `  ${keyOf(name)}: \`${binary}-\${${pinOf(binary)}}.json\`,`,
  );

/** lab/capture/recipes/index.ts */
export const inRecipes: Edit = (text, { camel, name }) => {
  const where = "lab/capture/recipes/index.ts";
  const listed = before(
    where,
    text,
    /(?<=export const recipes[\s\S]*?)^\};$/m,
    `  ${keyOf(name) === camel ? camel : `${keyOf(name)}: ${camel}`},\n`,
  );
  return imported(where, listed, name, `import { ${camel} } from "./${name}.ts";`);
};

/** tools/tools.ts: before what the tests alone need. */
export const inTools =
  (camel: string, module: string | undefined): Edit =>
  (text, { binary, version }) => {
    const where = "tools/tools.ts";
    const key = JSON.stringify(binary);
    const [major = "0"] = version.split(".");
    const program = `{ binary: ${key}, module: ${key}, main: ${JSON.stringify(module)}, variables: reportedVersion(${pinOf(binary)}) }`;
    const entry = `  ${keyOf(binary)}: {
    name: ${key},
    version: ${pinOf(binary)},
    binaries: [${key}],
    accepts: { from: ${pinOf(binary)}, before: "${Number(major) + 1}" },
    section: ${JSON.stringify(camel)},
    ${module === undefined ? "// Nothing here gets it.\n    optional: true," : `go: [${program}],`}
    advice: ${module === undefined ? `"Install ${binary} ${version} or later so that it is on PATH."` : `onPath(${key}, "https://pkg.go.dev/${module}")`},
  },
`;
    const named = before(where, text, /^ {2}\| "actionlint";$/m, `  | ${key}\n`);
    return before(where, named, /^ {2}\/\/ For the tests:/m, entry.replaceAll(/^ +\n/gm, ""));
  };
