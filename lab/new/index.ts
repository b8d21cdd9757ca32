/** Adds a service: the work of `./vigil new`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { recipes } from "../capture/recipes/index.ts";
import { licenceList } from "../licences.ts";
import { files as scored } from "../scorecard.ts";
import { allOrNone } from "./all-or-none.ts";
import type { Answers } from "./answers.ts";
import { type Facts, factsOf } from "./facts.ts";
import { downAlert } from "./files/rules.ts";
import { pinModule } from "./go-module.ts";
import type { House } from "./house.ts";
import { textsOf } from "./texts.ts";

/** What is written beside, by other commands of the house. */
const generated = ["README.md", "docs/services.md", "secrets.example.sh"];

/** How the work gets to programs; each is another process, as lists that are loaded do not change. */
export interface Means {
  /** Path of Go itself. */
  readonly go: () => Promise<string>;
  /** Runs `./vigil ARGS`. @throws Error where it fails */
  readonly vigil: (args: readonly string[]) => Promise<void>;
}

/** What is known without asking, as it is there already. */
export const knownOf = ({ groups }: House): Partial<Answers> =>
  groups.length > 0 ? { up: "" } : {};

/** @throws UserError where rules are there and the metrics of this version of the exporter are not. */
function requireInventory({ groups, inventories, name }: House, { binary, version }: Facts): void {
  if (groups.length === 0 || inventories.includes(`${binary}-${version}`)) return;
  const versions = inventories.filter((one) => one.startsWith(`${binary}-`));
  throw new UserError(
    `There are alerts for ${name}, and nothing says what ${binary} ${version} tells; nothing was written`,
    {
      details:
        versions.length === 0
          ? [`rules/metrics has nothing of ${binary}: is that the exporter which the alerts read?`]
          : [`rules/metrics has ${versions.join(", ")}.`],
      advice: ["Take a version that is there, and raise it later as lib/pins.ts says."],
    },
  );
}

/**
 * Writes everything, or nothing.
 *
 * @returns the paths that were written.
 */
export async function addService(house: House, answers: Answers, means: Means): Promise<string[]> {
  const facts = factsOf(house, answers);
  requireInventory(house, facts);
  const { binary, module, version } = facts;
  const pins = join(house.root, "tools", "go", binary);
  const pinned =
    module === undefined || existsSync(pins)
      ? {}
      : await pinModule(await means.go(), module, version);
  const texts = await textsOf(house, facts, pinned, recipes);
  const [ruled] = house.groups.flatMap(({ alerts }) => Object.keys(alerts));
  await allOrNone(house.root, {
    texts,
    touched: [...generated, licenceList, scored.proof, scored.scorecard],
    finish: async () => {
      await means.vigil(["docs"]);
      if (Object.keys(pinned).length > 0) await means.vigil(["licences", binary]);
      await means.vigil(["scorecard", ruled ?? downAlert(facts)]);
    },
  });
  return Object.keys(texts).sort();
}
