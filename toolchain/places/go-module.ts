import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { assertSum } from "../checksums.ts";
import { FailedCommand, run, type RunOptions } from "../process.ts";
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
        await build(go, program, { pinned, folder, options }).catch((error: unknown) => {
          requireSums(error, join(pinned, "go.sum"));
          throw error;
        });
      }
      return {
        version: tool.version,
        binaries: Object.fromEntries(tool.binaries.map((name) => [name, `bin/${name}`])),
      };
    },
  };
}

interface Building {
  /** Folder of go.mod and go.sum. */
  readonly pinned: string;
  readonly folder: string;
  readonly options: RunOptions;
}

async function build(go: string, program: GoProgram, building: Building): Promise<void> {
  const { folder, options, pinned } = building;
  if (program.standIns === undefined) {
    await run(go, buildArgs(program, pinned, "readonly", folder), options);
    return;
  }
  const copy = join(folder, "source");
  await vendor(go, pinned, copy, program.standIns, options);
  await run(go, buildArgs(program, copy, "vendor", folder), options);
  await rm(copy, { recursive: true });
}

/** What Go says of a module that is not what go.sum says. */
const mismatch = /(\S+): checksum mismatch\s+downloaded: (\S+)\s+go\.sum: +(\S+)/;

/** @throws FatalError where Go refused a module, as for any other download. */
function requireSums(error: unknown, sums: string): void {
  if (!(error instanceof FailedCommand)) return;
  const [, url, got, sum] = mismatch.exec(error.output) ?? [];
  if (url !== undefined && got !== undefined && sum !== undefined) {
    assertSum({ url: `Go module ${url}`, got }, { sum, from: sums });
  }
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
