/** Suites that take minutes each have a command of their own: make test-long. */
const ends = process.env.VIGIL_TESTS === "long" ? "long.test.ts" : "test.ts";

/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test", "<rootDir>/services"],
  testMatch: [`**/*.${ends}`],
  // The official plugins' tests are a command of their own: make test-plugins.
  testPathIgnorePatterns: [
    "/node_modules/",
    "<rootDir>/test/plugins/",
    ...(process.env.VIGIL_TESTS === "short" ? ["\\.long\\.test\\.ts$"] : []),
  ],
  setupFilesAfterEnv: ["<rootDir>/test/every-test.ts"],
  // One more than the smallest machine has cores: an estate that a test started waits most of its time.
  maxWorkers: 3,
  // For what hangs: a machine that is busy with other things may take many times as long as usual.
  testTimeout: 180_000,
  testSequencer: "<rootDir>/test/longest-first.mjs",
  reporters: ["default", "<rootDir>/test/count-reporter.mjs"],
  coverageProvider: "v8",
  coverageReporters: ["json"],
  collectCoverageFrom: [
    "index.ts",
    "{cli,components,dashboards,lab,lib,provider,rules,tools}/**/*.ts",
    "services/*/*.ts",
    "services/*/{appwrite,channels,core,service,store}/**/*.ts",
    "!tools/go/**",
  ],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2023" },
        module: { type: "commonjs" },
      },
    ],
  },
};
