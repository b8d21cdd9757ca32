import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uncheckedText } from "../../../../components/config/hosts/keys.ts";
import type { Parsed } from "../../../../components/config/parse.ts";
import { withHostFiles } from "../../../../components/own-files.ts";
import { parseConfig } from "../../../kit/parse.ts";

const now = new Date("2026-06-01T00:00:00Z");

/** A key of the right form, different for each letter. */
const key = (letter: string): string =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(42)}A`;

type Files = Readonly<Record<string, string | Buffer>>;

/** A configuration with the files beside it, read as the program does. */
async function parsed(
  values: Record<string, unknown>,
  files: Files = {},
  more: (folder: string) => void = () => undefined,
): Promise<Parsed> {
  const texts = Object.entries({ environment: "dev", target: "local", ...values }).map(
    ([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  const raw = { values: Object.fromEntries(texts), secretKeys: new Set<string>() };
  const folder = mkdtempSync(join(tmpdir(), "vigil-hosts-"));
  try {
    for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
    more(folder);
    return parseConfig(await withHostFiles(raw, folder), now);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const mistakes = async (...args: Parameters<typeof parsed>): Promise<string[]> =>
  ((await parsed(...args)).problems ?? []).map(
    ({ fix, path, reason }) => `${path} ${reason} > ${fix}`,
  );

/** Address and key of each host. */
const hosts = async (...args: Parameters<typeof parsed>): Promise<unknown> => {
  const { config, problems } = await parsed(...args);
  if (config === undefined) return problems;
  return Object.fromEntries(
    Object.entries(config.hosts).map(([name, { address, hostKey }]) => [
      name,
      `${address} ${hostKey}`,
    ]),
  );
};

const like = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe("the hosts of a configuration", () => {
  it("are those of its ranges, each with its key", async () => {
    const known = `web-01.example.com ${key("B")}\nweb-02.example.com ${key("C")}\n`;
    expect(
      await hosts(
        {
          ssh: { knownHosts: "known" },
          hosts: {
            web: { address: "web-[01:02].example.com" },
            db: { address: "db", hostKey: `${key("D")} root@db` },
            lab: { address: "lab", hostKey: "any" },
          },
        },
        { known },
      ),
    ).toEqual({
      "web-01": `web-01.example.com ${key("B")}`,
      "web-02": `web-02.example.com ${key("C")}`,
      db: `db ${key("D")}`,
      lab: "lab any",
    });
  });

  it("are those of the inventory as well, and the stack's own count", async () => {
    const inventory = `
