import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { delimiter, dirname, join } from "node:path";
import { ensureDependencies } from "../../tools/dependencies.ts";
import type { FatalError } from "../../lib/errors.ts";
import { silent } from "../../lib/progress.ts";
import { archiveOf, failure, site, temporary, write } from "../kit/workshop.ts";

/** A package whose code leaves a trace where it is run: by npm as it is installed. */
const packed = (trace: string): Buffer =>
  archiveOf({
    "package/package.json": JSON.stringify({
      name: "tiny",
      version: "1.0.0",
      scripts: { install: `touch ${trace}` },
    }),
  });

const integrityOf = (data: Buffer): string =>
  `sha512-${createHash("sha512").update(data).digest("base64")}`;

type Sent = Buffer | string | ((response: ServerResponse) => void);

/** Installs with the real npm from a registry that sends this in place of the package. */
async function install(send: (good: Buffer, evil: Buffer) => Sent, says: "good" | "evil" = "good") {
  const root = temporary();
  const [good, evil] = [packed(join(root, "good")), packed(join(root, "evil"))];
  const registry = await site();
  const sent = send(good, evil);
  const integrity = integrityOf(says === "good" ? good : evil);
  const tarball = `${registry.url}/tiny/-/tiny-1.0.0.tgz`;
  const version = {
    name: "tiny",
    version: "1.0.0",
    dist: { tarball, integrity },
  };
  registry.files.set("/tiny", JSON.stringify({ name: "tiny", versions: { "1.0.0": version } }));
  registry.files.set("/tiny/-/tiny-1.0.0.tgz", sent);
  const dependencies = { tiny: "1.0.0" };
  const packages = {
    "": { name: "p", version: "1.0.0", dependencies },
    "node_modules/tiny": { version: "1.0.0", integrity: integrityOf(good), hasInstallScript: true },
  };
  write(root, {
    "package.json": JSON.stringify({ name: "p", version: "1.0.0", dependencies }),
    "package-lock.json": JSON.stringify({
      name: "p",
      lockfileVersion: 3,
      requires: true,
      packages,
    }),
  });
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    npm_config_registry: registry.url,
    npm_config_cache: temporary(),
    npm_config_fetch_retries: "0",
    npm_config_ignore_scripts: "false",
  };
  const done = ensureDependencies({ root, env, progress: silent });
  return { root, registry, done };
}

test("what the lock pins is installed", async () => {
  const { done, root } = await install((good) => good);
  await done;
  expect(existsSync(join(root, "node_modules/tiny/package.json"))).toBe(true);
});

test("what npm has already is not asked for again, and what is newer than that is", async () => {
  const root = temporary();
  const registry = await site();
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    npm_config_registry: registry.url,
    npm_config_cache: temporary(),
    npm_config_fetch_retries: "0",
  };
  const versions: Record<string, object> = {};
  const release = (version: string) => {
    const data = archiveOf({ "package/package.json": JSON.stringify({ name: "tiny", version }) });
    const [integrity, path] = [integrityOf(data), `/tiny-${version}.tgz`];
    versions[version] = {
      name: "tiny",
      version,
      dist: { tarball: registry.url + path, integrity },
    };
    registry.files.set(path, data);
    registry.files.set("/tiny", JSON.stringify({ name: "tiny", versions }));
    const dependencies = { tiny: version };
    const packages = { "": { dependencies }, "node_modules/tiny": { version, integrity } };
    write(root, {
      "package.json": JSON.stringify({ dependencies }),
      "package-lock.json": JSON.stringify({ lockfileVersion: 3, requires: true, packages }),
    });
  };
  const installed = async () => {
    rmSync(join(root, "node_modules"), { recursive: true, force: true });
    await ensureDependencies({ root, env, progress: silent });
    return readFileSync(join(root, "node_modules/tiny/package.json"), "utf8");
  };
  release("1.0.0");
  expect(await installed()).toContain("1.0.0");
  const before = registry.asked.length;
  expect(await installed()).toContain("1.0.0");
  expect(registry.asked).toHaveLength(before);
  release("1.1.0");
  expect(await installed()).toContain("1.1.0");
});

describe("a registry that sends something else", () => {
  it.each<[string, (good: Buffer, evil: Buffer) => Sent, "evil" | "good"]>([
    ["another package", (_, evil) => evil, "good"],
    ["another package, and says so,", (_, evil) => evil, "evil"],
    ["the page of a hotel's network", () => "<html>Sign in</html>", "good"],
    ["half of it", (good) => good.subarray(0, good.length >> 1), "good"],
  ])("%s is refused by name; nothing of it is run, nothing stays", async (_, send, says) => {
    const { done, registry, root } = await install(send, says);
    const error = await failure<FatalError>(done);
    expect(error.message).toBe("The download of tiny 1.0.0 is not what package-lock.json pins");
    expect(error.details[0]).toBe(`Registry: ${registry.url}`);
    expect(error.details.join("\n")).toMatch(/pinned {2}sha512-\S{88}\ncame {4}sha512-\S{88}\n/);
    expect(error.advice.join()).toMatch(
      /sign in, and run it again.*ask whoever runs that registry/,
    );
    expect(
      ["good", "evil", "node_modules/tiny"].filter((one) => existsSync(join(root, one))),
    ).toEqual([]);
  });

  it.each<[string, (good: Buffer) => Sent, RegExp]>([
    [
      "ends in the middle",
      (good) => (response) => {
        response.writeHead(200, { "content-length": good.length });
        response.write(good.subarray(0, 20), () => response.destroy());
      },
      /^E?\w+: .*(?:reset|aborted|hang up|premature|Invalid response)/i,
    ],
    [
      "leads in circles",
      () => (response) => response.writeHead(302, { location: "/tiny/-/tiny-1.0.0.tgz" }).end(),
      /^EMAXREDIRECT: maximum redirect reached/,
    ],
    ["has an error", () => (response) => response.writeHead(503).end(), /^E503: 503 /],
  ])("and one that %s is told with the reason", async (_, send, reason) => {
    const { done, registry, root } = await install(send);
    const error = await failure<FatalError>(done);
    expect(error.details[0]).toMatch(reason);
    expect(error.details[1]).toBe(`Registry: ${registry.url}`);
    expect(error.advice[0]).toContain("Let this machine reach that registry");
    expect(existsSync(join(root, "node_modules/tiny"))).toBe(false);
  });
});
