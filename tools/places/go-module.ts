import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { assertSum } from "../checksums.ts";
import { pathWith } from "../../lib/path.ts";
import { FailedCommand, run, type RunOptions, SilentCommand } from "../../lib/process.ts";
import type { Found, GoProgram, Place, Tool, Workshop } from "../tool.ts";

/** Milliseconds that Go may wait for a module without a sign of life: time for a large one over a slow line. */
const patience = 180_000;

/**
 * A tool built from Go modules whose every version and checksum is committed under tools/go.
 *
 * @param idle - Milliseconds after which a proxy that sends nothing is given up; Go itself never does.
 */
export function goPlace(
  tool: Tool,
  shop: Workshop,
  getGo: () => Promise<Found>,
  idle = patience,
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
            PATH: pathWith([dirname(go)], shop.env["PATH"]),
            CGO_ENABLED: "0",
            GOWORK: "off",
            // Lets an older Go fetch the one go.mod asks for; distributions switch that off.
            GOTOOLCHAIN: shop.env["GOTOOLCHAIN"] ?? "auto",
            ...program.env,
          },
        };
        const pinned = join(shop.root, "tools/go", program.module);
        await build(go, program, { pinned, folder, options, idle }).catch((error: unknown) => {
          requireSums(error, join(pinned, "go.sum"));
          throw silence(error);
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
  /** Milliseconds that a download may be silent. */
  readonly idle: number;
}

async function build(go: string, program: GoProgram, building: Building): Promise<void> {
  const { folder, idle, options, pinned } = building;
  const fetching = { ...options, idle };
  // First all that is needed, each request told (-x): a build is silent for longer than a download may be.
  await run(
    go,
    ["list", "-C", pinned, "-deps", "-e", "-x", "-mod=readonly", program.main],
    fetching,
  );
  if (program.standIns === undefined) {
    await run(go, buildArgs(program, pinned, "readonly", folder), options);
    return;
  }
  const copy = join(folder, "source");
  await vendor(go, pinned, copy, program.standIns, fetching);
  await run(go, buildArgs(program, copy, "vendor", folder), options);
  await rm(copy, { recursive: true });
}

/** Go's message about a module that differs from go.sum. */
const mismatch = /(\S+): checksum mismatch\s+downloaded: (\S+)\s+go\.sum: +(\S+)/;

/** A request as Go tells it, with the beginning of its answer where there was one. */
const request = /^# get (\S+?)(: .*)?$/gm;

/** The request that a download was waiting for if Go was ended because nothing came; any other error unchanged. */
function silence(error: unknown): unknown {
  if (!(error instanceof SilentCommand)) return error;
  const open = new Set<string>();
  let last: string | undefined;
  for (const [, url = "", answer] of error.output.matchAll(request)) {
    last = url;
    if (answer === undefined) open.add(url);
    else open.delete(url);
  }
  // The answer may have been cut off.
  const [url = last] = open;
  if (url === undefined) return error;
  const { host } = new URL(url);
  return new Error(`${host} does not send ${url} (without a proxy: GOPROXY=direct ./vigil tools)`, {
    cause: error,
  });
}

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
