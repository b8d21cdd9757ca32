import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { delimiter, join } from "node:path";
import { FatalError, ToolError } from "../../../lib/errors.ts";
import { obtain } from "../../../tools/obtain.ts";
import { goPlace } from "../../../tools/places/go-module.ts";
import { silent } from "../../../lib/progress.ts";
import type { Found } from "../../../tools/tool.ts";
import { go } from "../../../tools/tools.ts";
import { inRange, parseVersion } from "../../../lib/version.ts";
import {
  failure,
  recorder,
  sha256Of,
  site,
  temporary,
  tinyTool,
  workshop,
  write,
} from "../../kit/workshop.ts";

const main = `package main

import ("fmt"; "os")

var version = "unknown"

func main() { fmt.Println("tiny", version, len(os.Args)) }
`;
const tool = tinyTool("http://127.0.0.1:1", {
  go: [
    {
      binary: "tiny",
      module: "tiny",
      main: "vigil.test/tiny",
      variables: { "main.version": "1.2.3" },
    },
  ],
});

/** Where Go is, and whether it is one that would be taken: known before tests are chosen. */
const bin = (process.env["PATH"] ?? "").split(delimiter).find((at) => existsSync(join(at, "go")));
const version =
  bin && parseVersion(spawnSync(join(bin, "go"), ["version"], { encoding: "utf8" }).stdout);
const withGo = bin && version && inRange(version, go.accepts) ? test : test.skip;

withGo("a tool is built from its module, with the version it is to report", async () => {
  const shop = workshop({
    env: { ...process.env, PATH: ["/usr/bin", "/bin", bin ?? ""].join(delimiter) },
  });
  write(shop.root, {
    "tools/go/tiny/go.mod": "module vigil.test/tiny\n\ngo 1.21\n",
    "tools/go/tiny/main.go": main,
  });
  const progress = recorder();
  const { binaries, origin } = await obtain(tool, shop, progress);
  expect(origin).toBe("cache, Go module vigil.test/tiny");
  expect(execFileSync(binaries["tiny"] ?? "", { encoding: "utf8" })).toBe("tiny 1.2.3 1\n");
  expect(progress.lines).toContain(
    "tiny 1.2.3: building tiny from its Go module, which takes minutes",
  );
});

withGo("files a module lacks are stood in for, without changing what is committed", async () => {
  const shop = workshop({
    env: { ...process.env, PATH: ["/usr/bin", "/bin", bin ?? ""].join(delimiter) },
  });
  // Embeds from vendor/ itself: the same way through, without a dependency to fetch.
  const source = `package main

import (
	"embed"
	"fmt"
)

//go:embed vendor/page/index.html vendor/page/index.html.gz
var pages embed.FS

func main() {
	page, _ := pages.ReadFile("vendor/page/index.html")
	packed, _ := pages.ReadFile("vendor/page/index.html.gz")
	fmt.Printf("tiny 1.2.3 %s %x\\n", page, packed[:2])
}
`;
  write(shop.root, {
    "tools/go/tiny/go.mod": "module vigil.test/tiny\n\ngo 1.21\n",
    "tools/go/tiny/main.go": source,
  });
  const standing = tinyTool("http://127.0.0.1:1", {
    go: [
      {
        binary: "tiny",
        module: "tiny",
        main: "vigil.test/tiny",
        standIns: { "page/index.html": "stand-in", "page/index.html.gz": "packed" },
      },
    ],
  });
  const { binaries } = await obtain(standing, shop, silent);
  const path = binaries["tiny"] ?? "";
  expect(execFileSync(path, { encoding: "utf8" })).toBe("tiny 1.2.3 stand-in 1f8b\n");
  expect(readdirSync(join(shop.root, "tools/go/tiny")).sort()).toEqual(["go.mod", "main.go"]);
  expect(readdirSync(join(path, "../..")).sort()).toEqual([".vigil.json", "bin"]);
});

