import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { unitsFor } from "../../cli/autostart.ts";
import { createWorkspace, type Done, type Workspace } from "./workspace.ts";

jest.setTimeout(300_000);

/** Serial number of the certificate that a port shows. */
const serialAt = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on("error", reject);
  });

describe("an estate that nobody looks after", () => {
  let place: Workspace;
  const services = ["alertmanager", "blackbox", "node", "processor", "prometheus"];

  /** Does what a unit says, as systemd would: its command in its surroundings, and nothing else. */
  function doUnit(kind: "renew" | "start"): Done {
    const units = unitsFor({
      root: place.folder,
      stack: place.stack,
      starts: true,
      env: { PATH: process.env["PATH"], VIGIL_CACHE: process.env["VIGIL_CACHE"] },
      system: true,
    });
    const text = units[`vigil-${place.stack}-${kind}.service`] ?? "";
    const settings = [...text.matchAll(/^Environment="(\w+)=(.*)"$/gm)].map(
      ([, name = "", value]) => [name, value] as const,
    );
    const [, command = ""] = /^ExecStart=(.*)$/m.exec(text) ?? [];
    const [, folder = ""] = /^WorkingDirectory=(.*)$/m.exec(text) ?? [];
    const { status, stderr, stdout } = spawnSync("sh", ["-c", command], {
      cwd: folder,
      env: { ...Object.fromEntries(settings), HOME: process.env["HOME"] },
      encoding: "utf8",
    });
    return { code: status ?? -1, text: stdout + stderr };
  }

  const serials = () =>
    Promise.all(
      [place.ports.prometheus, place.ports.nodeExporter, place.ports.processor].map(serialAt),
    );

  beforeAll(async () => {
    place = await createWorkspace("reboot");
    // Certificates of three days, of which all but the first second is the last third.
    const file = join(place.folder, "components/trust.ts");
    const text = readFileSync(file, "utf8")
      .replace("const years = 365;", "const years = 3;")
      .replace("const lastThird = Math.ceil(years / 3);", "const lastThird = years - 0.00001;");
    expect(text).toMatch(/years = 3;[^]*years - 0\.00001;/);
    writeFileSync(file, text);
    const { code, text: said } = await place.vigil(["up"]);
    if (code !== 0) throw new Error(said);
  });
  afterAll(async () => {
    await place.vigil(["down", "--purge"]);
    place.remove();
  });

  it("runs again after a reboot as it was, by its unit's command alone", async () => {
    const before = await serials();
    // As a reboot leaves it: nothing runs, and what was written stays.
    const { folder, stack } = place;
    const pids = execFileSync("sh", [
      "-c",
      `grep -lsaE "VIGIL_(PROCESS|SUPERVISED_HOME)=${folder}/.vigil/${stack}" /proc/[0-9]*/environ | cut -d/ -f3`,
    ])
      .toString()
      .split("\n")
      .filter((pid) => pid !== "");
    expect(pids.length).toBeGreaterThan(services.length);
    execFileSync("kill", ["-9", ...pids]);
    expect(doUnit("start")).toMatchObject({ code: 0, text: "Stack reboot is running.\n" });
    expect(Object.keys(place.processes()).sort()).toEqual(services);
    const verified = await place.vigil(["verify"]);
    expect([verified.code, verified.text]).toEqual([0, expect.not.stringContaining("✗")]);
    expect(await serials()).toEqual(before);
  });

  it("is left alone where it runs", () => {
    const before = place.processes();
    expect(doUnit("start").code).toBe(0);
    expect(place.processes()).toEqual(before);
  });

  it("gets new certificates when they are due, and its servers take them", async () => {
    const before = await serials();
    const { prometheus } = place.processes();
    const { code, text } = doUnit("renew");
    expect([code, text]).toEqual([0, expect.stringMatching(/^Due: .*prometheus-certificate/m)]);
    const after = await serials();
    expect(after.filter((serial) => before.includes(serial))).toEqual([]);
    expect(place.processes()["prometheus"]).toEqual(prometheus);
    expect((await place.vigil(["verify"])).code).toBe(0);
  });

  it("gets none where the checkout has what nobody deployed, and says so", async () => {
    const file = join(place.folder, "Pulumi.reboot.yaml");
    writeFileSync(file, `${readFileSync(file, "utf8")}\n# A thought of somebody's.\n`);
    const before = await serials();
    const { code, text } = doUnit("renew");
    expect([code, text]).toEqual([1, expect.stringContaining("due but were not renewed")]);
    expect(text).toContain("STACK=reboot make up");
    expect(await serials()).toEqual(before);
  });

  it("gets none where the passphrase is missing, and says so at once", () => {
    const file = join(place.folder, ".vigil/passphrase");
    const passphrase = readFileSync(file);
    try {
      execFileSync("rm", [file]);
      const { code, text } = doUnit("renew");
      expect([code, text]).toEqual([1, expect.stringContaining("passphrase of stack reboot")]);
    } finally {
      writeFileSync(file, passphrase, { mode: 0o600 });
    }
  });

  it("has nothing to start when it is down", async () => {
    expect((await place.vigil(["down"])).code).toBe(0);
    expect(doUnit("start")).toMatchObject({
      code: 0,
      text: expect.stringMatching(/is not up/) as string,
    });
    expect(place.processes()).toEqual({});
  });
});
