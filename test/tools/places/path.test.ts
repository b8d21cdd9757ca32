import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { look, obtain } from "../../../tools/obtain.ts";
import { findTool } from "../../../tools/places/path.ts";
import { silent } from "../../../lib/progress.ts";
import { tinySite, temporary, tinyTool, program, workshop, write } from "../../kit/workshop.ts";

const tool = tinyTool("http://127.0.0.1:1", {
  binaries: ["tiny", "tinyctl"],
  alsoCalled: { tiny: "debian-tiny" },
});
const onPath = (files: Record<string, string>) => {
  const folder = write(temporary(), files);
  return findTool(tool, { PATH: `:${folder}:/usr/bin:/bin` });
};

test("a tool on PATH is taken when its version is accepted, under a distribution's name too", async () => {
  const found = await onPath({
    "debian-tiny": program("tiny, version 1.4.0"),
    tinyctl: program("x"),
  });
  expect(found).toMatchObject({ found: { version: "1.4.0", origin: "PATH" } });
});

test.each([
  ["one of its binaries is missing", { tiny: program("1.4.0") }, "no tinyctl"],
  [
    "it is too old",
    { tiny: program("1.1.9"), tinyctl: program("") },
    "1.1.9; required: 1.2 or later, before 2",
  ],
  ["it does not run", { tiny: "#!/nowhere\n", tinyctl: program("") }, "cannot be started"],
  ["it is not a program", { tiny: "text", tinyctl: program("") }, "no tiny"],
])("not when %s", async (_, files, reason) => {
  expect(await onPath(files)).toMatchObject({ reason: expect.stringContaining(reason) as string });
});

test("one of another version before it is passed by", async () => {
  const old = write(temporary(), { tiny: program("1.1.9"), tinyctl: program("x") });
  const right = write(temporary(), { tiny: program("1.4.0"), tinyctl: program("x") });
  const env = { PATH: `${old}:${right}:/usr/bin:/bin` };
  expect(await findTool(tool, env)).toMatchObject({
    found: { version: "1.4.0", binaries: { tinyctl: `${right}/tinyctl` } },
  });
});

test("a tool that needs its home is taken from there only", async () => {
  const folder = write(temporary(), { "home/bin/tiny": program("1.4.0"), "home/public/x": "" });
  const housed = tinyTool("http://127.0.0.1:1", { beside: ["../public"] });
  mkdirSync(join(folder, "links"));
  symlinkSync(join(folder, "home/bin/tiny"), join(folder, "links/tiny"));
  expect(await findTool(housed, { PATH: join(folder, "links") })).toHaveProperty("found");
  write(folder, { "alone/tiny": program("1.4.0") });
  expect(await findTool(housed, { PATH: join(folder, "alone") })).toMatchObject({
    reason: expect.stringContaining("outside its home") as string,
  });
});

test("PATH comes first, but Vigil's own links are not PATH", async () => {
  const { url } = await tinySite();
  const shop = workshop();
  const bin = join(shop.root, ".vigil/bin");
  write(bin, { tiny: program("tiny 1.9.0") });
  const env = { ...shop.env, PATH: `${bin}:/usr/bin:/bin` };
  expect((await look(tinyTool(url), { ...shop, env })).found).toBeUndefined();
  write(shop.root, { "mine/tiny": program("tiny 1.8.0") });
  const mine = { ...shop, env: { ...env, PATH: `${bin}:${shop.root}/mine:/usr/bin:/bin` } };
  expect(await obtain(tinyTool(url), mine, silent)).toMatchObject({
    version: "1.8.0",
    origin: "PATH",
  });
});
