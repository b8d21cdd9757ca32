import { bundle } from "../../service/bundle.ts";

const of = (files: Readonly<Record<string, string>>, entry = "app.js"): string =>
  bundle((file) => files[file] ?? "", entry);

/** Runs it and gives what it put into `said`. */
function run(script: string): unknown[] {
  const said: unknown[] = [];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what it makes is a script
  (new Function("said", script) as (said: unknown[]) => void)(said);
  return said;
}

describe("the page's script", () => {
  it("runs each module once, before those that need it, and keeps their names apart", () => {
    const script = of({
      "app.js": [
        'import { say } from "./say.js";',
        "import {",
        "  one,",
        "  two as second,",
        '} from "./deep-one.js";',
        "const most = 3;",
        "say(most, one(), second, new Kind().name);",
        "function Kind() { this.name = 'own'; }",
      ].join("\n"),
      "deep-one.js":
        'import { say } from "./say.js";\nconst most = 1;\nexport function one() { return most; }\nexport const two = 2;\nsay("deep");',
      "say.js":
        'export const say = (...all) => { said.push(...all); };\nexport async function later() {}\nexport class Kind {}\nsay("begun");',
    });
    expect(run(script)).toEqual(["begun", "deep", 3, 1, 2, "own"]);
  });

  it("is not made of what it would make wrong", () => {
    const circle = {
      "app.js": 'import { b } from "./b.js";',
      "b.js": 'import { a } from "./app.js";',
    };
    expect(() => of(circle)).toThrow("app.js → b.js → app.js");
    for (const form of [
      'import all from "./b.js";',
      'import * as all from "./b.js";',
      'import "./b.js";',
      "export default 1;",
      "export let changing = 1;",
      'export { one } from "./b.js";',
      'import { far } from "far";',
    ]) {
      expect(() => of({ "app.js": form })).toThrow(
        `app.js has a form that is not supported: ${form}`,
      );
    }
  });
});
