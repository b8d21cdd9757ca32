import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { commands } from "../../cli/commands/index.ts";
import { checkout, temporary } from "../kit/workshop.ts";

/** Their arguments are for another program, which says itself what is wrong with them. */
const passedOn = ["amtool", "pulumi", "test"];
/** No stack, no name: what the command is about stands after it. */
const namesMatter = [
  "alerts-test",
  "bench",
  "capture",
  "explain",
  "forget",
  "logs",
  "mutate",
  "scorecard",
];
const own = commands.map(({ name }) => name).filter((name) => !passedOn.includes(name));

/** Runs a command with a cache that is empty: what it fetched or built would be there. */
function vigil(...args: string[]) {
  const cache = join(temporary(), "cache");
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(checkout, "cli/vigil.ts"), ...args],
    { encoding: "utf8", env: { PATH: "/usr/bin:/bin", HOME: temporary(), VIGIL_CACHE: cache } },
  );
  return { status, stderr, fetched: existsSync(cache) };
}

const refused = { status: 2, fetched: false, stderr: expect.stringMatching(/nonsense/) as string };

test.each(own)("%s refuses an option that it does not have, before anything is fetched", (name) => {
  expect(vigil(name, "--nonsense")).toEqual(refused);
});

test.each(own.filter((name) => !namesMatter.includes(name)))(
  "%s refuses a word that it has no use for: `down dev` is not about stack local",
  (name) => {
    expect(vigil(name, "nonsense")).toEqual(refused);
  },
);

test.each(["bench", "capture", "mutate", "scorecard"])(
  "%s looks at names before anything is fetched",
  (name) => {
    expect(vigil(name, "nonsense")).toEqual(refused);
  },
);

test.each(["alerts-test", "verify"])("%s takes a number of seconds only", (name) => {
  expect(vigil(name, "--seconds", "nonsense", ...(name === "verify" ? [] : ["HostDown"]))).toEqual(
    refused,
  );
});

test("capture without a name starts nothing, and says the names", () => {
  const { status, stderr } = vigil("capture");
  expect(status).toBe(2);
  expect(stderr).toMatch(/There are .*node.*\n.*\.\/vigil capture node\n.*\.\/vigil capture --all/);
});
