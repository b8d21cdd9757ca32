import { readExtraRules } from "../../components/extra-rules.ts";
import { withFiles } from "../kit/inspect.ts";

const good = "groups:\n  - name: mine\n    rules: []\n";

describe("rule files of a stack's own", () => {
  it("are read by name", () => {
    withFiles({ "rules/mine.yml": good }, (root) => {
      expect(readExtraRules({ mine: "rules/mine.yml" }, root)).toEqual({
        texts: { mine: good },
        problems: [],
      });
    });
  });

  it("are complained about all at once", () => {
    withFiles({ "empty.yml": "", "broken.yml": "groups: [", "list.yml": "- a" }, (root) => {
      const files = { a: "nowhere.yml", b: "empty.yml", c: "broken.yml", d: "list.yml" };
      const { problems, texts } = readExtraRules(files, root);
      expect(texts).toEqual({});
      expect(problems).toEqual([
        {
          path: "vigil:rules.extra.a",
          reason: "nowhere.yml is not there",
          fix: "./vigil pulumi config rm --path 'vigil:rules.extra.a'",
        },
        expect.objectContaining({ reason: expect.stringContaining("holds no rules") as string }),
        expect.objectContaining({
          path: "vigil:rules.extra.c",
          reason: expect.stringMatching(/^broken\.yml .*at line 1/) as string,
        }),
        expect.objectContaining({ reason: expect.stringContaining("holds no rules") as string }),
      ]);
    });
  });
});
