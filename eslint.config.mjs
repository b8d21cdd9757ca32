import pulumi from "@pulumi/eslint-plugin";
import jest from "eslint-plugin-jest";
import tseslint from "typescript-eslint";
import tests from "./test/lint.mjs";

/** Where expectations stand beside the usual places: hooks, and tests that only some machines can run. */
const testBlocks = [
  ...["beforeAll", "beforeEach", "afterEach", "afterAll"],
  ...["itWhereAllowed", "itWhereAllowed.each", "onDebian", "onDebian.each"],
  ...["onLinux", "onStandIn", "whereNotRoot", "whereRoot", "withFullDevice"],
  ...["withGo", "withGo.each"],
];

/** They pass for almost anything: say what it is. */
const vague = Object.fromEntries(
  [
    "toBeDefined",
    "toBeTruthy",
    "not.toBeNull",
    "not.toBeUndefined",
    "resolves.not.toThrow",
  ].flatMap((name) => [
    [name, "Say what it is."],
    [`resolves.${name}`, "Say what it is."],
  ]),
);

/** What an alert says and asks, before what proves it. */
const said =
  "severity|down|team|scope|layer|board|needs|family|unit|range|threshold|when|for|keepFiringFor|summary|description";
const proof = "step|series|beside|labels|fires|quiet|resolves|byNature";

/** One way to write an alert. */
const alerts = [
  {
    selector: `ObjectExpression:has(> Property[key.name="severity"]) > Property[key.name=/^(${proof})$/] ~ Property[key.name=/^(${said})$/]`,
    message: "What an alert says and asks stands before its proof: step, fixtures, reasons.",
  },
  {
    selector:
      'Property[key.name="when"] > ArrowFunctionExpression > Identifier.params:first-child:not([name=/^_/])',
    message: "Name the signals that the condition reads: ({ cpuUsed }, threshold) => …",
  },
  {
    selector:
      'Property[key.name="when"] > ArrowFunctionExpression > Identifier.params:nth-child(2):not([name=/^_?threshold$/])',
    message: "Call it threshold, as every condition does.",
  },
];

export default tseslint.config(
  { ignores: [".vigil/**", "coverage/**", "node_modules/**"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    files: ["test/**/*.ts", "services/*/test/**/*.ts"],
    plugins: { jest, tests },
    rules: {
      "tests/can-fail": "error",
      "jest/expect-expect": ["error", { assertFunctionNames: ["expect", "records"] }],
      "jest/no-commented-out-tests": "error",
      "jest/no-conditional-expect": "error",
      "jest/no-disabled-tests": "error",
      "jest/no-duplicate-hooks": "error",
      "jest/no-focused-tests": "error",
      "jest/no-identical-title": "error",
      "jest/no-restricted-matchers": ["error", vague],
      "jest/no-standalone-expect": ["error", { additionalTestBlockFunctions: testBlocks }],
      "jest/require-to-throw-message": "error",
      "jest/valid-expect": "error",
      "jest/valid-expect-in-promise": "error",
      "jest/valid-title": "error",
    },
  },
  { files: ["rules/**/*.ts"], rules: { "no-restricted-syntax": ["error", ...alerts] } },
  { files: ["**/*.mjs"], ...tseslint.configs.disableTypeChecked },
);
