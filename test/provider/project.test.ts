import fc from "fast-check";
import { parse } from "yaml";
import { foldersOf, layoutOf, socketOf } from "../../provider/process/layout.ts";
import {
  hashesOf,
  parseFragment,
  readEntry,
  renderProject,
  type Fragment,
} from "../../provider/process/project.ts";

const layout = layoutOf("/srv/vigil");

const fragment: fc.Arbitrary<Fragment> = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/u),
  program: fc.constant("/usr/bin/prometheus"),
  args: fc.array(fc.string()),
  env: fc.dictionary(fc.stringMatching(/^[A-U][A-Z]{0,5}$/u), fc.string(), { maxKeys: 3 }),
  ports: fc.array(fc.integer({ min: 1, max: 65535 }), { maxLength: 2 }),
  restartHash: fc.stringMatching(/^[0-9a-f]{8}$/u),
  reloadHash: fc.stringMatching(/^[0-9a-f]{8}$/u),
});

const fragments = fc.uniqueArray(fragment, { selector: ({ name }) => name, maxLength: 5 });

describe("the supervisor's project file", () => {
  test("is the same for the same processes in any order", () => {
    fc.assert(
      fc.property(fragments, (all) => {
        expect(renderProject(layout, [...all].reverse())).toBe(renderProject(layout, all));
      }),
    );
  });

  test("gives back what was put in, dollars and quotes included", () => {
    fc.assert(
      fc.property(fragments, (all) => {
        const text = renderProject(layout, all);
        for (const { name, args, env } of all) {
          expect(readEntry(text, name)).toEqual({ binary: "prometheus", args, env });
        }
      }),
    );
  });

  test("leaves no dollar to the supervisor's own expansion", () => {
    fc.assert(
      fc.property(fragments, (all) => {
        expect(renderProject(layout, all).replaceAll("$$", "")).not.toContain("$");
      }),
    );
  });

  test("limits logs and restarts for ever", () => {
    const [one] = fc.sample(fragment, 1);
    const text = renderProject(layout, [{ ...(one as Fragment), name: "prometheus" }]);
    expect(parse(text)).toMatchObject({
      processes: {
        prometheus: {
          availability: { restart: "always" },
          log_location: "/srv/vigil/logs/prometheus.log",
          log_configuration: { rotation: { max_size_mb: 10, max_backups: 3 } },
        },
      },
    });
  });

  test.each(["", ": [", "processes: 1", "processes: { prometheus: 1 }"])(
    "damaged by hand, it has no entry: %j",
    (text) => {
      expect(readEntry(text, "prometheus")).toBeUndefined();
    },
  );

  test("an entry without a list of arguments reads as none", () => {
    expect(readEntry("processes: { a: { entrypoint: x } }", "a")).toEqual({
      binary: "",
      args: [],
      env: {},
    });
  });

  test("damaged fragments are not believed", () => {
    const [one] = fc.sample(fragment, 1);
    expect(parseFragment(JSON.stringify(one))).toEqual(one);
    expect(parseFragment("{")).toBeUndefined();
    expect(parseFragment('{"name":"a"}')).toBeUndefined();
  });

  test("only the files of a kind change its hash", () => {
    const onChange = { a: "reload", b: "reread" } as const;
    const first = hashesOf({ files: { a: "1", b: "1", c: "1" }, onChange });
    const reread = hashesOf({ files: { a: "1", b: "2", c: "1" }, onChange });
    const reload = hashesOf({ files: { a: "2", b: "1", c: "1" }, onChange });
    const restart = hashesOf({ files: { a: "1", b: "1", c: "2" }, onChange });
    expect(reread).toEqual(first);
    expect(reload.restartHash).toBe(first.restartHash);
    expect(reload.reloadHash).not.toBe(first.reloadHash);
    expect(restart.restartHash).not.toBe(first.restartHash);
    expect(restart.reloadHash).toBe(first.reloadHash);
  });
});

describe("the layout", () => {
  test("a socket's path is never too long where that matters, and differs between homes", () => {
    const part = fc.stringMatching(/^[a-zé]{1,40}$/u);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        const home = `/${parts.join("/")}`;
        const socket = socketOf(home, "darwin");
        expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(103);
        expect(socketOf(home, "darwin")).toBe(socket);
        expect(socketOf(`${home}x`, "darwin")).not.toBe(socket);
        expect(socketOf(home, "linux")).toBe(`${home}/socket`);
      }),
    );
  });

  test("a short home keeps its socket", () => {
    expect(layout.socket).toBe("/srv/vigil/supervisor/socket");
    expect(foldersOf(layout, "a").config).toBe("/srv/vigil/services/a");
  });
});
