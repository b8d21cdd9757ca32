import { createHash } from "node:crypto";
import { differences, parseStanding, spelledAddress } from "../../../provider/host/audit.ts";
import { parseFacts } from "../../../provider/host/facts.ts";
import { type Definition, generationOf } from "../../../provider/host/definition.ts";
import { renderUnit } from "../../../provider/host/unit.ts";

const definition: Definition = {
  name: "node",
  environment: "prod",
  binary: "node_exporter",
  checksum: "c".repeat(64),
  args: [],
  env: {},
  files: { "web.yml": "a: 1\n", "tls.key": "secret\n" },
  port: 9100,
  memoryMegabytes: 64,
  seesHost: true,
};

const sum = (text: string): string => createHash("sha256").update(text).digest("hex");

const good = [
  `file 644 ${sum(renderUnit(definition))} vigil-node.service`,
  `file 640 ${sum("a: 1\n")} config/web.yml`,
  `file 640 ${sum("secret\n")} config/tls.key`,
  "listens 00000000000000000000000000000000",
  "enabled",
];
const known = `current ${generationOf(definition)}\nstate active\nprogram ${definition.checksum}\n`;

const found = (lines: readonly string[], facts = known): string[] =>
  differences(definition, parseFacts(facts), parseStanding(lines.join("\n")));

it("there is none where all is as it was installed", () => {
  expect(found(good)).toEqual([]);
});

it.each([
  ["nothing there", [], "state inactive\n", ["is not installed"]],
  [
    "a changed file",
    [...good, `file 640 ${sum("b")} config/web.yml`],
    known,
    ["changed: config/web.yml"],
  ],
  [
    "a lost file",
    good.filter((line) => !line.includes("tls.key")),
    known,
    ["missing: config/tls.key"],
  ],
  ["a file too many", [...good, `file 640 ${sum("")} config/x y`], known, ["added: config/x y"]],
  [
    "a key that others can read",
    good.map((line) => line.replace("640", "644")),
    known,
    ["open to others: config/tls.key, config/web.yml"],
  ],
  ["one that will not start again", good.slice(0, -1), known, ["does not start with the host"]],
  [
    "a unit that is not loaded",
    [...good, "stale"],
    known,
    ["runs by a unit that was changed since"],
  ],
  ["another program", good, known.replace(/program c+/, "program d"), ["has another program"]],
  ["one that is stopped", good, known.replace("active", "failed"), ["does not run (failed)"]],
  [
    "one that is deaf",
    good.filter((line) => !line.startsWith("listens")),
    known,
    ["does not listen on port 9100"],
  ],
])("%s is a difference", (_what, lines, facts, expected) => {
  expect(found(lines, facts)).toEqual(expected);
});

it.each([
  ["0100007F", "127.0.0.1"],
  ["00000000", "every address"],
  ["0B00A8C0", "192.168.0.11"],
  ["00000000000000000000000000000000", "every address"],
  ["00000000000000000000000001000000", "::1"],
  ["B80D0120000000000000000001000000", "2001:db8::1"],
])("the kernel's %s is %s", (hex, text) => {
  expect(spelledAddress(hex)).toBe(text);
});
