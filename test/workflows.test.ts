import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./kit/harness.ts";
import { inspect } from "./kit/inspect.ts";

const folder = join(root, ".github/workflows");

/** What actionlint says of a workflow; throws where it finds fault. */
const lint = (text: string): string =>
  inspect({ "workflow.yml": text }, "actionlint", "-shellcheck=", "workflow.yml");

describe("workflows", () => {
  it.each(readdirSync(folder))("%s is accepted by actionlint", (file) => {
    expect(lint(readFileSync(join(folder, file), "utf8"))).toBe("");
  });

  it("a broken one is not", () => {
    const step = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - rn: x\n";
    expect(() => lint(step)).toThrow(/step must run script/);
  });
});
