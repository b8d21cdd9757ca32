import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { timed } from "./command.ts";
import { checkout } from "./place.ts";

/** A small project beside the estate: the same SDK, runtime, backend and provider. */
export interface SmallProgram {
  readonly folder: string;
  readonly stack: string;
}

const programs = {
  /** Declares nothing. */
  empty: 'import "@pulumi/pulumi";\n',
  /** One resource that does next to nothing: it makes the engine start the provider. */
  single: `import { CustomResource } from "@pulumi/pulumi";
new CustomResource("vigil:index:Login", "one", { username: "one" });
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
  const { runtime } = parse(text) as { runtime: object };
  const plugins = { providers: [{ name: "vigil", path: "../provider" }] };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "Pulumi.yaml"), stringify({ name: kind, runtime, plugins }));
  await writeFile(join(folder, "package.json"), '{"type":"module","main":"index.ts"}\n');
  await writeFile(join(folder, "index.ts"), programs[kind]);
  await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
  await timed("pulumi", ["stack", "init", stack, "--no-select"], { cwd: folder, env });
  return { folder, stack };
}
