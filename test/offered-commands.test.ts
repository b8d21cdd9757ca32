import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import type { Path } from "../components/config/fields.ts";
import { fieldAt } from "../components/config/fields-of.ts";
import { commands } from "../cli/commands/index.ts";
import { root, trackedFiles } from "./kit/harness.ts";

const text = (path: string): string => readFileSync(join(root, path), "utf8");

/** A line that people may read, and where it stands. */
interface Line {
  readonly at: string;
  readonly text: string;
}

/** What is not known before the text is made. */
const hole = "HOLE";

/** The same, made one word for the shell. */
const holeOf = ({ expression }: ts.TemplateSpan): string =>
  /^quote\(/.test(expression.getText()) ? `'${hole}'` : hole;

/** The lines of all texts in a source file, without its comments. */
function spoken(path: string): Line[] {
  const source = ts.createSourceFile(path, text(path), ts.ScriptTarget.Latest, true);
  const lines: Line[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) say(node, node.text);
    if (ts.isTemplateExpression(node)) {
      say(
        node,
        node.head.text + node.templateSpans.map((s) => holeOf(s) + s.literal.text).join(""),
      );
    }
    node.forEachChild(visit);
  };
  const say = (node: ts.Node, what: string): void => {
    const first = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    what.split("\n").forEach((line, index) => {
      lines.push({ at: `${path}:${first + index}`, text: line });
    });
  };
  visit(source);
  return lines;
}

/** The lines of code in a document: blocks, and what stands between backticks. */
function shown(path: string): Line[] {
  let block = false;
  return text(path)
    .split("\n")
    .flatMap((line, index) => {
      const at = `${path}:${index + 1}`;
      if (line.startsWith("```")) block = !block;
      if (block || !path.endsWith(".md")) return [{ at, text: line }];
      return [...line.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => ({ at, text: code }));
    });
}

