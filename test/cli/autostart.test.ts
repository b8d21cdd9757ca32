import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type UnitOptions, unitsFor } from "../../cli/autostart.ts";
import { certificatesIn } from "../../cli/commands/renew.ts";
import { deployed, fingerprint, noteDeployed } from "../../cli/state/deployed.ts";
import { temporary, write } from "../kit/workshop.ts";

const base: UnitOptions = {
  root: "/srv/vigil",
  stack: "local",
  starts: true,
  env: { PATH: "/usr/bin:/bin", PULUMI_CONFIG_PASSPHRASE: "hidden", HOME: "/root" },
  system: false,
};

const withAnalyze =
  spawnSync("systemd-analyze", ["--version"]).status === 0 ? describe : describe.skip;

withAnalyze("units are accepted by systemd", () => {
  it.each([
    ["of a user", {}],
    ["of the system", { system: true }],
    ["of containers", { starts: false, stack: "dev" }],
    ["with odd names", { root: '/tmp/with a %n $HOME "quote" and \\ in it', stack: "odd_1.x-2" }],
  ])("%s", (_what, more) => {
    const folder = temporary();
    const root = join(folder, (more as { root?: string }).root ?? "checkout");
    write(root, { vigil: "#!/bin/sh\n" });
    execFileSync("chmod", ["+x", join(root, "vigil")]);
    const units = unitsFor({ ...base, ...more, root });
    mkdirSync(join(folder, "units"));
    const paths = Object.entries(units).map(([name, text]) => {
      const path = join(folder, "units", name);
      writeFileSync(path, text);
      return path;
    });
    const { status, stderr } = spawnSync(
      "systemd-analyze",
      ["verify", "--man=no", "--recursive-errors=no", ...paths],
      { encoding: "utf8", env: { ...process.env, SYSTEMD_LOG_LEVEL: "warning" } },
    );
    expect([status, stderr]).toEqual([0, ""]);
  });
});

describe("units", () => {
  const texts = (more: Partial<UnitOptions> = {}) => unitsFor({ ...base, ...more });

  it("start what runs here, and leave containers to their engine", () => {
    expect(Object.keys(texts()).sort()).toEqual([
      "vigil-local-renew.service",
      "vigil-local-renew.timer",
      "vigil-local-start.service",
    ]);
    expect(Object.keys(texts({ starts: false })).sort()).toEqual([
      "vigil-local-renew.service",
      "vigil-local-renew.timer",
    ]);
  });

  it("hold a path to a passphrase where one is given, and never a passphrase", () => {
    const given = { ...base.env, PULUMI_CONFIG_PASSPHRASE_FILE: "/etc/vigil/passphrase" };
    expect(Object.values(texts()).join("")).not.toContain("hidden");
    expect(texts({ env: given })["vigil-local-renew.service"]).toContain(
      'Environment="PULUMI_CONFIG_PASSPHRASE_FILE=/etc/vigil/passphrase"',
    );
  });

  it("give no new rights", () => {
    for (const name of ["vigil-local-start.service", "vigil-local-renew.service"]) {
      expect(texts()[name]).toMatch(/^NoNewPrivileges=yes$/m);
    }
  });
});

describe("what was deployed", () => {
  const checkout = () =>
    write(temporary(), {
      "Pulumi.yaml": "name: vigil\n",
      "Pulumi.x.yaml": "config:\n  vigil:rules:\n    extra: { mine: mine.yml }\n",
      "mine.yml": "groups: []\n",
      "components/plan.ts": "one",
      "README.md": "text",
      "services/a/test/a.test.ts": "test",
    });

  it.each(["Pulumi.x.yaml", "components/plan.ts", "mine.yml", "components/new.ts"])(
    "is another thing when %s changes",
    async (path) => {
      const root = checkout();
      await noteDeployed(root, "x", await fingerprint(root, "x"));
      expect(await fingerprint(root, "x")).toBe(await deployed(root, "x"));
      write(root, { [path]: "changed" });
      expect(await fingerprint(root, "x")).not.toBe(await deployed(root, "x"));
    },
  );

  it("is the same when only documents and tests change", async () => {
    const root = checkout();
    const before = await fingerprint(root, "x");
    write(root, { "README.md": "other", "services/a/test/a.test.ts": "other", "other.yml": "x" });
    expect(await fingerprint(root, "x")).toBe(before);
  });
});

it("certificates are found in what the engine keeps and in what it exports", () => {
  const resources = [
    { type: "pulumi:pulumi:Stack", urn: "urn:pulumi:x::vigil::pulumi:pulumi:Stack::vigil-x" },
    {
      type: "vigil:index:Certificate",
      urn: "urn:pulumi:x::vigil::a$vigil:index:Certificate::node-certificate",
      outputs: { certificate: "PEM", renewBeforeDays: 122 },
    },
  ];
  const found = [{ name: "node-certificate", certificate: "PEM", renewBeforeDays: 122 }];
  expect(certificatesIn(JSON.stringify({ checkpoint: { latest: { resources } } }))).toEqual(found);
  expect(certificatesIn(JSON.stringify({ deployment: { resources } }))).toEqual(found);
});
