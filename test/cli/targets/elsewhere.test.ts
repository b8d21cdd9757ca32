import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { kindsElsewhere } from "../../../cli/stack-config.ts";
import { logsElsewhere } from "../../../cli/targets/elsewhere.ts";
import { root } from "../../kit/harness.ts";
import { temporary } from "../../kit/workshop.ts";

/** A project with a target beside the core, and a stand-in for `docker` that writes down what it is told. */
function project() {
  const folder = temporary();
  copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  const lines = [
    "config:",
    "  vigil:environment: local",
    "  vigil:target: local",
    "  vigil:targets:",
    "    edge: { docker: { engine: ssh://deploy@edge, address: edge.example.com } }",
    "  vigil:nodeExporter: { on: [core, edge] }",
    "",
  ];
  writeFileSync(join(folder, "Pulumi.x.yaml"), lines.join("\n"));
  const told = join(folder, "told");
  const docker = join(folder, "docker");
  writeFileSync(docker, `#!/bin/sh\necho "$*" >'${told}'\nexit 3\n`);
  chmodSync(docker, 0o755);
  return { at: { root: folder, stack: "x" }, told: () => readFileSync(told, "utf8").trim() };
}

const { PATH = "" } = process.env;
afterEach(() => {
  process.env["PATH"] = PATH;
});

describe("the log of a process on another target", () => {
  it("is read from that target's engine", async () => {
    const { at, told } = project();
    process.env["PATH"] = `${at.root}${delimiter}${PATH}`;
    expect(await logsElsewhere(at, "node-edge", true)).toBe(3);
    expect(told()).toBe("--host ssh://deploy@edge logs --tail 20 --follow vigil-x-node-edge");
  });

  it.each(["node", "blackbox-edge", "alert-processor"])(
    "is not looked for where %s stands on the core, or nowhere",
    async (service) => {
      expect(await logsElsewhere(project().at, service, false)).toBeUndefined();
    },
  );
});

describe("the kinds of targets beside the core", () => {
  it.each([
    [
      "    edge: { docker: { engine: ssh://a@b, address: b } }\n    dmz: { docker: {} }",
      ["docker"],
    ],
    ["    edge: nothing", []],
    ["    - edge", []],
    ["    edge:", []],
  ])("are read for their plugins, whatever is wrong with them: %j", async (targets, expected) => {
    const { at } = project();
    const text = `config:\n  vigil:target: local\n  vigil:targets:\n${targets}\n`;
    writeFileSync(join(at.root, "Pulumi.x.yaml"), text);
    expect(await kindsElsewhere(at.root, at.stack)).toEqual(expected);
  });
});