withGo("a module that is not what go.sum says ends the run, and leaves nothing", async () => {
  const mod = "module mod.test/dep\n\ngo 1.21\n";
  const { url } = await site({
    "/mod.test/dep/@v/v1.0.0.info": JSON.stringify({ Version: "v1.0.0" }),
    "/mod.test/dep/@v/v1.0.0.mod": mod,
  });
  const shop = workshop({
    env: {
      PATH: ["/usr/bin", "/bin", bin ?? ""].join(delimiter),
      HOME: temporary(),
      GOFLAGS: "-modcacherw",
      GOMODCACHE: temporary(),
      GOPROXY: url,
    },
  });
  const sum = `h1:${"A".repeat(43)}=`;
  write(shop.root, {
    "tools/go/tiny/go.mod": "module vigil.test/tiny\n\ngo 1.21\n\nrequire mod.test/dep v1.0.0\n",
    "tools/go/tiny/go.sum": `mod.test/dep v1.0.0 ${sum}\nmod.test/dep v1.0.0/go.mod ${sum}\n`,
    "tools/go/tiny/main.go": main.replace('"os"', '"os"; _ "mod.test/dep"'),
  });
  const error = await failure<FatalError>(obtain(tool, shop, silent));
  expect(error).toBeInstanceOf(FatalError);
  expect(error.message).toBe("Go module mod.test/dep@v1.0.0/go.mod is not what its checksum says");
  expect(error.details).toEqual([
    `expected  ${sum}`,
    expect.stringMatching(/^got {7}h1:[\w+/]{43}=$/),
    `recorded  ${join(shop.root, "tools/go/tiny/go.sum")}`,
  ]);
  expect([readdirSync(join(shop.cache, "tmp")), existsSync(join(shop.cache, "tiny"))]).toEqual([
    [],
    false,
  ]);
});

withGo.each([
  ["never answers", () => undefined],
  [
    "begins an answer and never ends it",
    (answer: ServerResponse) => void answer.writeHead(200).write("PK"),
  ],
])("a proxy that %s is given up, by its name, and leaves nothing", async (_, answering) => {
  const mod = "module mod.test/dep\n\ngo 1.21\n";
  const proxy = await site({
    "/mod.test/dep/@v/v1.0.0.info": JSON.stringify({ Version: "v1.0.0" }),
    "/mod.test/dep/@v/v1.0.0.mod": mod,
  });
  proxy.files.set("/mod.test/dep/@v/v1.0.0.zip", answering);
  const lines = createHash("sha256")
    .update(`${sha256Of(mod)}  go.mod\n`)
    .digest("base64");
  const shop = workshop({
    env: {
      PATH: ["/usr/bin", "/bin", bin ?? ""].join(delimiter),
      HOME: temporary(),
      GOFLAGS: "-modcacherw",
      GOMODCACHE: temporary(),
      GOPROXY: proxy.url,
    },
  });
  write(shop.root, {
    "tools/go/tiny/go.mod": "module vigil.test/tiny\n\ngo 1.21\n\nrequire mod.test/dep v1.0.0\n",
    "tools/go/tiny/go.sum": `mod.test/dep v1.0.0 h1:${"A".repeat(43)}=\nmod.test/dep v1.0.0/go.mod h1:${lines}\n`,
    "tools/go/tiny/main.go": main.replace('"os"', '"os"; _ "mod.test/dep"'),
  });
  const folder = temporary();
  const found = { binaries: { go: join(bin ?? "", "go") } } as unknown as Found;
  const place = goPlace(tool, shop, () => Promise.resolve(found), 3000);
  const error = await failure(place?.fill(folder, silent.start("", "")) ?? Promise.resolve());
  expect(error.message).toBe(
    `${new URL(proxy.url).host} does not send ${proxy.url}/mod.test/dep/@v/v1.0.0.zip (without a proxy: GOPROXY=direct ./vigil tools)`,
  );
  expect(readdirSync(join(folder, "bin"))).toEqual([]);
});

test("without Go, and no way to get it, both are explained", async () => {
  const shop = workshop({ env: { PATH: "/nowhere" }, network: unreachable });
  const error = await failure<ToolError>(obtain(tool, shop, silent));
  expect(error).toBeInstanceOf(ToolError);
  expect(error.details.at(-1)).toMatch(
    /^Go module vigil.test\/tiny: go could not be obtained \(PATH: no go; release/,
  );
});

test("a tool without modules has no such place", () => {
  expect(goPlace(tinyTool(""), workshop(), () => Promise.reject(new Error()))).toBeUndefined();
});

const unreachable = {
  text: () => Promise.reject(new Error("no network")),
  download: () => Promise.reject(new Error("no network")),
};