web: { address: "w[1:3]", hostKey: any, port: 2222 }
db: { address: db.example.com, hostKey: any }
`;
    expect(
      await hosts(
        { inventory: "hosts.yaml", hosts: { "web-2": { address: "other", hostKey: "any" } } },
        { "hosts.yaml": inventory },
      ),
    ).toEqual({
      "web-1": "w1 any",
      "web-2": "other any",
      "web-3": "w3 any",
      db: "db.example.com any",
    });
  });

  it("have the port of all, where they have none, when their keys are looked for", async () => {
    const known = `[a]:2222 ${key("B")}\n[b]:2200 ${key("C")}\ngate ${key("D")}\n`;
    const values = {
      ssh: { port: 2222, knownHosts: "known", bastion: { address: "gate" } },
      hosts: { a: { address: "a" }, b: { address: "b", port: 2200 } },
    };
    expect(await hosts(values, { known })).toEqual({ a: `a ${key("B")}`, b: `b ${key("C")}` });
    const { config } = await parsed(values, { known });
    expect(config?.ssh.bastion?.hostKey).toBe(key("D"));
  });

  it("can be targets of services by the names of their ranges", async () => {
    const web = { address: "w[1:2]", hostKey: "any" };
    expect(await mistakes({ hosts: { web }, nodeExporter: { on: ["core", "web-2"] } })).toEqual([]);
    expect(await mistakes({ hosts: { web }, nodeExporter: { on: ["core", "web-3"] } })).toEqual([
      like(/vigil:nodeExporter.* is web-3, which is neither/),
    ]);
  });
});

describe("hosts that cannot be", () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      "a reversed range",
      { web: { address: "w[2:1]" } },
      /^vigil:hosts\.web\.address has the range/,
    ],
    ["a range of thousands", { web: { address: "w[1:3000]" } }, /address makes 3000 hosts/],
    ["a range of nothing", { web: { address: "w[]" } }, /address has \[\], which is not a range/],
    ["a range of no addresses", { web: { address: "-[1:2]" } }, /address is not a host/],
    [
      "two of one name",
      { web: { address: "w[1:2]" }, "web-1": { address: "x" } },
      /^vigil:hosts\.web-1 makes the host web-1, as web does > .* rm --path 'vigil:hosts\.web-1'/,
    ],
    ["the core", { core: { address: "x" } }, /^vigil:hosts\.core is the name of the target that/],
    ["a target", { edge: { address: "x" } }, /^vigil:hosts\.edge is also the name of a target/],
    [
      "a target of a range",
      { edge: { address: "x[a:c]" } },
      /^vigil:hosts\.edge makes edge-b, which is also the name of a target/,
    ],
    [
      "machines of two ranges",
      { a: { address: "x[1:3]" }, b: { address: "x[2:4]" } },
      /^vigil:hosts\.b makes b-2, which is at x2:22 like a-2: .*; so it is with 1 more > .*hosts\.b'/,
    ],
    [
      "one machine twice",
      { a: { address: "x" }, b: { address: "X", port: 22 }, c: { address: "x", port: 23 } },
      /^vigil:hosts\.b is at x:22 like a: one machine has one name >/,
    ],
  ])("%s is refused", async (_what, all, reason) => {
    const docker = { address: "edge.example.com", engine: "ssh://me@edge" };
    const targets = { edge: { docker }, "edge-b": { docker } };
    const keyed = Object.entries(all).map(([name, one]) => [
      name,
      { ...(one as object), hostKey: "any" },
    ]);
    const values = { targets, hosts: Object.fromEntries(keyed) as object };
    expect(await mistakes(values)).toEqual([like(reason)]);
  });
});

describe("a host without a key", () => {
  it("is refused with the command that shows it", async () => {
    expect(await mistakes({ hosts: { web: { address: "w", port: 2222 } } })).toEqual([
      "vigil:hosts.web.hostKey is missing; compare what this shows, and set it or name a file in vigil:ssh.knownHosts > ssh-keyscan -p 2222 w",
    ]);
  });

  it("is one of many in one line", async () => {
    const values = { ssh: { knownHosts: "known" }, hosts: { web: { address: "w[1:500]" } } };
    expect(await mistakes(values, { known: `w2 ${key("B")}` })).toEqual([
      "vigil:hosts lacks the host key for web-1, web-3, web-4 and 496 more; it is not in known either: compare what this shows, and add it there > ssh-keyscan -p 22 w1 w3 w4",
    ]);
  });

  it("is looked at from where it can be reached", async () => {
    const bastion = { address: "gate", user: "me", port: 24, hostKey: "any" };
    const all = { a: { address: "a" }, b: { address: "b", direct: true } };
    expect(await mistakes({ ssh: { bastion }, hosts: all })).toEqual([
      like(/for a, b; .* > ssh -p 24 me@gate ssh-keyscan -p 22 a; ssh-keyscan -p 22 b$/),
    ]);
    expect(await mistakes({ ssh: { bastion: { address: "gate" } } })).toEqual([
      like(/^vigil:ssh\.bastion\.hostKey is missing; .* > ssh-keyscan -p 22 gate$/),
    ]);
  });

  it("is not told to take one that is revoked", async () => {
    const known = `w ${key("B")}\n@revoked * ${key("B")}\n`;
    const values = { ssh: { knownHosts: "known" }, hosts: { web: { address: "w" } } };
    expect(await mistakes(values, { known })).toEqual([
      like(/^vigil:hosts\.web\.hostKey has only keys that known marks as @revoked > ssh-keyscan/),
    ]);
  });

  it("is warned of where that is wanted", async () => {
    const of = async (all: Record<string, unknown>, ssh = {}): Promise<string | undefined> => {
      const { config } = await parsed({ hosts: all, ssh });
      return config && uncheckedText(config);
    };
    expect(await of({ a: { address: "a", hostKey: key("B") } })).toBeUndefined();
    expect(await of({ web: { address: "w[1:5]", hostKey: "any" } })).toBe(
      "hostKey is any for web-1, web-2, web-3 and 2 more: the secrets are sent to whoever answers there.",
    );
    const bastion = { address: "gate", hostKey: "any" };
    expect(await of({ a: { address: "a", hostKey: key("B") } }, { bastion })).toContain("bastion");
    expect(await of({}, { bastion })).toBeUndefined();
  });
});

describe("a file of hosts", () => {
  const named = { inventory: "hosts.yaml", ssh: { knownHosts: "known" } };

  it("is complained of with every other mistake, and not through what it would have had", async () => {
    const files = {
      "hosts.yaml": "web:\n  adress: w\n",
      known: `a ${key("B")}\nnonsense\n`,
    };
    const values = { ...named, environment: "Dev", nodeExporter: { on: ["core", "web"] } };
    expect(await mistakes(values, files)).toEqual([
      like(/^vigil:environment must start/),
      "vigil:inventory hosts.yaml, line 1: web.address is missing > ${EDITOR:-vi} +1 'hosts.yaml'",
      "vigil:inventory hosts.yaml, line 1: web.adress is not known; did you mean address? > ${EDITOR:-vi} +1 'hosts.yaml'",
      "vigil:ssh.knownHosts known, line 2: is not a name, a type and a key > ${EDITOR:-vi} +2 'known'",
    ]);
  });

  it("is counted rather than shown where all of it is wrong", async () => {
    const lines = Array.from({ length: 500 }, (_, n) => `h${n}: { address: "" }\n`);
    const found = await mistakes({ inventory: "hosts.yaml" }, { "hosts.yaml": lines.join("") });
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toMatch(/hosts\.yaml: 480 more mistakes/);
  });

  it("has no two hosts of one name", async () => {
    const text = 'web: { address: "w[1:2]", hostKey: any }\nweb-1: { address: x, hostKey: any }\n';
    expect(await mistakes({ inventory: "hosts.yaml" }, { "hosts.yaml": text })).toEqual([
      like(/hosts\.yaml: web-1 makes the host web-1, as web does > \$\{EDITOR/),
    ]);
  });

  it("has no host that is another already", async () => {
    const text = "core: { address: x, hostKey: any }\nb: { address: w, hostKey: any }\n";
    const values = { inventory: "hosts.yaml", hosts: { a: { address: "v", hostKey: "any" } } };
    expect(await mistakes(values, { "hosts.yaml": text.replace(": w", ": v") })).toEqual([
      like(/^vigil:hosts\.a is at v:22 like b: one machine has one name > .*rm/),
      like(/^vigil:inventory hosts\.yaml: core is the name of the target/),
    ]);
  });

  it.each<[string, Files, RegExp]>([
    ["that is not there", {}, /hosts\.yaml is not there > .* rm 'vigil:inventory'$/],
    ["that is binary", { "hosts.yaml": Buffer.from([0xff, 0xfe, 0, 1]) }, /is not a text in UTF-8/],
    ["with zeros", { "hosts.yaml": "a: \0" }, /is not a text in UTF-8/],
    ["that is huge", { "hosts.yaml": Buffer.alloc(17 * 1024 * 1024, 35) }, /more than 16 MB/],
    ["of one long key", { "hosts.yaml": "a".repeat(2_000_000) + ": {}" }, /^.{200,500}$/],
  ])("%s is refused", async (_what, files, reason) => {
    const found = await mistakes({ inventory: "hosts.yaml" }, files);
    for (const one of found) {
      expect(one).toMatch(/^vigil:inventory hosts\.yaml/);
      expect(one).toMatch(reason);
    }
    expect(found.length).toBeGreaterThan(0);
  });

  it.each<[string, (path: string) => unknown]>([
    [
      "a folder",
      (path) => {
        mkdirSync(path);
      },
    ],
    [
      "a device that never ends",
      (path) => {
        symlinkSync("/dev/zero", path);
      },
    ],
  ])("that is %s is refused", async (_what, make) => {
    const found = await mistakes({ inventory: "hosts.yaml" }, {}, (folder) => {
      make(join(folder, "hosts.yaml"));
    });
    expect(found).toEqual([like(/^vigil:inventory hosts\.yaml: is not a file/)]);
  });

  it("outside the project is not looked at", async () => {
    for (const path of ["/etc/passwd", "../hosts.yaml"]) {
      expect(await mistakes({ inventory: path, ssh: { knownHosts: path } })).toEqual([
        like(/^vigil:inventory is not a path below the project's folder/),
        like(/^vigil:ssh\.knownHosts is not a path below/),
      ]);
    }
  });

  it("may have a byte order mark and ends of lines of other systems", async () => {
    const files = {
      "hosts.yaml": "\uFEFFweb:\r\n  address: w\r\n",
      known: `\uFEFFw ${key("B")}\r\n`,
    };
    expect(await hosts(named, files)).toEqual({ web: `w ${key("B")}` });
  });
});
