import { parseConfig } from "../kit/parse.ts";
import { closing } from "../../cli/closing.ts";
import type { Outputs } from "../../cli/estate/outputs.ts";
import { accessPaths } from "../../cli/estate/outputs.ts";

const outputs: Outputs = {
  version: 1,
  environment: "local",
  target: "local",
  authority: "authority",
  login: { username: "vigil", password: "own" },
  people: {},
  client: { certificate: "certificate", key: "key" },
  prometheus: { url: "https://127.0.0.1:9090" },
  alertmanager: null,
  grafana: null,
  processor: null,
  watched: {},
  receivers: [],
};

/** The closing text's lines about parts that are not there. */
function said(sections: Record<string, unknown>, without: [string, string][] = []): string[] {
  const texts = Object.entries({ environment: "e", target: "local", ...sections }).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  const raw = { values: Object.fromEntries(texts), secretKeys: new Set<string>() };
  const { config: wanted } = parseConfig(raw, new Date("2026-06-01"));
  const access = accessPaths("/checkout", "local");
  const rest = { access, outputs, root: "/checkout", stack: "local", without: new Map(without) };
  const text = closing({ ...rest, wanted });
  return text
    .split("\n")
    .flatMap((line) => /^ {2}((?:Grafana|Open alerts) .*)$/.exec(line)?.[1] ?? []);
}

const nowhere: [string, string][] = [["grafana", "not available anywhere"]];

test.each([
  [
    "what is switched off",
    { grafana: { enabled: false }, processor: { enabled: false } },
    [],
    "switched off",
    "switched off",
  ],
  [
    "what is switched off and was not available",
    { grafana: { enabled: false } },
    nowhere,
    "left out",
    "switched off",
  ],
  ["what was not available", {}, nowhere, "left out", "left out: not available anywhere"],
] as const)(
  "the end of up says of %s why it is not there",
  (_what, sections, without, page, grafana) => {
    expect(said(sections, [...without])).toEqual([
      expect.stringMatching(new RegExp(`^Open alerts +${page}$`)),
      expect.stringMatching(new RegExp(`^Grafana +${grafana}$`)),
    ]);
  },
);

test("whoever is in another folder is led to the one that paths and commands are about", () => {
  const rest = { access: accessPaths("/checkout", "local"), outputs, stack: "local" };
  const said = (here: string): string =>
    closing({ ...rest, root: "/checkout", here, wanted: undefined, without: new Map() });
  expect(said("/checkout")).not.toContain("cd ");
  expect(said("/")).toMatch(/Try next\n\n {2}cd '\/checkout' +where/);
});
