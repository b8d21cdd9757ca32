import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { run } from "../process.ts";
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
        const what = `building ${program.binary} from its Go module`;
        step.update(what);
        await run(go, buildArgs(program, shop.root, folder), {
          env: {
            ...shop.env,
            PATH: `${dirname(go)}${delimiter}${shop.env["PATH"] ?? ""}`,
            CGO_ENABLED: "0",
            GOWORK: "off",
            // Lets an older Go fetch the one go.mod asks for; distributions switch that off.
            GOTOOLCHAIN: shop.env["GOTOOLCHAIN"] ?? "auto",
            ...program.env,
          },
          onLine: (line) => {
            step.update(line.startsWith("go: downloading") ? `${what}, fetching modules` : what);
          },
        });
      }
      return {
        version: tool.version,
        binaries: Object.fromEntries(tool.binaries.map((name) => [name, `bin/${name}`])),
      };
    },
  };
}

/** Nothing in go.mod or go.sum may change, and nothing of this machine ends up in the binary. */
function buildArgs(program: GoProgram, root: string, folder: string): string[] {
  const variables = Object.entries(program.variables ?? {}).map(
    ([name, value]) => `-X ${name}=${value}`,
  );
  return [
    "build",
    ...["-C", join(root, "toolchain/go", program.module)],
    ...["-mod=readonly", "-trimpath", "-buildvcs=false"],
    ...["-ldflags", ["-s -w", ...variables].join(" ")],
    ...["-o", join(folder, "bin", program.binary)],
    program.main,
  ];
}
