import { existsSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { dependenciesFresh, ensureDependencies } from "../../tools/dependencies.ts";
import { FatalError } from "../../lib/errors.ts";
import { silent } from "../../lib/progress.ts";
import { failure, recorder, temporary, write } from "../kit/workshop.ts";

const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
const env = { ...process.env, PATH };
const lock = (name: string) =>
  JSON.stringify({
    name,
    version: "1.0.0",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name, version: "1.0.0", dependencies: { local: "file:local" } },
      local: { version: "1.0.0" },
      "node_modules/local": { resolved: "local", link: true },
    },
  });
const manifest = JSON.stringify({
  name: "p",
  version: "1.0.0",
  dependencies: { local: "file:local" },
});
/** A project whose one package is in the project itself: npm runs for real and asks nobody. */
const project = () =>
  write(temporary(), {
    "package.json": manifest,
    "package-lock.json": lock("p"),
    "local/package.json": JSON.stringify({ name: "local", version: "1.0.0" }),
  });

test("packages are installed once, and again when the lock changes or npm was killed half-way", async () => {
  const root = project();
  const progress = recorder();
  expect(await dependenciesFresh(root)).toBe(false);
  await ensureDependencies({ root, env, progress });
  expect(existsSync(join(root, "node_modules/local/package.json"))).toBe(true);
  expect(progress.lines).toEqual(["✓ npm packages: installed"]);
  await ensureDependencies({ root, env, progress });
  expect(progress.lines).toHaveLength(1);
  write(root, { "package-lock.json": `${lock("p")}\n` });
  await ensureDependencies({ root, env, progress });
  expect(progress.lines).toHaveLength(2);
  // npm removes what was there before it begins, and writes its own list last.
  rmSync(join(root, "node_modules/.vigil-lock"));
  rmSync(join(root, "node_modules/.package-lock.json"));
  expect(await dependenciesFresh(root)).toBe(false);
});

test("what only developers need is installed, too, whatever NODE_ENV is", async () => {
  const root = project();
  write(root, {
    "package.json": manifest.replace('"dependencies"', '"devDependencies"'),
    "package-lock.json": lock("p").replace('"dependencies"', '"devDependencies"'),
  });
  const production = { ...env, NODE_ENV: "production", npm_config_omit: "dev" };
  await ensureDependencies({ root, env: production, progress: silent });
  expect(existsSync(join(root, "node_modules/local/package.json"))).toBe(true);
});

test("an npm ci done by hand counts, unless something is missing or another", async () => {
  const integrity = "sha512-a";
  const packages = {
    "": {},
    "node_modules/a": { integrity },
    "node_modules/b": { integrity, optional: true },
  };
  const fresh = (installed: object | string) =>
    dependenciesFresh(
      write(temporary(), {
        "package-lock.json": JSON.stringify({ packages }),
        "node_modules/.package-lock.json": JSON.stringify({ packages: installed }),
      }),
    );
  expect(await fresh({ "node_modules/a": { integrity } })).toBe(true);
  expect(await fresh({ "node_modules/a": { integrity: "sha512-b" } })).toBe(false);
  expect(await fresh({ "node_modules/b": { integrity } })).toBe(false);
});

test("of two runs at once one installs", async () => {
  const root = project();
  const bin = write(temporary(), {
    npm: `#!/bin/sh\necho x >> ${root}/calls\nsleep 0.5\nmkdir -p node_modules\n`,
  });
  const racing = { root, env: { PATH: `${bin}:/usr/bin:/bin` }, progress: recorder() };
  await Promise.all([ensureDependencies(racing), ensureDependencies(racing)]);
  expect(readFileSync(join(root, "calls"), "utf8")).toBe("x\n");
  expect(racing.progress.lines.join()).toMatch(/another run is installing them/);
});

test.each([
  ["npm is not here", undefined, /cannot be started/],
  ["npm fails", "#!/bin/sh\necho npm error sad; exit 1\n", /^sad$/],
])("when %s, it says so and what to do", async (_, npm, reason) => {
  const bin = write(temporary(), npm === undefined ? {} : { npm });
  const error = await failure<FatalError>(
    ensureDependencies({
      root: project(),
      env: { PATH: npm === undefined ? bin : `${bin}:/bin` },
      progress: silent,
    }),
  );
  expect(error).toBeInstanceOf(FatalError);
  expect(error.details[0]).toMatch(reason);
  expect(error.advice[0]).toContain(npm === undefined ? "nodejs.org" : "&& npm ci");
});

test("a full disk is named", async () => {
  const bin = write(temporary(), {
    npm: "#!/bin/sh\necho 'npm error ENOSPC: no space left on device, write'; exit 1\n",
  });
  const root = project();
  const error = await failure(
    ensureDependencies({ root, env: { PATH: `${bin}:/bin` }, progress: silent }),
  );
  expect(error.message).toBe(`No space is left on the disk of ${root}`);
});
