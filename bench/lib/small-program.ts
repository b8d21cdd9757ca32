import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fromYaml, toYaml } from "../../lib/yaml.ts";
import { timed } from "./command.ts";
import { checkout } from "./place.ts";

/** A small project beside the estate: the same SDK, runtime, backend and provider. */
export interface SmallProgram {
  readonly folder: string;
  readonly stack: string;
}

/** Of the largest program, each of ten resources. */
const parts = 50;

/** How many resources {@link createSmallProgram} declares in `many`. */
export const manyResources = parts * 10;

const programs = {
  /** Declares nothing. */
  empty: 'import "@pulumi/pulumi";\n',
  /** One resource that does next to nothing: it makes the engine start the provider. */
  single: `import { CustomResource } from "@pulumi/pulumi";
new CustomResource("vigil:index:Login", "one", { username: "one" });
`,
  /** Begun as index.ts does it. Five hundred resources of the kinds that an estate has, but for processes: that many would be in the way. */
  many: `import { ComponentResource } from "@pulumi/pulumi";
import { wake } from "../provider/wake.ts";
import { Authority, Certificate, CheckedFiles, Login } from "../provider/resources.ts";
Reflect.deleteProperty(Error, "prepareStackTrace");
wake();
const days = { days: 3650, renewBeforeDays: 60 };
for (let part = 0; part < ${parts}; part++) {
  const name = \`part-\${part}\`;
  const child = { parent: new ComponentResource("vigil:index:Exporter", name, {}) };
  const { certificate, key } = new Authority(\`\${name}-authority\`, { commonName: name, ...days }, child);
  const signed = { authorityCertificate: certificate, authorityKey: key, ipAddresses: [], ...days };
  for (const use of ["server", "client"])
    new Certificate(\`\${name}-\${use}\`, { commonName: name, use, dnsNames: [name], ...signed }, child);
  new Login(\`\${name}-login\`, { username: name }, child);
  for (const which of ["config", "web", "rules", "targets"]) {
    const files = { [which]: \`# \${name}\\n\${"key: value\\n".repeat(200)}\` };
    new CheckedFiles(\`\${name}-\${which}\`, { name: \`\${name}-\${which}\`, files, checks: [] }, child);
  }
  new Login(\`\${name}-token\`, { username: name }, child);
}
`,
} as const;

/** Makes a project in a new folder under `parent`, and its stack in the backend of `env`. */
export async function createSmallProgram(
  kind: keyof typeof programs,
  parent: string,
  env: NodeJS.ProcessEnv,
): Promise<SmallProgram> {
  const folder = join(parent, kind);
  const stack = "reference";
  const text = await readFile(join(checkout, "Pulumi.yaml"), "utf8");
  const { runtime } = fromYaml(text) as { runtime: object };
  const plugins = { providers: [{ name: "vigil", path: "../provider" }] };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "Pulumi.yaml"), toYaml({ name: kind, runtime, plugins }));
  await writeFile(join(folder, "package.json"), '{"type":"module","main":"index.ts"}\n');
  await writeFile(join(folder, "index.ts"), programs[kind]);
  await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
  await timed("pulumi", ["stack", "init", stack, "--no-select"], { cwd: folder, env });
  return { folder, stack };
}
