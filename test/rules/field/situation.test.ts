import { expand } from "../../../rules/lib/fixture.ts";

it("a situation's notation is what promtool reads", () => {
  expect(expand("_x2 1 stale")).toEqual(["_", "_", 1, "stale"]);
});
