/** An Ansible inventory in YAML: groups with hosts, children and variables. Pure. */
import { Tree } from "./ansible-tree.ts";

type Map_ = Readonly<Record<string, unknown>>;

/** Finds the line of a key; undefined where it is not the only one of its name. */
export type LineOf = (key: string) => number | undefined;

/** Deeper than anybody nests groups; an alias of YAML's can contain itself. */
const deepest = 50;

/** Parts of a group. */
const parts = ["hosts", "children", "vars"];

export const isMap = (value: unknown): value is Map_ =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a document has groups rather than hosts. */
export const hasGroups = (document: Map_): boolean =>
  Object.values(document).some(
    (one) => isMap(one) && parts.some((part) => Object.hasOwn(one, part)),
  );

/** What is below a key: nothing, where it is empty. Undefined, and a complaint, for what is not a map. */
function below(tree: Tree, where: string, value: unknown, lineOf: LineOf, key: string): Map_ {
  if (value === undefined || value === null) return {};
  if (isMap(value)) return value;
  const hint = Array.isArray(value)
    ? "; write each with a colon behind it, or save what ansible-inventory --list --yaml prints"
    : "";
  tree.complain(lineOf(key), `${where} must be a map${hint}`);
  return {};
}

function walk(tree: Tree, name: string, value: unknown, depth: number, lineOf: LineOf): void {
  const group = tree.group(name);
  tree.checkSize();
  if (tree.isFull()) return;
  if (depth > deepest) {
    tree.complain(lineOf(name), `nests groups more than ${deepest} deep at ${name}`);
    return;
  }
  const own = below(tree, name, value, lineOf, name);
  for (const part of Object.keys(own)) {
    if (parts.includes(part)) continue;
    tree.complain(lineOf(part), `${name} has ${part}, but a group has only ${parts.join(", ")}`);
  }
  for (const [key, one] of Object.entries(below(tree, `${name}.vars`, own["vars"], lineOf, name))) {
    group.vars.set(key, one);
  }
  for (const [host, vars] of Object.entries(
    below(tree, `${name}.hosts`, own["hosts"], lineOf, name),
  )) {
    const mine = Object.entries(below(tree, host, vars, lineOf, host));
    tree.add(name, host, new Map(mine), lineOf(host));
    if (tree.isFull()) return;
  }
  const children = below(tree, `${name}.children`, own["children"], lineOf, name);
  for (const [child, inner] of Object.entries(children)) {
    if (child !== name) group.children.add(child);
    walk(tree, child, inner, depth + 1, lineOf);
    if (tree.isFull() || tree.problems.length > mostProblems) return;
  }
}

/** Enough to see what is wrong. */
const mostProblems = 1000;

/** Reads groups. */
export function treeFromYaml(document: Map_, lineOf: LineOf): Tree {
  const tree = new Tree();
  for (const [name, value] of Object.entries(document)) walk(tree, name, value, 0, lineOf);
  return tree;
}
