import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { forStack, fromWhere, standing } from "../../lib/command.ts";

it.each([
  ["make up", "STACK=dev make up"],
  [
    "Run make up, or ./vigil pulumi config rm x && make down",
    "Run STACK=dev make up, or STACK=dev ./vigil pulumi config rm x && STACK=dev make down",
  ],
  ["STACK=prod make up", "STACK=prod make up"],
  ["make test and make processor-image", "make test and make processor-image"],
])("%s for another stack", (text, wanted) => {
  expect(forStack(text, "dev")).toBe(wanted);
  expect(forStack(text, "local")).toBe(text);
  expect(forStack(forStack(text, "dev"), "dev")).toBe(wanted);
});

it.each([
  [
    "Not running: node; make up starts it",
    "Not running: node; make -C '/my checkout' up starts it",
  ],
  ["STACK=dev make down PURGE=1", "STACK=dev make -C '/my checkout' down PURGE=1"],
  ["load it: ./vigil pulumi config set x y", "load it: '/my checkout/vigil' pulumi config set x y"],
  ["! nobody will make it up", "! nobody will make it up"],
])("%s for somebody who stands elsewhere", (text, wanted) => {
  expect(fromWhere(text, "/my checkout", "/home")).toBe(wanted);
  expect(fromWhere(wanted, "/my checkout", "/home")).toBe(wanted);
  expect(fromWhere(text, "/my checkout", "/my checkout")).toBe(text);
});

it("knows where the reader stands, whichever folder make went to", () => {
  expect(standing({})).toBe(process.cwd());
  expect(standing({ VIGIL_FROM: tmpdir() })).toBe(realpathSync(tmpdir()));
  expect(standing({ VIGIL_FROM: "/nowhere" })).toBe(process.cwd());
});
