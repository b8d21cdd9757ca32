import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { codeOf, readKnownHosts } from "../../../../components/config/hosts/known-hosts.ts";
import { withFiles } from "../../../kit/inspect.ts";

/** A key of the right form, different for each `seed`. */
function keyOf(type: string, seed: number): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  const blob = Buffer.concat([length, Buffer.from(type), Buffer.alloc(36, seed)]);
  return `${type} ${blob.toString("base64")}`;
}

const ed = keyOf("ssh-ed25519", 1);
const ec = keyOf("ecdsa-sha2-nistp256", 2);
const rsa = keyOf("ssh-rsa", 3);
const other = keyOf("ssh-ed25519", 4);

const hash = (name: string): string => {
  const salt = Buffer.alloc(20, name.length);
  const digest = createHmac("sha1", salt).update(name).digest("base64");
  return `|1|${salt.toString("base64")}|${digest}`;
};

/** What is found, of a text without mistakes. */
function find(text: string, address: string, port = 22): unknown {
  const { keyOf: look, problems } = readKnownHosts(text);
  expect(problems).toEqual([]);
  return look(address, port);
}

describe("known_hosts", () => {
  it("has the best key of a host, whatever the order", () => {
    expect(find(`a ${rsa}\na ${ec}\na ${ed}\n`, "a")).toEqual({ key: ed });
    expect(find(`a ${ec}\na ${rsa}\n`, "a")).toEqual({ key: ec });
    expect(find(`a ${rsa} root@a\n`, "a")).toEqual({ key: rsa });
    expect(find(`a ${rsa}\n`, "b")).toBe("none");
    expect(find("", "a")).toBe("none");
  });

  it("has names in lists, in any case, with tabs, comments and ends of other systems", () => {
    const text = `# ours\r\n\r\n  B.example.com,10.0.0.5,b\t${ed} b \r\n`;
    for (const name of ["b", "10.0.0.5", "b.EXAMPLE.com"]) {
      expect(find(text, name)).toEqual({ key: ed });
    }
    expect(find(text, "example.com")).toBe("none");
  });

  it("knows ports, and falls back to the name alone as ssh does", () => {
    const text = `[a]:2222 ${ed}\na ${other}\n[b]:2222 ${ed}\n`;
    expect(find(text, "a", 2222)).toEqual({ key: ed });
    expect(find(text, "a", 22)).toEqual({ key: other });
    expect(find(text, "a", 2200)).toEqual({ key: other });
    expect(find(text, "b", 22)).toBe("none");
  });

  it("has patterns, and what they leave out", () => {
    const text = `*.example.com,!db.example.com ${ed}\nweb-? ${rsa}\n`;
    expect(find(text, "web.example.com")).toEqual({ key: ed });
    expect(find(text, "db.example.com")).toBe("none");
    expect(find(text, "web-1")).toEqual({ key: rsa });
    expect(find(text, "web-10")).toBe("none");
    expect(find(`${"*a".repeat(200)} ${ed}\n`, "a".repeat(199))).toBe("none");
  });

  it("has hashed names", () => {
    const text = `${hash("a")} ${rsa}\n${hash("a")} ${ed}\n${hash("[b]:2222")} ${ec}\n`;
    expect(find(text, "A")).toEqual({ key: ed });
    expect(find(text, "b", 2222)).toEqual({ key: ec });
    expect(find(text, "b")).toBe("none");
  });

  it("has digests as Node makes them", () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 64 });
    fc.assert(
      fc.property(bytes, fc.string(), fc.string(), (key, text, next) => {
        const code = codeOf(Buffer.from(key));
        for (const one of [text, next]) {
          expect(code(one)).toBe(createHmac("sha1", key).update(one).digest("base64"));
        }
      }),
    );
  });

  it("answers the same each time it is asked", () => {
    const { keyOf: look } = readKnownHosts(`${hash("a")} ${ed}\n${hash("b")} ${rsa}\n`);
    for (const name of ["a", "b", "a", "c", "b", "a"]) {
      expect(look(name, 22)).toEqual({ a: { key: ed }, b: { key: rsa } }[name] ?? "none");
    }
  });

  it("takes the later of two keys of one kind", () => {
    expect(find(`a ${ed}\na ${other}\n`, "a")).toEqual({ key: other });
    expect(find(`${hash("a")} ${ed}\n${hash("a")} ${other}\n`, "a")).toEqual({ key: other });
  });

  it("does not accept a revoked key, and skips authorities and other kinds of key", () => {
    expect(find(`a ${ed}\n@revoked * ${ed}\n`, "a")).toBe("revoked");
    expect(find(`a ${ed}\na ${rsa}\n@revoked a,b ${ed}\n`, "a")).toEqual({ key: rsa });
    expect(find(`a ${ed}\n@revoked b ${ed}\n`, "a")).toEqual({ key: ed });
    expect(find(`a ${ed}\n@revoked ${hash("a")} ${ed}\n`, "a")).toBe("revoked");
    expect(find(`@cert-authority * ${ed}\na ${keyOf("ssh-dss", 1)}\n`, "a")).toBe("none");
  });

  it.each([
    ["a", /is not a name, a type and a key/],
    ["a ssh-ed25519", /is not a name/],
    [`a ssh-rsa ${ed.split(" ")[1] ?? ""}`, /not of the type ssh-rsa/],
    ["a ssh-ed25519 AAAA", /not of the type/],
    ["a ssh-ed25519 !!!!", /not of the type/],
    [`@mine a ${ed}`, /marker @mine/],
    [`|1|abc|def ${ed}`, /hashed name/],
    ["<html>404 not found</html>", /is not|not of the type/],
  ])("says of %s that it cannot be read, and where", (line, reason) => {
    const { problems } = readKnownHosts(`# first\n${line}\na ${ed}\n`);
    expect(problems).toEqual([{ line: 2, reason: expect.stringMatching(reason) as string }]);
  });

  it("is what ssh-keygen makes of it", () => {
    withFiles({}, (folder) => {
      const keygen = (...args: string[]): void => {
        execFileSync("ssh-keygen", ["-q", ...args], { cwd: folder, stdio: "pipe" });
      };
      const keys = ["ed25519", "ecdsa", "rsa"].map((type) => {
        keygen("-t", type, "-N", "", "-f", type);
        return readFileSync(join(folder, `${type}.pub`), "utf8")
          .split(" ")
          .slice(0, 2)
          .join(" ");
      });
      const text = keys.map((key) => `web.example.com,10.0.0.5 ${key}\n[gate]:2222 ${key}\n`);
      execFileSync("sh", ["-c", "cat > known_hosts"], { cwd: folder, input: text.join("") });
      keygen("-H", "-f", "known_hosts");
      const made = readFileSync(join(folder, "known_hosts"), "utf8");
      expect(made).not.toContain("web");
      expect(find(made, "web.example.com")).toEqual({ key: keys[0] });
      expect(find(made, "10.0.0.5")).toEqual({ key: keys[0] });
      expect(find(made, "gate", 2222)).toEqual({ key: keys[0] });
    });
  });
});
