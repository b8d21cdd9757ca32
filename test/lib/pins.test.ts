import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { imageOf, pins } from "../../lib/pins.ts";
import { root, trackedFiles } from "../kit/harness.ts";

/** Version of a program's Go module: Prometheus 3.5.3 is the module's 0.305.3. */
function moduleVersion(program: string, version: string): string {
  const [major, minor = "", patch] = version.split(".");
  return program === "prometheus" ? `0.${major}${minor.padStart(2, "0")}.${patch}` : version;
}

const built = Object.entries(pins).filter(([program]) =>
  existsSync(join(root, "tools/go", program, "go.mod")),
);

test("programs are built of the modules that are pinned", () => {
  expect(built.length).toBeGreaterThan(6);
  const wrong = built.filter(([program, version]) => {
    const required = readFileSync(join(root, "tools/go", program, "go.mod"), "utf8");
    return !required.includes(` v${moduleVersion(program, version)}\n`);
  });
  expect(wrong).toEqual([]);
});

test("a pinned version stands in no other source", () => {
  const sources = trackedFiles("*.ts").filter(
    (file) =>
      /^(?:cli|components|lab|lib|provider|rules(?!\/metrics)|tools)\//.test(file) &&
      file !== "lib/pins.ts",
  );
  const versions = Object.values(pins).map((one) => one.replaceAll(".", "\\."));
  const quoted = new RegExp(`[-:"\`/v](?:${versions.join("|")})\\b`);
  const found = sources.filter((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      // Comments may say of which version something was seen.
      .some((line) => !/^\s*(?:\/\/|\/?\*)/.test(line) && quoted.test(line)),
  );
  expect(found).toEqual([]);
});

test("an image is that of the pinned version", () => {
  expect(imageOf("docker.io/prom/prometheus", "prometheus")).toBe(
    `docker.io/prom/prometheus:v${pins.prometheus}`,
  );
  expect(imageOf("docker.io/grafana/grafana", "grafana", "")).toMatch(/grafana:\d/);
});
