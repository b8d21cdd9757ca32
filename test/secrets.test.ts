import { readConfig } from "../components/config.ts";
import { allFields } from "../components/config/fields-of.ts";
import { parseConfig } from "./kit/parse.ts";
import type { RawConfig } from "../components/config/parse.ts";
import { Monitoring } from "../components/monitoring.ts";
import { isSecret, plain, record, stackConfig } from "./kit/harness.ts";
import { makersOf } from "./kit/makers.ts";
import { marked, seenIn, type Marked } from "./kit/marked.ts";

function rawOf(values: Marked["values"]): RawConfig {
  const texts = Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]);
  return {
    values: {
      ...stackConfig("local").values,
      ...(Object.fromEntries(texts) as Record<string, string>),
    },
    secretKeys: new Set(Object.keys(values)),
  };
}

const veil = (_: string, value: unknown): unknown => (isSecret(value) ? "[secret]" : value);

describe.each(["now", "before"] as const)("with channels as they are said %s", (when) => {
  let all: Marked;
  beforeAll(async () => {
    all = await marked(when);
  });

  it("every secret is used, and none is in what is open of a resource or told to anybody", async () => {
    const said: unknown[] = [];
    const spies = (["warn", "log", "error", "info"] as const).map((name) =>
      jest.spyOn(console, name).mockImplementation((...words) => {
        said.push(...(words as unknown[]));
      }),
    );
    const raw = rawOf(all.values);
    const makers = await makersOf(raw);
    const { outputs, resources } = await record("local", raw, async () => {
      const config = await readConfig();
      return new Monitoring("monitoring", { config, makers, absent: new Set() }).outputs;
    });
    for (const spy of spies) spy.mockRestore();
    const inputs = resources.map((one) => plain(one.inputs));
    expect(seenIn(JSON.stringify(inputs), all).sort()).toEqual(Object.keys(all.marks).sort());
    expect(seenIn(JSON.stringify(resources, veil), all)).toEqual([]);
    expect(seenIn(String(said), all)).toEqual([]);
    expect(JSON.stringify(Object.keys(outputs as object))).toContain("login");
  });

  it("no secret that is wrong is repeated in what is said of it", () => {
    const told: string[] = [];
    for (const wrong of [
      (value: string) => `\u0007 ${value}`,
      (value: string) => ({ [value]: value }),
      (value: string) => [value],
      (value: string) => `${value}${"x".repeat(100)}\u2028`,
    ]) {
      const spoil = (value: unknown): unknown => {
        if (typeof value === "string") return seenIn(value, all).length > 0 ? wrong(value) : value;
        if (typeof value !== "object" || value === null) return value;
        return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spoil(one)]));
      };
      const { problems = [] } = parseConfig(
        rawOf(spoil(all.values) as Marked["values"]),
        new Date(),
      );
      told.push(JSON.stringify(problems));
    }
    for (const key of Object.keys(all.marks)) {
      const path = key.slice("vigil:".length).replace("<name>", "sre");
      expect(told.join("\n")).toContain(path.split(".").at(-1));
    }
    expect(seenIn(told.join("\n"), all)).toEqual([]);
  });
});

it("no address that is shown to everybody may have a login in it", () => {
  const shown = allFields().filter(
    ({ example, secret }) => secret !== true && example?.startsWith("https://") === true,
  );
  for (const { key, example = "" } of shown) {
    const path = key.slice("vigil:".length).split(".");
    const login = example.replace("https://", "https://ada:marked-password@");
    const values: Record<string, unknown> = {};
    path.reduce<Record<string, unknown>>((at, step, index) => {
      const below = index === path.length - 1 ? login : {};
      return (at[step === "<name>" ? "site" : step] = below);
    }, values);
    const { problems = [] } = parseConfig(rawOf(values), new Date());
    const told = JSON.stringify(problems);
    expect(told).toContain("contains a user name or a password");
    expect(told).not.toContain("marked-password");
  }
  expect(shown.map(({ key }) => key)).toContain("vigil:probes.<name>.url");
});
