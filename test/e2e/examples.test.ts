import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { runInNewContext } from "node:vm";
import { parse, stringify } from "yaml";
import { postgres } from "../../components/catalog/postgres.ts";
import { redis } from "../../components/catalog/redis.ts";
import { allAlerts } from "../../rules/index.ts";
import { root, trackedFiles } from "../kit/harness.ts";
import { type Block, blocksOf, commandsIn, fileOf, shapeOf } from "./examples/blocks.ts";
import { createWorkspace, type Done, type Workspace } from "./workspace.ts";

jest.setTimeout(300_000);

const pages = ["README.md", ...trackedFiles("docs/*.md").filter((page) => !/\/.*\//.test(page))];
const allBlocks = pages.flatMap((page) => blocksOf(page, readFileSync(join(root, page), "utf8")));
const blocks = allBlocks.filter((block) => fileOf(block) === undefined);

/** Why a command or a block is not tried here. */
type Why =
  | { readonly why: "a picture" }
  | { readonly why: "for a program that is not here"; readonly program: string }
  | { readonly why: "tried elsewhere"; readonly by: string };

const elsewhere = (by: string): Why => ({ why: "tried elsewhere", by });
const foreign = (program: string): Why => ({ why: "for a program that is not here", program });

/** By command, or by the first line of a block. */
const untried: Readonly<Record<string, Why>> = {
  "flowchart LR": { why: "a picture" },
  "./vigil autostart": elsewhere("test/e2e/reboot.test.ts"),
  "make new SERVICE=memcached": elsewhere("test/lab/new/new.long.test.ts"),
  "make mutate": elsewhere("test/cli/catalogue.test.ts"),
  "make test": elsewhere("test/e2e/examples.test.ts"),
  "./vigil pulumi config set --path vigil:hosts.web-1.address web-1.example.com":
    elsewhere("test/e2e/hosts.test.ts"),
  "server {": foreign("nginx"),
  "proxy_http_version #;": foreign("nginx"),
  "http:": foreign("Traefik"),
  // The account of the exporter, on a server of its own.
  ...Object.fromEntries(
    [
      [postgres, "test/e2e/postgres.long.test.ts"] as const,
      [redis, "test/e2e/redis.test.ts"] as const,
    ].flatMap(([{ account }, by]) =>
      Object.values(account?.commands ?? {}).map((command) => [
        shapeOf(command, hostname()),
        elsewhere(by),
      ]),
    ),
  ),
};

/** What a person would type when asked. */
const typed: Readonly<Record<string, string>> = {
  "vigil:prometheus.remoteWrite.long.password": "a word that nobody guesses",
  "vigil:channels.pagerduty.routingKey": "0123456789abcdef0123456789abcdef",
  "vigil:channels.slack.url": "https://hooks.slack.com/services/T0/B0/x",
  "vigil:channels.teams.dba.slack.url": "https://hooks.slack.com/services/T0/B0/y",
  "vigil:channels.heartbeat.url": "https://example.com/heartbeat",
  "vigil:channels.discord.url": "https://discord.com/api/webhooks/1/x",
  "vigil:channels.msteams.url": "https://prod-01.westeurope.logic.azure.com/workflows/1?sig=x",
  "vigil:channels.googlechat.url": "https://chat.googleapis.com/v1/spaces/A/messages?key=x",
  "vigil:channels.telegram.token": "123456:abc",
  "vigil:channels.goalert.token": "0123456789abcdef",
  "vigil:channels.opsgenie.key": "0123456789abcdef",
  "vigil:channels.ntfy.topic": "alerts-of-ours",
  "vigil:channels.appwrite.key": "0123456789abcdef",
  "vigil:channels.email.password": "0123456789abcdef",
  "vigil:channels.webhook.url": "https://example.com/hook",
  "vigil:postgres.instances.shop.password": "a-word-that-nobody-guesses",
  "vigil:postgres.instances.standby.password": "a-word-that-nobody-guesses",
  "vigil:redis.instances.cache.password": "a word that nobody guesses",
  "vigil:channels.sns.secretKey": "0123456789abcdef",
  "-in .vigil/local/access/client.crt": "of the browser\nof the browser\n",
};

/** Output that a document shows: what prints it, and what of it depends on the machine. */
interface Shown {
  readonly by: string;
  /** Lines by their label, of which only that is the same everywhere. */
  readonly varies?: readonly string[];
  /** Done before, and undone after it. */
  readonly edit?: (config: string) => string;
}

/** By the first line of a block. */
const shown: Readonly<Record<string, Shown>> = {
  // Where Grafana's site can be reached, its address stands there.
  "Vigil watches local.": { by: "make up", varies: ["Grafana"] },
  "✓ Everything is running and supervised": { by: "make verify" },
  "make up would change this (# resource):": {
    by: "make preview",
    edit: (config) =>
      config.replace("scrapeInterval: 1s", "scrapeInterval: 6s") +
      "  vigil:rules: { thresholds: { HostCpuHigh: 0.9 } }\n",
  },
  "✗ The configuration has # mistakes; nothing was changed.": {
    by: "make preview",
    edit: (config) =>
      config
        .replace("scrapeInterval: 1s", "scrapeIntervall: 1s")
        .replace(/(alertmanager:\n +port: )\d+/, `$1${place.ports.prometheus}`),
  },
  "$ make explain ALERT=HostCpuHigh": { by: "make explain ALERT=HostCpuHigh" },
  "$ make reach": { by: "make reach" },
};

/** Files that documents name. */
const ownFiles: Readonly<Record<string, string>> = {
  "rules.d/mine.yml": "groups: []\n",
  // Those whose text stands in a document: test/e2e/your-own.test.ts has them do something.
  ...Object.fromEntries(
    allBlocks.flatMap((block) => {
      const file = fileOf(block);
      return file === undefined ? [] : [[file, `${block.lines.join("\n")}\n`]];
    }),
  ),
};

interface Tree {
  readonly [key: string]: Tree | string;
}

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

/** Both, as if each had been set below what was there. */
const joined = (one: Tree, other: Tree): Tree => ({
  ...one,
  ...Object.fromEntries(
    Object.entries(other).map(([key, value]) => {
      const there = one[key];
      return [key, isTree(there) && isTree(value) ? joined(there, value) : value];
    }),
  ),
});

let place: Workspace;
const stackFile = (): string => join(place.folder, "Pulumi.local.yaml");
const shape = (line: string, varies?: readonly string[]): string =>
  shapeOf(line, hostname(), varies);
const firstOf = ({ lines: [line = ""] }: Block): string => shape(line);

/** As pasted; where the documents have the usual ports, those of this estate. */
function paste(command: string): Promise<Done> {
  const { alertmanager, processor, prometheus } = place.ports;
  const own = command
    .replaceAll("127.0.0.1:9090", `127.0.0.1:${prometheus}`)
    .replaceAll("127.0.0.1:9093", `127.0.0.1:${alertmanager}`)
    .replaceAll("127.0.0.1:9095", `127.0.0.1:${processor}`);
  const [, input] = Object.entries(typed).find(([part]) => command.includes(part)) ?? [];
  return place.shell(own, input);
}

const printed = new Map<string, string>();

/** Runs a command that succeeds, unless it did before. */
async function succeed(command: string): Promise<string> {
  const before = printed.get(command);
  if (before !== undefined) return before;
  const { code, text } = await paste(command);
  expect([command, code, text]).toEqual([command, 0, text]);
  printed.set(command, text);
  return text;
}

/** Lines of what a document shows, and of what was really printed from the first of them on. */
function compared(lines: readonly string[], text: string, varies: readonly string[] = []) {
  const told = lines.filter((line) => !/^\$ /.test(line) && line.trim() !== "");
  const open = told.at(-1) === "…";
  const wanted = (open ? told.slice(0, -1) : told).map((line) => shape(line, varies));
  const all = text.split("\n").map((line) => shape(line, varies));
  // Before it are the steps that led to it; after a failure make adds its own line. Grafana depends on the machine.
  const real = all.slice(
    Math.max(
      0,
      all.findIndex((line) => wanted.includes(line)),
    ),
  );
  const there = real.filter(
    (line) => line !== "" && !/^make: \*\*\*|^! Grafana is left out/.test(line),
  );
  return { wanted, there: open ? there.slice(0, wanted.length) : there };
}

beforeAll(async () => {
  place = await createWorkspace("local");
});
afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  place.remove();
});

