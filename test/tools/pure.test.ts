import { publishedSum } from "../../tools/checksums.ts";
import { explainDisk, FatalError, formatError, ToolError } from "../../lib/errors.ts";
import { findMirror } from "../../tools/places/debian-mirror.ts";
import { currentPlatform, platformKey } from "../../tools/platform.ts";
import { formatTable } from "../../lib/table.ts";
import { go, toolNames, tools } from "../../tools/tools.ts";
import { inRange, parseVersion, showRange } from "../../lib/version.ts";

describe("versions", () => {
  test.each([
    ["go version go1.26.8 linux/amd64", [1, 26, 8]],
    ["prometheus, version 3.5.3+ds1 (branch: debian/sid)", [3, 5, 3]],
    ["Version:        v1.64.1", [1, 64, 1]],
    ["tool 2.7", [2, 7, 0]],
  ])("%s", (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });

  test("a range is half-open", () => {
    const range = { from: "3.5", before: "4" };
    expect(
      [
        [3, 4, 9],
        [3, 5, 0],
        [3, 99, 0],
        [4, 0, 0],
      ].map((v) => inRange(v as never, range)),
    ).toEqual([false, true, true, false]);
    expect(inRange([9, 0, 0], { from: "1.21" })).toBe(true);
    expect([showRange(range), showRange({ from: "1" })]).toEqual([
      "3.5 or later, before 4",
      "1 or later",
    ]);
    expect(parseVersion("no version")).toBeUndefined();
  });
});

test("platforms are named as releases name them", () => {
  expect(platformKey(currentPlatform("darwin", "arm64"))).toBe("darwin-arm64");
  expect(platformKey(currentPlatform("linux", "x64"))).toBe("linux-amd64");
  expect(() => currentPlatform("win32", "x64")).toThrow("not on win32 x64");
});

describe("the table of tools", () => {
  const everyArchive = [...toolNames.map((name) => tools[name]), go].flatMap((tool) =>
    (["linux", "darwin"] as const).flatMap((os) =>
      (["amd64", "arm64"] as const).map((arch) => ({
        tool,
        archive: tool.archive?.({ os, arch }),
      })),
    ),
  );

  test("each archive and its checksums are at an official site and name the pinned version", () => {
    const sites = ["https://github.com", "https://dl.grafana.com", "https://dl.google.com"];
    for (const { tool, archive } of everyArchive) {
      expect(sites).toContain(new URL(archive?.url ?? "").origin);
      expect(sites).toContain(new URL(archive?.checksums ?? "").origin);
      expect(archive?.url).toContain(tool.version);
    }
    expect(new Set(everyArchive.map(({ archive }) => archive?.url)).size).toBe(everyArchive.length);
  });

  test("each pinned version is one that would be accepted", () => {
    for (const tool of [...Object.values(tools), go]) {
      expect(inRange(parseVersion(tool.version) ?? [0, 0, 0], tool.accepts)).toBe(true);
    }
  });

  test("every place supplies every binary", () => {
    const supplied = Object.values(tools).flatMap(({ binaries, debian, go }) => [
      ...(debian ? [[Object.keys(debian.binaries), binaries]] : []),
      ...(go ? [[go.map(({ binary }) => binary), binaries]] : []),
    ]);
    expect(supplied.length).toBeGreaterThan(5);
    for (const [have, want] of supplied) expect(have).toEqual(want);
  });
});

describe("the mirror of a Debian machine", () => {
  const deb822 = `Types: deb
# a remark
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;
  test.each([
    ["deb822", [deb822], "http://mirror.example/debian"],
    [
      "one line, after somebody else's",
      [
        "deb https://other.example x main",
        "deb [arch=amd64] http://m.example/debian bookworm main contrib",
      ],
      "http://m.example/debian",
    ],
    [
      "remarks and sources switched off",
      ["# deb http://a bookworm main\n", `Enabled: no\n${deb822}`],
      undefined,
    ],
    [
      "source packages only",
      ["deb-src http://a bookworm main", "Types: deb-src\nURIs: x\nSuites: sid\nComponents: main"],
      undefined,
    ],
    ["another distribution", ["deb http://archive.example/ubuntu noble main"], undefined],
  ])("%s", (_, texts, mirror) => {
    expect(findMirror(texts, "bookworm")).toBe(mirror);
  });
});

test("a published checksum is found in a list, or stands alone", () => {
  const [a, b] = ["a".repeat(64), "B".repeat(64)];
  expect(publishedSum(`${a}  x.tar.gz\n${b} *y.tar.gz\n`, "y.tar.gz")).toBe("b".repeat(64));
  expect(publishedSum(`${a}\n`, "x.tar.gz")).toBe(a);
  expect(publishedSum(`${a}  x.tar.gz.asc\nnonsense\n`, "x.tar.gz")).toBeUndefined();
});

describe("errors", () => {
  test("say what, why and what to do, without a stack", () => {
    const error = new ToolError("tiny", [{ place: "PATH", reason: "no tiny" }], ["Install it."]);
    expect(formatError(error)).toBe(
      "✗ tiny could not be obtained\n  PATH: no tiny\n  → Install it.",
    );
    expect(formatError(error, true)).toContain("pure.test");
    expect(formatError(new TypeError("odd"))).toMatch(/^✗ odd\n.*VIGIL_DEBUG=1/);
    expect(formatError("text")).toContain("✗ text");
  });

  test("a full disk and a closed folder are explained, anything else stays", () => {
    const full = explainDisk(
      Object.assign(new Error("write"), { code: "ENOSPC" }),
      "/c",
    ) as FatalError;
    expect(full.message).toBe("No space is left on the disk of /c");
    expect(explainDisk(new Error("tar: x: No space left on device"), "/c")).toBeInstanceOf(
      FatalError,
    );
    const closed = explainDisk(
      Object.assign(new Error("open"), { code: "EROFS" }),
      "/c",
    ) as FatalError;
    expect(closed.message).toBe("The folder /c cannot be written to");
    const other = new Error("other");
    expect(explainDisk(other, "/c")).toBe(other);
    expect(explainDisk(undefined, "/c")).toBeUndefined();
  });
});

test("a table is aligned and has no blanks at line ends", () => {
  expect(
    formatTable([
      ["a", "long", "x"],
      ["bbb", "", ""],
    ]),
  ).toBe("a    long  x\nbbb\n");
});
