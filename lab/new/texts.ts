/** Every file of a new service that is not there yet, and every list with its line. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { render, type Signal } from "../../rules/lib/signal.ts";
import { renderInventory } from "../../rules/metrics/format.ts";
import type { Facts } from "./facts.ts";
import { boardText, type SignalsFile } from "./files/board.ts";
import { catalogText } from "./files/catalog.ts";
import { recipeText } from "./files/recipe.ts";
import { rulesText } from "./files/rules.ts";
import { runbookText } from "./files/runbook.ts";
import { testText } from "./files/test.ts";
import type { House } from "./house.ts";
import * as lists from "./lists.ts";

type Texts = Record<string, string>;

/** Of the signals of a file those that heed a board's choice of hosts in all that they ask. */
function shown(signals: Readonly<Record<string, Signal>>): Readonly<Record<string, Signal>> {
  const dialect = { range: "$__rate_interval", matchers: { host: /$host/ } };
  return Object.fromEntries(
    Object.entries(signals).filter(([, one]) => render(one, dialect).includes('"$host"')),
  );
}

/** The files of rules that a board is made from. */
async function signalFiles(house: House, { name, up, title }: Facts): Promise<SignalsFile[]> {
  const [first] = house.groups;
  if (first === undefined) {
    const signal: Signal = {
      unit: "bool",
      about: `1 while the exporter gets an answer from ${title}.`,
      query: (q) => q.gauge(up),
    };
    return [{ path: `../rules/${name}.ts`, topic: name, signals: { up: signal } }];
  }
  const folder = join(house.root, "rules", first.service);
  const found = existsSync(folder)
    ? readdirSync(folder).map((file) => `${first.service}/${file}`)
    : [`${first.service}.ts`];
  const all = await Promise.all(
    found.map(async (file) => {
      const { signals } = (await import(`../../rules/${file}`)) as {
        signals?: SignalsFile["signals"];
      };
      const topic = /([\w-]+)\.ts$/.exec(file)?.[1] ?? name;
      const ours = house.groups.some((group) => group.signals === signals);
      return ours && signals ? [{ path: `../rules/${file}`, topic, signals: shown(signals) }] : [];
    }),
  );
  return all.flat().filter(({ signals }) => Object.keys(signals).length > 0);
}

/** Texts by path, formatted. Those of files that are there are left out, lists have one line more. */
export async function textsOf(
  house: House,
  facts: Facts,
  pinned: Readonly<Record<string, string>>,
  recipes: Readonly<Record<string, { readonly exporter: string }>>,
): Promise<Texts> {
  const { binary, camel, module, name, up, version } = facts;
  const ruled = house.groups.length > 0;
  const known = house.inventories.includes(`${binary}-${version}`);
  const texts: Texts = {
    [`components/catalog/${name}.ts`]: catalogText(facts),
    [`dashboards/${name}.ts`]: boardText(facts, await signalFiles(house, facts)),
    [`test/components/catalog/${name}.test.ts`]: testText(facts),
    ...Object.fromEntries(
      Object.entries(pinned).map(([file, text]) => [`tools/go/${binary}/${file}`, text]),
    ),
  };
  const edited = new Map<string, string>();
  const edit = (path: string, change: (text: string, facts: lists.ListFacts) => string): void => {
    const text = edited.get(path) ?? readFileSync(join(house.root, path), "utf8");
    edited.set(path, change(text, facts));
  };
  edit("components/catalog/index.ts", lists.inCatalog);
  edit("dashboards/index.ts", lists.inBoards);
  edit("rules/lib/boards.ts", lists.inBoardUids);
  edit("rules/lint/files.ts", lists.inDeployed);
  edit("lib/pins.ts", lists.inPins);
  edit("tools/tools.ts", lists.inTools(camel, module));
  if (!ruled) {
    texts[`rules/${name}.ts`] = rulesText(facts);
    texts[`runbooks/${name}.md`] = runbookText(facts);
    edit("rules/lib/boards.ts", lists.inBoardLinks);
    edit(
      "rules/loading.ts",
      lists.inShelves(readFileSync(join(house.root, "rules/index.ts"), "utf8")),
    );
    edit("rules/index.ts", lists.inRules);
  }
  if (!known) {
    texts[`rules/metrics/${binary}-${version}.json`] = renderInventory({
      exporter: binary,
      version,
      how: "source",
      reference: `${module ?? binary}@v${version}: ${up}; ./vigil capture ${name} writes all`,
      metrics: { [up]: { type: "gauge", labels: [] } },
    });
  }
  if (!Object.values(recipes).some(({ exporter }) => exporter === binary)) {
    texts[`lab/capture/recipes/${name}.ts`] = recipeText(facts);
    edit("lab/capture/recipes/index.ts", lists.inRecipes);
  }
  const all = Object.entries({ ...texts, ...Object.fromEntries(edited) });
  return Object.fromEntries(
    await Promise.all(
      all.map(async ([path, text]) => [path, await formatted(house.root, path, text)]),
    ),
  ) as Texts;
}

async function formatted(root: string, path: string, text: string): Promise<string> {
  // An inventory has its own form, and Go its own formatter.
  if (!/\.(?:ts|md)$/.test(path)) return text;
  const filepath = join(root, path);
  // Lines with nothing but their indentation: what a template leaves out.
  return format(text.replaceAll(/^ +\n/gm, ""), { ...(await resolveConfig(filepath)), filepath });
}
