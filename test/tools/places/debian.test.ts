import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FatalError } from "../../../lib/errors.ts";
import { debianPlace } from "../../../tools/places/debian.ts";
import { currentPlatform } from "../../../tools/platform.ts";
import { silent } from "../../../lib/progress.ts";
import type { Place } from "../../../tools/tool.ts";
import {
  failure,
  later,
  program,
  sha256Of,
  site,
  temporary,
  tinyTool,
  workshop,
  write,
  type Site,
} from "../../kit/workshop.ts";

const here = ["/usr/bin/apt-get", "/usr/bin/dpkg-deb", "/usr/bin/gpg"].every((path) =>
  existsSync(path),
);
const onDebian = here ? test : test.skip;
const { arch } = currentPlatform();
const step = silent.start("", "");
const debian = { packages: ["debian-tiny"], binaries: { tiny: "usr/bin/debian-tiny" } };

/** A signed Debian repository on a site, with one package, and the key it is signed with. */
async function repository(version: string): Promise<{ mirror: Site; keyring: string }> {
  const tree = write(temporary(), {
    "DEBIAN/control": `Package: debian-tiny\nVersion: ${version}\nArchitecture: ${arch}\nMaintainer: x <x@example>\nDescription: x\n`,
    "usr/bin/debian-tiny": program(`tiny ${version}`),
  });
  const file = join(temporary(), "tiny.deb");
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", tree, file]);
  const deb = readFileSync(file);
  const control = readFileSync(join(tree, "DEBIAN/control"), "utf8");
  const packages = `${control}Filename: pool/tiny.deb\nSize: ${deb.length}\nSHA256: ${sha256Of(deb)}\n`;
  const index = `main/binary-${arch}/Packages`;
  const release = `Origin: Test\nSuite: forky\nCodename: forky\nDate: ${new Date().toUTCString()}\nArchitectures: ${arch}\nComponents: main\nSHA256:\n ${sha256Of(packages)} ${packages.length} ${index}\n`;
  const home = join(temporary(), "gpg");
  mkdirSync(home, { mode: 0o700 });
  const gpg = (args: string[], input = "") =>
    execFileSync("gpg", ["--homedir", home, "--batch", "--passphrase", "", ...args], {
      input,
      stdio: ["pipe", "pipe", "ignore"],
    });
  later(() => {
    execFileSync("gpgconf", ["--homedir", home, "--kill", "all"]);
  });
  gpg(["--quick-gen-key", "test@example", "ed25519", "sign"]);
  const keyring = join(home, "keyring.gpg");
  gpg(["--output", keyring, "--export"]);
  const mirror = await site({
    "/debian/dists/forky/InRelease": gpg(["--clearsign"], release),
    [`/debian/dists/forky/${index}`]: packages,
    "/debian/pool/tiny.deb": deb,
  });
  return { mirror, keyring };
}

const machine = (mirror: Site, keyring: string) => ({
  sources: [`deb ${mirror.url}/debian bookworm main`],
  codename: "bookworm",
  keyring,
});

async function fill(place: Place | undefined) {
  const folder = join(temporary(), "content");
  mkdirSync(folder);
  const filled = await place?.fill(folder, step);
  return { folder, filled };
}

onDebian("a package is unpacked from the machine's mirror, inside the cache", async () => {
  const { mirror, keyring } = await repository("1.2.9+ds1-1");
  const shop = workshop();
  const place = debianPlace(tinyTool("", { debian }), shop, machine(mirror, keyring));
  expect(place?.label).toBe("Debian package debian-tiny (forky)");
  const { folder, filled } = await fill(place);
  expect(filled).toEqual({ version: "1.2.9", binaries: debian.binaries });
  expect(execFileSync(join(folder, "usr/bin/debian-tiny"), { encoding: "utf8" })).toContain(
    "1.2.9",
  );
  expect(readdirSync(shop.cache)).toEqual(["debian"]);
  // The index is read once per run.
  const before = mirror.asked.length;
  await fill(place);
  expect(mirror.asked.slice(before).filter((path) => path.includes("dists"))).toEqual([]);
});

onDebian("a version that is not accepted is not taken", async () => {
  const { mirror, keyring } = await repository("2.0-1");
  const place = debianPlace(tinyTool("", { debian }), workshop(), machine(mirror, keyring));
  const error = await failure(fill(place));
  expect(error.message).toBe("forky has 2.0.0; required: 1.2 or later, before 2");
});

onDebian("a repository signed by somebody else is refused", async () => {
  const [ours, theirs] = [await repository("1.2.3-1"), await repository("1.2.3-1")];
  const place = debianPlace(
    tinyTool("", { debian }),
    workshop(),
    machine(theirs.mirror, ours.keyring),
  );
  await expect(fill(place)).rejects.toThrow(/apt-get failed/);
  expect(theirs.mirror.asked.join()).not.toContain("tiny.deb");
});

onDebian(
  "a package that is not the one that was signed ends the run, and is not kept",
  async () => {
    const { mirror, keyring } = await repository("1.2.3-1");
    const deb = mirror.files.get("/debian/pool/tiny.deb") as Buffer;
    // Of the right size: only the checksum tells.
    mirror.files.set("/debian/pool/tiny.deb", Buffer.alloc(deb.length, "x"));
    const shop = workshop();
    const place = debianPlace(tinyTool("", { debian }), shop, machine(mirror, keyring));
    const folder = join(temporary(), "content");
    mkdirSync(folder);
    const error = await failure<FatalError>(place?.fill(folder, step) ?? Promise.resolve());
    expect(error).toBeInstanceOf(FatalError);
    expect(error.message).toBe(
      `${mirror.url}/debian/pool/tiny.deb is not the package that Debian signed`,
    );
    expect(readdirSync(folder)).toEqual([]);
    const archives = join(shop.cache, "debian/cache/archives");
    expect(readdirSync(archives).filter((name) => name.endsWith(".deb"))).toEqual([]);
  },
);

onDebian.each([
  ["its index", "/debian/dists/forky/InRelease"],
  ["a package", "/debian/pool/tiny.deb"],
])("a mirror that never ends %s is given up, by its name", async (_, path) => {
  const { mirror, keyring } = await repository("1.2.3-1");
  mirror.files.set(path, (response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write("x"), 100);
    response.on("close", () => {
      clearInterval(drip);
    });
  });
  const slow = { ...machine(mirror, keyring), patience: 3000 };
  const place = debianPlace(tinyTool("", { debian }), workshop(), slow);
  const folder = join(temporary(), "content");
  mkdirSync(folder);
  const error = await failure(place?.fill(folder, step) ?? Promise.resolve());
  expect(error.message).toBe(
    `${new URL(mirror.url).host}: not done within 3 s (another mirror: see /etc/apt)`,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("there is no such place for other machines and other tools", () => {
  const shop = workshop();
  const machineWith = (sources: string[], keyring?: string) => ({
    sources,
    codename: "x",
    keyring,
  });
  const tool = tinyTool("", { debian });
  expect(
    debianPlace(tinyTool(""), shop, machineWith(["deb http://a x main"], "/k")),
  ).toBeUndefined();
  expect(debianPlace(tool, shop, machineWith(["deb http://a other main"], "/k"))).toBeUndefined();
  expect(debianPlace(tool, shop, machineWith(["deb http://a x main"]))).toBeUndefined();
  expect(debianPlace(tool, { ...shop, env: { PATH: "" } })).toBeUndefined();
});
