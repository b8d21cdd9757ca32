import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { allFields } from "../components/config/fields-of.ts";
import { generated } from "../cli/commands/docs.ts";
import { root, trackedFiles } from "./kit/harness.ts";

const text = (path: string): string => readFileSync(join(root, path), "utf8");

const pages = trackedFiles("*.md");

describe("documents", () => {
  it("that are generated are up to date: make docs", async () => {
    for (const [path, wanted] of Object.entries(await generated(root))) {
      expect(text(path)).toBe(wanted);
    }
  });

  it("describe every configuration key", () => {
    for (const { description, key } of allFields()) {
      expect([key, description]).toEqual([key, expect.stringMatching(/\.$/)]);
    }
  });

  it("link to files that exist", () => {
    const links = pages.flatMap((page) =>
      [...text(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(
        ([, link = ""]) => [page, link] as const,
      ),
    );
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter(([page, link]) => !existsSync(join(root, dirname(page), link)))).toEqual(
      [],
    );
  });

  it("name only make targets that exist", () => {
    const targets = new Set(
      [...text("Makefile").matchAll(/^([a-z-]+):.*## /gm)].map(([, name]) => name),
    );
    for (const page of pages) {
      for (const [, name] of text(page).matchAll(
        /(?:^|`|\s)make ([a-z-]+)\b(?= *(?:`|$|#| [A-Z]+=))/gm,
      )) {
        expect([page, name, targets.has(name)]).toEqual([page, name, true]);
      }
    }
  });
});
