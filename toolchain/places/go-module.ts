import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { run, type RunOptions } from "../process.ts";
import type { Found, GoProgram, Place, Tool, Workshop } from "../tool.ts";

/** A tool built from Go modules whose every version and checksum is committed under toolchain/go. */
export function goPlace(
  tool: Tool,
  shop: Workshop,
  getGo: () => Promise<Found>,
): Place | undefined {
  const programs = tool.go;
  if (programs === undefined) return undefined;
  return {
    label: `Go module ${programs[0]?.main ?? ""}`,
    async fill(folder, step) {
      step.update("looking for Go");
      const go = (await getGo()).binaries["go"] ?? "go";
      await mkdir(join(folder, "bin"));
      for (const program of programs) {
        step.update(`building ${program.binary} from its Go module, which takes minutes`);
        const options = {
          env: {
            ...shop.env,
            PATH: `${dirname(go)}${delimiter}${shop.env["PATH"] ?? ""}`,
            CGO_ENABLED: "0",
            GOWORK: "off",
            // Lets an older Go fetch the one go.mod asks for; distributions switch that off.
            GOTOOLCHAIN: shop.env["GOTOOLCHAIN"] ?? "auto",
            ...program.env,
          },
        };
        const pinned = join(shop.root, "toolchain/go", program.module);
        if (program.standIns === undefined) {
          await run(go, buildArgs(program, pinned, "readonly", folder), options);
        } else {
          const copy = join(folder, "source");
          await vendor(go, pinned, copy, program.standIns, options);
          await run(go, buildArgs(program, copy, "vendor", folder), options);
          await rm(copy, { recursive: true });
        }
      }
      return {
        version: tool.version,
        binaries: Object.fromEntries(tool.binaries.map((name) => [name, `bin/${name}`])),
      };
    },
  };
}

/**
 * A copy of the pinned module with its dependencies in vendor/, where files they lack can be added.
 * The versions and checksums stay those of go.mod and go.sum.
 */
async function vendor(
  go: string,
  pinned: string,
  copy: string,
  standIns: Readonly<Record<string, string>>,
  options: RunOptions,
): Promise<void> {
  await cp(pinned, copy, { recursive: true });
  // -e: goes on although it misses the very files that are added next.
  await run(go, ["-C", copy, "mod", "vendor", "-e"], options);
  for (const [path, text] of Object.entries(standIns)) {
    const file = join(copy, "vendor", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, path.endsWith(".gz") ? gzipSync(text) : text);
  }
}

/** Nothing in go.mod or go.sum may change, and nothing of this machine ends up in the binary. */
function buildArgs(
  program: GoProgram,
  source: string,
  mode: "readonly" | "vendor",
  folder: string,
): string[] {
  const variables = Object.entries(program.variables ?? {}).map(
    ([name, value]) => `-X ${name}=${value}`,
  );
  return [
    "build",
    ...["-C", source],
    ...[`-mod=${mode}`, "-trimpath", "-buildvcs=false"],
    ...["-ldflags", ["-s -w", ...variables].join(" ")],
    ...["-o", join(folder, "bin", program.binary)],
    program.main,
  ];
}
