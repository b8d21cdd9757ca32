/** An Ansible inventory in its INI form: sections of hosts, of children and of variables. Pure. */
import { Tree } from "./ansible-tree.ts";

/** Words of a line as a shell has them, until a comment; undefined where a quote does not end. */
export function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let index = 0; index < line.length; index++) {
    const one = line[index] ?? "";
    if (quote !== "") {
      if (one === quote) quote = "";
      else if (one === "\\" && quote === '"' && /["\\]/.test(line[index + 1] ?? "")) {
        word = `${word ?? ""}${line[++index] ?? ""}`;
      } else word = `${word ?? ""}${one}`;
    } else if (one === "'" || one === '"') {
      quote = one;
      word ??= "";
    } else if (/\s/.test(one)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (one === "#") break;
    else word = `${word ?? ""}${one === "\\" ? (line[++index] ?? "") : one}`;
  }
  if (quote !== "") return undefined;
  return word === undefined ? words : [...words, word];
}

/** `a=b`; undefined without a name. */
function assignment(text: string): [string, string] | undefined {
  const at = text.indexOf("=");
  return at < 1 ? undefined : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** A value of a section of variables: a comment behind it belongs to a text, as it does for Ansible, but not to a literal. */
function valueOf(text: string): string {
  const [, , quoted, plain] = /^(?:(["'])(.*)\1|([\d.]+|True|False))\s*(?:#.*)?$/.exec(text) ?? [];
  return quoted ?? plain ?? text;
}

function addHost(tree: Tree, group: string, text: string, line: number): void {
  const words = wordsOf(text);
  if (words === undefined) {
    tree.complain(line, "has a quote that does not end");
    return;
  }
  const [name, ...rest] = words;
  if (name === undefined) return;
  const vars = rest.map((one) => assignment(one) ?? one);
  const bad = vars.find((one) => typeof one === "string");
  if (bad !== undefined) {
    tree.complain(line, `has ${bad}, which is not name=value`);
    return;
  }
  tree.add(group, name, new Map(vars as [string, string][]), line);
}

function addVariable(tree: Tree, group: string, text: string, line: number): void {
  const found = assignment(text);
  if (found === undefined) {
    tree.complain(line, "is not name=value");
    return;
  }
  tree.group(group).vars.set(found[0], valueOf(found[1]));
}

type Section = readonly [group: string, kind: string];

/** A line that is said to begin a section. */
function sectionOf(tree: Tree, text: string, line: number): Section | undefined {
  const [, group = "", kind = "hosts"] =
    /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(text) ?? [];
  if (group === "") {
    tree.complain(line, "is not a section; write [group], [group:children] or [group:vars]");
    return undefined;
  }
  if (!["hosts", "children", "vars"].includes(kind)) {
    tree.complain(line, `has the section [${group}:${kind}]; there are :children and :vars`);
    return undefined;
  }
  return [group, kind];
}

/** Reads groups. */
export function treeFromIni(text: string): Tree {
  const tree = new Tree();
  /** Groups that must be somewhere in the file, with the line that says so. */
  const named = new Map<string, number>();
  const known = new Set(["all", "ungrouped"]);
  let section: Section | undefined = ["ungrouped", "hosts"];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === "" || /^[#;]/.test(content)) continue;
    // A range may begin a name: `[01:20].example.com`.
    if (content.startsWith("[") && !/^\[[^\]]*\][^\s#;]/.test(content)) {
      section = sectionOf(tree, content, line);
      if (section === undefined) continue;
      if (section[1] === "vars") named.set(section[0], named.get(section[0]) ?? line);
      else known.add(section[0]);
      tree.group(section[0]);
    } else if (section === undefined) {
      // What is in a section that is not one was complained of.
      continue;
    } else if (section[1] === "vars") addVariable(tree, section[0], content, line);
    else if (section[1] === "hosts") addHost(tree, section[0], content, line);
    else {
      const [child = ""] = content.split(/\s/, 1);
      named.set(child, named.get(child) ?? line);
      tree.group(section[0]).children.add(child);
      tree.group(child);
    }
    tree.checkSize();
    if (tree.isFull()) break;
  }
  for (const [group, line] of named) {
    if (!known.has(group) && !tree.isFull()) {
      tree.complain(line, `names the group ${group}, which has no section`);
    }
  }
  return tree;
}
