import { forStack } from "../../../rules/lib/command.ts";

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
