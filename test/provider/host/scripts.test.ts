import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accountOf, type Definition, generationOf } from "../../../provider/host/definition.ts";
import {
  auditScript,
  factsScript,
  pushScript,
  removeScript,
} from "../../../provider/host/scripts.ts";
import { stageScript } from "../../../provider/host/stage.ts";
import { switchScript } from "../../../provider/host/switch.ts";
import { renderUnit } from "../../../provider/host/unit.ts";

const definition: Definition = {
  name: "node",
  environment: "prod",
  binary: "node_exporter",
  checksum: "a".repeat(64),
  args: ["--web.listen-address=:9100", '--a=50% $HOME "quoted" \\d'],
  env: { B: "2", A: "1" },
  files: {
    "web.yml": "a: 1\n",
    "deep/er/x": "no break",
    "odd'name": "it's $HOME `id` \\\n",
    empty: "",
    "like the end": "VIGIL_END\nVIGIL_END_\n",
  },
  port: 9100,
  memoryMegabytes: 64,
  seesHost: true,
};

const scripts: readonly [string, string][] = [
  ["facts", factsScript(definition)],
  ["push", pushScript(definition)],
  ["stage", stageScript(definition, "abc")],
  ["switch", switchScript(definition, "abc", { identical: false, seconds: 30 })],
  ["audit", auditScript(definition)],
  ["remove", removeScript("node", "prod")],
];

it.each(scripts)("shellcheck finds nothing in the script that does: %s", (_name, script) => {
  const check = (): string =>
    execFileSync("shellcheck", ["--shell=sh", "--severity=warning", "--exclude=SC2034", "-"], {
      input: script,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
    });
  expect(check).not.toThrow();
});

it("the same definition makes the same generation, and any change another", () => {
  const one = generationOf(definition);
  expect(generationOf({ ...definition, env: { A: "1", B: "2" } })).toBe(one);
  const others = [
    { ...definition, checksum: "b".repeat(64) },
    { ...definition, args: [] },
    { ...definition, files: { ...definition.files, empty: "x" } },
    { ...definition, memoryMegabytes: 65 },
    { ...definition, seesHost: false },
  ].map(generationOf);
  expect(new Set([one, ...others]).size).toBe(others.length + 1);
});

it("files arrive as they are, whatever is in them", () => {
  const top = mkdtempSync(join(tmpdir(), "vigil-stage-"));
  try {
    // As root of a folder instead of a host, and without an account to be made.
    const here = stageScript(definition, "abc")
      .replaceAll("/opt/vigil", top)
      .replace(/^if ! id[\s\S]*?\nfi\n/m, "")
      .replace(/^chown .*$/m, "");
    const program = join(top, "node/programs", definition.checksum);
    mkdirSync(program, { recursive: true });
    writeFileSync(join(program, definition.binary), "a program");
    execFileSync("/bin/sh", ["-s"], { input: here, stdio: ["pipe", "pipe", "pipe"] });
    const folder = join(top, "node/generations/abc");
    const found = Object.keys(definition.files).map((path) => [
      path,
      readFileSync(join(folder, "config", path), "utf8"),
    ]);
    expect(Object.fromEntries(found)).toEqual(definition.files);
    const unit = readFileSync(join(folder, "vigil-node.service"), "utf8");
    expect(unit.replaceAll(top, "/opt/vigil")).toBe(renderUnit(definition));
    const again = execFileSync("/bin/sh", ["-s"], { input: here, encoding: "utf8" });
    expect(again).toBe("identical\n");
  } finally {
    rmSync(top, { recursive: true });
  }
});

it("an account has a name that Linux takes, and each its own", () => {
  const long = "postgres-".padEnd(60, "x");
  const names = ["node", long, `${long}y`].map(accountOf);
  expect(names[0]).toBe("vigil-node");
  expect(names.filter((one) => !/^[a-z][a-z0-9-]{1,30}$/.test(one))).toEqual([]);
  expect(new Set(names).size).toBe(3);
});

describe("a unit", () => {
  it("has its arguments without what systemd would replace", () => {
    expect(renderUnit(definition)).toContain(
      String.raw`ExecStart="/opt/vigil/node/current/bin/node_exporter" "--web.listen-address=:9100" "--a=50%% $$HOME \"quoted\" \\d"`,
    );
  });

  it("leaves one that tells of the machine the machine's folders, and no other", () => {
    const own = ["ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes"];
    const lines = (seesHost: boolean) => renderUnit({ ...definition, seesHost }).split("\n");
    expect(own.filter((line) => lines(true).includes(line))).toEqual([]);
    expect(own.filter((line) => lines(false).includes(line))).toEqual(own);
  });

  it("has no more rights than its account", () => {
    for (const seesHost of [true, false]) {
      const unit = renderUnit({ ...definition, seesHost });
      for (const line of [
        "User=vigil-node",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
      ]) {
        expect(unit.split("\n")).toContain(line);
      }
    }
  });
});