describe("the examples of the documents", () => {
  it("are all known: what runs, what is shown, and why something is neither", () => {
    const first = new Set(blocks.flatMap((block) => [firstOf(block), ...commandsIn(block)]));
    const named = [...Object.keys(shown), ...Object.keys(untried)];
    expect(named.filter((one) => !first.has(one))).toEqual([]);
    const unknown = blocks.filter(
      (block) =>
        commandsIn(block).length === 0 &&
        !["ts", "yaml"].includes(block.language) &&
        shown[firstOf(block)] === undefined &&
        untried[firstOf(block)] === undefined,
    );
    expect(unknown).toEqual([]);
    const tests = Object.values(untried).flatMap((why) => ("by" in why ? [why.by] : []));
    expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  const commands = blocks.flatMap((block) =>
    commandsIn(block).map((command) => ({ at: block.at, command })),
  );
  const changing = /pulumi config set/;
  const tried = commands.filter(({ command }) => untried[command] === undefined);

  it.each(tried.filter(({ command }) => !changing.test(command)))(
    "run as they stand: $command ($at)",
    async ({ command }) => {
      expect(await succeed(command)).not.toBe("");
    },
  );

  it.each(Object.entries(shown))(
    "show what is printed: %s",
    async (first, { by, edit, varies }) => {
      const [block] = blocks.filter((one) => firstOf(one) === first);
      const before = readFileSync(stackFile(), "utf8");
      if (edit) writeFileSync(stackFile(), edit(before));
      const text = edit ? (await paste(by)).text : await succeed(by);
      writeFileSync(stackFile(), before);
      const { there, wanted } = compared(block?.lines ?? [], text, varies);
      expect(there).toEqual(wanted);
    },
  );

  it("of configuration can be set together, and are accepted", async () => {
    const before = readFileSync(stackFile(), "utf8");
    for (const { command } of tried.filter((one) => changing.test(one.command))) {
      await succeed(command);
    }
    for (const [path, text] of Object.entries(ownFiles)) {
      mkdirSync(dirname(join(place.folder, path)), { recursive: true });
      writeFileSync(join(place.folder, path), text);
    }
    const yaml = blocks.filter((one) => one.language === "yaml" && !untried[firstOf(one)]);
    // A day that stands in a document passes, and each estate has instances of its own.
    const here = `${hostname()}:${place.ports.nodeExporter}`;
    const lines = yaml.flatMap((one) =>
      one.lines.map((line) => line.replace("2027-", "2099-").replace("batch-1:9100", here)),
    );
    const set = parse(readFileSync(stackFile(), "utf8")) as { config: Tree };
    const shown = yaml.length === 0 ? {} : (parse(lines.join("\n")) as Tree);
    writeFileSync(stackFile(), stringify({ ...set, config: joined(set.config, shown) }));
    expect(lines).not.toEqual([]);
    await succeed("make render OUT=rendered");
    writeFileSync(stackFile(), before);
  });

  /** The same as the alerts that it becomes: a family is its levels. */
  const asAlerts = (told: Readonly<Record<string, Example>>): (readonly [string, object])[] =>
    Object.entries(told).flatMap(([name, { levels, unit, ...one }]) => {
      if (levels === undefined) return [[name, one] as const];
      return Object.entries(levels).map(([level, { fires, quiet, threshold, ...rest }]) => {
        expect([fires, quiet]).toEqual([expect.any(Object), expect.any(Object)]);
        return [level, { ...rest, threshold: { value: threshold, unit } }] as const;
      });
    });

  it("of code are what stands in the code", () => {
    const source = blocks.filter(({ language }) => language === "ts");
    expect(source.length).toBeGreaterThan(0);
    for (const { lines } of source) {
      const told = runInNewContext(`({${lines.join("\n")}})`) as Record<string, Example>;
      for (const [name, example] of asAlerts(told)) {
        const alert = allAlerts().find((one) => one.name === name);
        // Without its functions, which are made again for each environment.
        expect(alert).toMatchObject(JSON.parse(JSON.stringify(example)) as object);
      }
    }
  });
});

/** An alert, or a family of alerts, as a document shows it. */
interface Example {
  readonly unit?: string;
  readonly levels?: Readonly<
    Record<string, { readonly fires: object; readonly quiet: object; readonly threshold: number }>
  >;
}
