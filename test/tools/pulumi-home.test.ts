import { userInfo } from "node:os";
import { join } from "node:path";
import { pulumiHome } from "../../tools/pulumi-home.ts";

test("the engine's folder is the account's, as the engine finds it, unless PULUMI_HOME says another", () => {
  const usual = join(userInfo().homedir, ".pulumi");
  // As sudo leaves it: the home of whoever called it.
  expect(pulumiHome({ HOME: "/home/somebody-else" })).toBe(usual);
  expect(pulumiHome({ PULUMI_HOME: "" })).toBe(usual);
  expect(pulumiHome({ PULUMI_HOME: "/elsewhere" })).toBe("/elsewhere");
});
