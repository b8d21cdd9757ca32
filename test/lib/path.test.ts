import { findOnPath, pathWith } from "../../lib/path.ts";
import { temporary, write } from "../kit/workshop.ts";

const script = "#!/bin/sh\n";

test("a program is found where it can be run, and by its name only", () => {
  const folder = write(temporary(), { text: "", "node/.keep": "", "bin/tiny": script });
  expect(findOnPath("text", folder)).toBeUndefined();
  expect(findOnPath("node", folder)).toBeUndefined();
  expect(findOnPath("tiny", `/nowhere:${folder}/bin`)).toBe(`${folder}/bin/tiny`);
  expect(findOnPath("bin/tiny", folder)).toBeUndefined();
  expect(findOnPath("../bin/sh")).toBeUndefined();
  expect(findOnPath(process.execPath)).toBeUndefined();
});

test("folders that are named from where one stands are not looked into", () => {
  expect(findOnPath("vigil", `.::${process.cwd()}`)).toBe(`${process.cwd()}/vigil`);
  expect(findOnPath("vigil", ".:")).toBeUndefined();
});

test("the first folder decides, then the first name; folders are skipped where asked", () => {
  const folder = write(temporary(), { "a/second": script, "b/first": script, "b/second": script });
  const path = `${folder}/a:${folder}/b`;
  expect(findOnPath(["first", "second"], path)).toBe(`${folder}/a/second`);
  expect(findOnPath(["first", "second"], path, [`${folder}/a`])).toBe(`${folder}/b/first`);
});

test("what is put first is looked into first", () => {
  expect(pathWith(["/a", "/b"], "/c:/d")).toBe("/a:/b:/c:/d");
});
