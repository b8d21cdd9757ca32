import { groups } from "../../rules/index.ts";
import { isWanted, loadGroups, shelves } from "../../rules/loading.ts";
import { leftOut, type Selection } from "../../rules/selection.ts";

const nothing: Selection = { jobs: [], lacks: {}, services: [], objectives: {} };
const named = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);

describe("what is loaded on its own", () => {
  it("is all that there is, in the same order", async () => {
    const loaded = await Promise.all(shelves.map(({ load }) => load()));
    expect(named(loaded.flat())).toEqual(named(groups));
  });

  it.each(shelves.map((shelf) => [shelf.service, shelf] as const))(
    "for %s, stands by what its groups say of themselves",
    async (service, shelf) => {
      const loaded = await shelf.load();
      expect(new Set(loaded.map((group) => group.service))).toEqual(new Set([service]));
      const jobs = new Set(loaded.flatMap(({ job }) => job ?? []));
      expect([...jobs].sort()).toEqual(shelf.jobs ?? []);
      const free = loaded.filter(({ job }) => job === undefined);
      const needs = new Set(
        free.flatMap(({ alerts }) => Object.values(alerts)).map((a) => a.needs),
      );
      expect([...needs]).toEqual(free.length === 0 ? [] : [shelf.needs]);
    },
  );
});

/** Names of the groups of which a stack gets an alert. */
const used = (selection: Selection): string[] =>
  named(
    groups.filter((group) =>
      Object.values(group.alerts).some((one) => leftOut(one, group, selection) === undefined),
    ),
  );

const jobs = [...new Set(groups.flatMap(({ job }) => job ?? []))];
const services = [...new Set(groups.map(({ service }) => service))];

const stacks: readonly (readonly [what: string, selection: Selection])[] = [
  ["no job", nothing],
  ...jobs.map((job) => [`job ${job}`, { ...nothing, jobs: [job] }] as const),
  ...services.map((one) => [`the rules of ${one}`, { ...nothing, services: [one] }] as const),
];

it.each(stacks)("a stack with %s misses no group", async (_what, selection) => {
  const loaded = named(await loadGroups(selection));
  const wanted = used(selection);
  expect(wanted.length).toBeGreaterThan(0);
  expect(loaded).toEqual(expect.arrayContaining(wanted));
});

it("a stack without what a contract tells loads nothing for it", () => {
  const business = { service: "business", needs: "business metrics" } as const;
  expect(isWanted(business, nothing)).toBe(true);
  const lacks = { "business metrics": "nothing reports that" };
  expect(isWanted(business, { ...nothing, lacks })).toBe(false);
  expect(isWanted(business, { ...nothing, lacks, services: ["business"] })).toBe(true);
});

it("a stack that scrapes one job loads a few modules of all", async () => {
  const lacks = { "application metrics": "", "business metrics": "", "inference metrics": "" };
  const loaded = await loadGroups({ ...nothing, lacks, jobs: ["redis"] });
  expect(new Set(loaded.map(({ service }) => service))).toEqual(new Set(["redis", "slo", "probe"]));
});
