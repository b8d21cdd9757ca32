import fc from "fast-check";
import { expandHosts } from "../../../../components/config/hosts/expand.ts";
import type { StatedHost } from "../../../../components/targets/host/fields.ts";

const at = (address: string): StatedHost => ({ address, direct: false, labels: {} });

const entries = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/),
  fc
    .tuple(fc.nat({ max: 99 }), fc.nat({ max: 30 }), fc.boolean())
    .map(([from, more, plain]) =>
      at(plain ? `h${from}.example.com` : `h-[${from}:${from + more}].example.com`),
    ),
  { maxKeys: 12, noNullPrototype: true },
);

describe("hosts of ranges", () => {
  it("keep what the range says, and have names of their own", () => {
    const labels = { role: "web" };
    const { hosts, problems } = expandHosts({
      web: { ...at("web-[01:03].example.com"), labels, port: 2222 },
      db: at("db.example.com"),
    });
    expect(problems).toEqual([]);
    expect(Object.fromEntries(hosts)).toEqual({
      "web-01": { ...at("web-01.example.com"), labels, port: 2222 },
      "web-02": { ...at("web-02.example.com"), labels, port: 2222 },
      "web-03": { ...at("web-03.example.com"), labels, port: 2222 },
      db: at("db.example.com"),
    });
  });

  it.each([
    ["a range and a host", { web: at("w[1:3]"), "web-2": at("other") }, "web-2"],
    ["a host and a range", { "web-2": at("other"), web: at("w[1:3]") }, "web"],
    ["two ranges", { a: at("x[1:2]"), "a-1": at("y[1:2]"), "a-1-1": at("z") }, "a-1-1"],
  ])("%s do not make one name", (_what, all, name) => {
    const { hosts, problems } = expandHosts(all);
    expect(problems).toEqual([{ name, reason: expect.stringMatching(/makes the host/) as string }]);
    expect(hosts.size).toBeGreaterThan(0);
  });

  it("are refused where their names are too long", () => {
    const name = "a".repeat(40);
    expect(expandHosts({ [name]: at("x[1:2]") }).problems).toEqual([
      { name, reason: `makes the host ${name}-1, whose name is too long` },
    ]);
    expect(expandHosts({ [name]: at("x") }).problems).toEqual([]);
  });

  it("are refused where there are more than a stack has", () => {
    const all = Object.fromEntries(
      Array.from({ length: 10 }, (_, n) => [`h${n}`, at(`h${n}-[0001:2000]`)] as const),
    );
    const { hosts, problems } = expandHosts(all);
    expect(hosts.size).toBe(10_000);
    expect(problems).toEqual([
      { name: "h5", reason: "makes more than 10000 hosts, with those before it" },
    ]);
  });

  it("are the same each time, as many as their ranges have, and no two are one", () => {
    fc.assert(
      fc.property(entries, (all) => {
        const { hosts, problems } = expandHosts(all);
        expect([...hosts]).toEqual([...expandHosts(all).hosts]);
        const refused = new Set(problems.map(({ name }) => name));
        const counts = Object.entries(all).flatMap(([name, { address }]) => {
          if (refused.has(name)) return [];
          const [, from, to] = /\[(\d+):(\d+)\]/.exec(address) ?? [];
          return from === undefined ? 1 : Number(to) - Number(from) + 1;
        });
        expect(hosts.size).toBe(counts.reduce((sum, one) => sum + one, 0));
        for (const { address } of hosts.values()) expect(address).not.toMatch(/[[\]]/);
      }),
    );
  });
});
