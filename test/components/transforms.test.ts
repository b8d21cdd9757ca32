import { join } from "node:path";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { readConfig } from "../../components/config.ts";
import { Monitoring } from "../../components/monitoring.ts";
import { loadTransforms } from "../../components/transforms.ts";
import { plain, record, type Run, stackConfig } from "../kit/harness.ts";
import { makersOf } from "../kit/makers.ts";

const processType = "vigil:index:Process";

const folders: string[] = [];

const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
afterAll(() => {
  warn.mockRestore();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Runs the program of stack local with this text as its file of transforms. */
async function run(text: string | undefined, more: Record<string, string> = {}): Promise<Run> {
  const base = stackConfig("local");
  const config = { ...base, values: { ...base.values, transform: "transforms.ts", ...more } };
  // One of its own: a module is loaded once.
  const folder = mkdtempSync(join(tmpdir(), "vigil-transforms-"));
  folders.push(folder);
  if (text !== undefined) writeFileSync(join(folder, "transforms.ts"), text);
  const makers = await makersOf(config, ["grafana"]);
  // What loads modules here takes paths; Node takes addresses.
  const load = (path: string): Promise<unknown> => import(path);
  const transforms = await loadTransforms({ transform: "transforms.ts" }, { load, root: folder });
  return record("local", config, async () => {
    const read = await readConfig();
    const args = { config: read, makers, absent: new Set(["grafana"]) };
    return transforms.applied((opts) => new Monitoring("monitoring", args, opts).outputs);
  });
}

const of = (body: string): string => `export default {\n${body}\n};\n`;

describe("a stack's own transforms", () => {
  it("change the arguments of the resources that they name, and of no other", async () => {
    const before = await run(of(`"${processType}::node": (args) => ({ args }),`));
    const after = await run(
      of(`"${processType}::node": (args, opts) => ({
        args: { ...args, env: { ...args.env, GOGC: "75" } },
        opts: { protect: opts.parent !== undefined },
      }),`),
    );
    expect(after.tree).toEqual(before.tree);
    for (const { inputs, name, type } of before.resources) {
      const env = { ...(inputs["env"] as object), GOGC: "75" };
      const wanted = type === processType && name === "node" ? { ...inputs, env } : inputs;
      expect(plain(after.find(type, name).inputs)).toEqual(plain(wanted));
    }
  });

  it("are not there for a stack that has none", async () => {
    const load = jest.fn();
    const transforms = await loadTransforms({}, { load });
    expect(transforms.applied(({ transformations }) => typeof transformations)).toBe("object");
    expect(load).not.toHaveBeenCalled();
  });

  it.each<[what: string, text: string | undefined, told: RegExp]>([
    [
      "is not there",
      undefined,
      /vigil:transform transforms\.ts is not there\n.*config rm 'vigil:transform'/,
    ],
    ["does not parse", "export default {", /transforms\.ts cannot be loaded/],
    [
      "exports nothing",
      "export const a = 1;",
      /transforms\.ts has no transforms: its default export/,
    ],
    ["has no functions", of(`"a::b": 1,`), /something other than a function for a::b/],
    [
      "throws",
      of(`"${processType}::node": (args) => {\n  return args.missing.name;\n},`),
      /vigil:index:Process::node in transforms\.ts:3: Cannot read properties of undefined/,
    ],
    [
      "forgets to return",
      of(`"${processType}::node": () => {},`),
      /Process::node in transforms\.ts: it must return \{ args \}/,
    ],
    [
      "gives another parent",
      of(`"${processType}::node": (args) => ({ args, opts: { parent: undefined } }),`),
      /a resource cannot get another parent/,
    ],
    [
      "mistypes a type",
      of(`"vigil:index:Proces::node": (args) => ({ args }),`),
      /changes vigil:index:Proces::node, which this stack does not have; did you mean vigil:index:Exporter::node or vigil:index:Process::node\?\n.*vigil pulumi stack/,
    ],
    [
      "mistypes a name",
      of(`"${processType}::prometeus": (args) => ({ args }),`),
      /did you mean vigil:index:Process::prometheus\?/,
    ],
  ])("are refused where the file %s", async (_what, text, told) => {
    await expect(run(text)).rejects.toThrow(told);
  });

  it("are complained about together, and with the rest of the configuration", async () => {
    const text = of(
      `"a::b": (args) => ({ args }),\n"${processType}::node": () => {},\n"${processType}::blackbox": () => { throw "no"; },`,
    );
    await expect(run(text)).rejects.toThrow(/has 3 mistakes/);
    const rules = JSON.stringify({ extra: { shop: "nowhere.yml" } });
    const both = run(undefined, { rules });
    await expect(both).rejects.toThrow(/has 2 mistakes[\s\S]*vigil:rules[\s\S]*vigil:transform/);
  });
});