const sources = trackedFiles("*.ts").filter((path) =>
  /^(?:bench|cli|components|dashboards|lab|lib|provider|rules|tools|index\.ts)/.test(path),
);
const documents = [
  ...trackedFiles("*.md"),
  ...trackedFiles("*.sh"),
  ...trackedFiles("*.yaml"),
].filter((path) => !/^(?:test|\.github|rules)\//.test(path));
/** Recipes, and what hosts run: nobody reads it before it is done. */
const unread = /\/recipes\/|^provider\/host\/(?:scripts|stage|switch)\.ts$/;
const spokenByUs = sources.filter((path) => !unread.test(path)).flatMap(spoken);
const lines = [...sources.flatMap(spoken), ...documents.flatMap(shown)];

/** A command ends where the shell, or the sentence, goes on with something else. */
const words = (command: string): string[] =>
  (/^(?:'[^']*'|"[^"]*"|[^`;&|<#()…,])*/.exec(command)?.[0] ?? "").trim().split(/\s+/);

const offered = (pattern: RegExp): (Line & { readonly words: string[] })[] =>
  lines.flatMap((line) =>
    [...line.text.matchAll(pattern)].map((match) => ({
      at: line.at,
      text: line.text.slice(match.index),
      words: words(line.text.slice(match.index + match[0].length)),
    })),
  );

const vigil = offered(/\.\/vigil (?=[a-z])/g);
/** Options of a command; what comes after `--` is none. */
const options = (all: readonly string[]): string[] =>
  (all.includes("--") ? all.slice(0, all.indexOf("--")) : all)
    .filter((word) => /^--[a-z]/.test(word))
    .map((word) => word.replace(/=.*/, ""));
const known = new Set(commands.map(({ name }) => name));

const helpOf = (name: string): string =>
  execFileSync(join(root, "vigil"), [name, "--help"], { encoding: "utf8", stdio: "pipe" });

const helpOfTool = (tool: string, verbs: readonly string[]): string =>
  execFileSync(tool, [...verbs, "--help"], { encoding: "utf8", stdio: "pipe" });

/** `vigil:a.b["c"]` → `["a", "b", "c"]`. */
const pathOf = (key: string): Path =>
  [...key.matchAll(/\["([^"]*)"\]|([^.[\]]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

describe("every command that is offered", () => {
  it("is found at all", () => {
    expect(vigil.length).toBeGreaterThan(40);
    expect(vigil.map(({ at }) => at).join()).toMatch(/README.*runbooks|runbooks.*README/);
  });

  it("begins with ./vigil: what is not on PATH cannot be pasted", () => {
    const names = [...known, "help"].join("|");
    const bare = new RegExp(`(?<![\\w./-])vigil (?:${names})(?![\\w-])`);
    const engine =
      /(?<!\.\/vigil )(?<![\w./-])pulumi (?:cancel|config|destroy|plugin|preview|refresh|stack|state)\b/;
    expect(lines.filter((line) => bare.test(line.text) || engine.test(line.text))).toEqual([]);
  });

  it("that takes a path takes it whatever is in its name", () => {
    const onPaths = /(?:^|[:&;(] |see: )(?:sudo )?(?:cd|chmod|chown|df|du|ls|mkdir)\b[^`;&]* HOLE/;
    expect(spokenByUs.filter((line) => onPaths.test(line.text))).toEqual([]);
  });

  it("is shown as it works where the reader stands", () => {
    // Pages of help, JSON, files' texts, and the end of up, which leads to the checkout itself.
    const plain = /process\.stdout\.write\((?!help|values\.help|`\$\{JSON|closing\()/;
    const offering = trackedFiles("cli/commands/*.ts").filter(
      (path) =>
        plain.test(text(path)) &&
        spoken(path).some(({ text: line }) => /(?:^|\W)make [a-z]+|\.\/vigil [a-z]/.test(line)),
    );
    const data = ["autostart", "capture", "mutate", "preview", "render", "scorecard", "test"];
    expect(offering.filter((path) => !data.includes(basename(path, ".ts")))).toEqual([]);
  });

  it("leaves it to the product to remove what is the product's", () => {
    expect(
      spokenByUs.filter((line) => /(?:^|: |→ )(?:docker (?:\S+ )?rm|kill|mv|rm) /.test(line.text)),
    ).toEqual([]);
  });

  it("of ./vigil is one of its commands, with options that it has", () => {
    for (const { at, words } of vigil) {
      const name = (words[0] ?? "").replace(/[.:]$/, "");
      if (name === "help" || name === "command") continue;
      expect([at, name, known.has(name)]).toEqual([at, name, true]);
      if (["amtool", "pulumi", "test"].includes(name)) continue;
      const asked = options(words).filter((one) => one !== "--help");
      const help = asked.length > 0 ? helpOf(name) : "";
      for (const option of asked) {
        expect([at, option, help.includes(option)]).toEqual([at, option, true]);
      }
    }
  });

  it.each(["pulumi", "amtool"])("of ./vigil %s is understood by the program itself", (tool) => {
    const helps = new Map<string, string>();
    for (const { at, words } of vigil) {
      const [name, ...rest] = words;
      if (name !== tool || rest[0] === hole || options(rest).length === 0) continue;
      const end = rest.findIndex((word) => !/^[a-z]+$/.test(word));
      const verbs = rest.slice(
        0,
        rest[0] === "config" || rest[0] === "silence" ? 2 : Math.min(end, 2),
      );
      const key = verbs.join(" ");
      const help = helps.get(key) ?? helpOfTool(tool, verbs);
      helps.set(key, help);
      for (const option of options(rest)) {
        expect([at, option, help.includes(option)]).toEqual([at, option, true]);
      }
    }
    expect(helps.size).toBeGreaterThan(0);
  });

  it("that sets a key sets one that there is", () => {
    const keys = offered(/(?<=pulumi config (?:set|rm|get)[^`;|]*)(?=vigil:)/g);
    expect(keys.length).toBeGreaterThan(20);
    for (const { at, words } of keys) {
      const key = (words[0] ?? "").replace(/^vigil:|['"]+$/g, "");
      if (key.includes(hole) || key === "") continue;
      const path = pathOf(key);
      const parent = fieldAt(path) ?? fieldAt(path.slice(0, -1));
      const isGroup = path.length === 1 && text("README.md").includes(`vigil:${key}.`);
      expect([at, key, parent !== undefined || isGroup]).toEqual([at, key, true]);
    }
  });

  it("of make has a target, and variables that something reads", () => {
    const makefile = text("Makefile");
    const targets = new Set([...makefile.matchAll(/^([a-z-]+):/gm)].map(([, name]) => name));
    const english = /^(?:a|an|it|its|it's|new|no|one|room|sense|sure|the|them|this|up|yours|ever)$/;
    const made = offered(/(?<![\w-])make (?=[a-z])/g);
    for (const { at, text: whole, words } of made) {
      const [name = "", ...rest] = words.map((word) => word.replace(/[:.]$/, ""));
      if (english.test(name) && name !== "up") continue;
      expect([at, whole, targets.has(name)]).toEqual([at, whole, true]);
      for (const variable of rest.flatMap((word) => /^([A-Z]+)=/.exec(word)?.[1] ?? [])) {
        expect([at, variable, makefile.includes(variable)]).toEqual([at, variable, true]);
      }
    }
    expect(made.length).toBeGreaterThan(40);
  });
});
