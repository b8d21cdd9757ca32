import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, realpathSync, utimesSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { ensureTools, type EnsureOptions } from "../../tools/ensure.ts";
import { FatalError, type UserError } from "../../lib/errors.ts";
import { silent } from "../../lib/progress.ts";
import type { Tool } from "../../tools/tool.ts";
import { failure, recorder, site, temporary, tinySite, tinyTool, write } from "../kit/workshop.ts";

const pulumi = ["pulumi"] as const;

/** Options for a table in which the asked names stand for test tools. */
function options(table: Record<string, Tool>): EnsureOptions & { cache: string } {
  const cache = join(temporary(), "cache");
  const env = { PATH: "/usr/bin:/bin", VIGIL_CACHE: cache };
  return {
    root: write(temporary(), { "tools/.keep": "" }),
    env,
    table,
    progress: silent,
    cache,
  };
}

test("links to every binary under its upstream name, and to Node", async () => {
  const { url } = await tinySite();
  const given = options({ pulumi: tinyTool(url) });
  const { binFolder, found, missing } = await ensureTools(pulumi, given);
  expect(binFolder).toBe(join(given.root, ".vigil/bin"));
  expect(readdirSync(binFolder).sort()).toEqual(["node", "tiny"]);
  expect(execFileSync(join(binFolder, "tiny"), { encoding: "utf8" })).toBe("tiny 1.2.3\n");
  expect(realpathSync(join(binFolder, "node"))).toBe(realpathSync(process.execPath));
  expect([found.length, missing.length]).toEqual([1, 0]);
});

test("links are made again when they point elsewhere, kept when right, and strangers go", async () => {
  const { url } = await tinySite();
  const given = options({ pulumi: tinyTool(url) });
  write(given.root, { ".vigil/bin/tiny": "in the way", ".vigil/bin/other": "" });
  const { binFolder } = await ensureTools(pulumi, given);
  const before = lstatSync(join(binFolder, "tiny"));
  expect(before.isSymbolicLink()).toBe(true);
  await ensureTools(pulumi, given);
  expect(lstatSync(join(binFolder, "tiny")).ino).toBe(before.ino);
  expect(readdirSync(binFolder)).not.toContain("other");
});

test("an optional tool that cannot be obtained leaves no link, and is asked for once a day", async () => {
  const { url, asked } = await site();
  const tool = tinyTool(url, { name: "grafana", optional: true });
  const given = options({ grafana: tool });
  write(given.root, { ".vigil/bin/tiny": "of earlier days" });
  const first = await ensureTools(["grafana"], given);
  expect(first.missing[0]?.details[1]).toMatch(/answered 404/);
  expect(existsSync(join(given.root, ".vigil/bin/tiny"))).toBe(false);
  const { missing } = await ensureTools(["grafana"], given);
  expect(missing[0]?.details).toEqual(first.missing[0]?.details);
  expect(missing[0]?.advice.join()).toContain("vigil tools tries again");
  expect(asked).toHaveLength(1);
  await ensureTools(["grafana"], { ...given, again: true });
  expect(asked).toHaveLength(2);
  const note = join(given.cache, "absent/grafana-1.2.3.json");
  utimesSync(note, 0, 0);
  await ensureTools(["grafana"], given);
  expect(asked).toHaveLength(3);
});

test("every needed tool that cannot be obtained is in one error", async () => {
  const { url } = await site();
  const table = {
    pulumi: tinyTool(url, { name: "pulumi", binaries: ["no-such-a"] }),
    prometheus: tinyTool(url, {
      name: "prometheus",
      binaries: ["no-such-b"],
      advice: "Install b.",
    }),
  };
  const progress = recorder();
  const both = await failure<UserError>(
    ensureTools(["pulumi", "prometheus"], { ...options(table), progress }),
  );
  expect(both.message).toBe("pulumi, prometheus could not be obtained");
  expect(both.advice).toEqual(["Install tiny.", "Install b."]);
  expect(progress.lines).toContain("✗ pulumi 1.2.3: pulumi could not be obtained");
  expect((await failure(ensureTools(pulumi, options(table)))).message).toBe(
    "pulumi could not be obtained",
  );
});

test("a reason to stop stops", async () => {
  const { url, files } = await tinySite();
  files.set("/sums.txt", `${"0".repeat(64)}  tiny.tar.gz`);
  const error = await failure(ensureTools(pulumi, options({ pulumi: tinyTool(url) })));
  expect(error).toBeInstanceOf(FatalError);
});

test("a checkout that cannot be written to is named", async () => {
  const { url } = await tinySite();
  const given = options({ pulumi: tinyTool(url) });
  write(given.root, { ".vigil": "a file" });
  expect((await failure(ensureTools(pulumi, given))).message).toContain(".vigil");
});

test("with a full cache nothing is looked up: no connection, no apt, no go, no npm", async () => {
  const { url } = await tinySite();
  const given = options({ pulumi: tinyTool(url) });
  await ensureTools(pulumi, given);
  const connect = jest.spyOn(Socket.prototype, "connect").mockImplementation(() => {
    throw new Error("a connection was tried");
  });
  const network = {
    text: () => Promise.reject(new Error("a text was asked for")),
    download: () => Promise.reject(new Error("a file was asked for")),
  };
  const traps = write(temporary(), {});
  for (const name of ["apt-get", "apt-cache", "dpkg", "go", "npm", "tar"]) {
    write(traps, { [name]: `#!/bin/sh\ntouch ${traps}/used-${name}\nexit 1\n` });
  }
  const env = { ...given.env, PATH: traps };
  const { found } = await ensureTools(pulumi, { ...given, env, network });
  expect(found[0]?.version).toBe("1.2.3");
  expect(connect).not.toHaveBeenCalled();
  expect(readdirSync(traps).filter((name) => name.startsWith("used"))).toEqual([]);
  connect.mockRestore();
});
