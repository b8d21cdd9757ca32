import { groundProblems } from "../../cli/reality.ts";
import { temporary, write } from "../kit/workshop.ts";

test("what the commands say of an estate is asked of the machine, not of a record", async () => {
  const root = write(temporary(), {
    ".vigil/x/supervisor/fragments/prometheus.json": "{}",
    ".vigil/x/supervisor/fragments/node.json": "{}",
  });
  expect(await groundProblems(root, "x", "local")).toEqual([
    "Not running: node, prometheus; STACK=x make up starts it",
  ]);
  // Nothing was made there.
  expect(await groundProblems(root, "y", "local")).toEqual([]);
});
