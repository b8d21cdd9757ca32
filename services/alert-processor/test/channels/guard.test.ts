import { lookup as resolve } from "node:dns";
import type { LookupFunction } from "node:net";
import { AddressError, checkAddress, checkUrl, guarded } from "../../channels/guard.ts";

const never = [
  "169.254.169.254",
  "::ffff:169.254.169.254",
  "64:ff9b::169.254.169.254",
  "64:ff9b::a9fe:a9fe",
  "fe80::1",
  "fe80::1%eth0",
  "fd00:ec2::254",
  "100.100.100.200",
  "0.0.0.0",
  "::",
  "224.0.0.1",
  "255.255.255.255",
  "ff02::1",
  "2002:a9fe:a9fe::1",
];
const inside = [
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.0.1",
  "::ffff:10.0.0.1",
  "64:ff9b::10.0.0.1",
  "fc00::1",
  "fd12::1",
  "127.0.0.1",
  "127.9.9.9",
  "::1",
  "::ffff:127.0.0.1",
];
const outside = ["8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "::ffff:8.8.8.8"];

describe("an address", () => {
  test.each(never)("%s is never used", (address) => {
    expect(() => {
      checkAddress(address, { private: true, plain: true });
    }).toThrow("never allowed");
  });

  test.each(inside)("%s is used where private ones are meant", (address) => {
    expect(() => {
      checkAddress(address, { plain: true });
    }).toThrow("private: true");
    checkAddress(address, { private: true });
  });

  test.each(outside)("%s is used", (address) => {
    expect(() => {
      checkAddress(address, {});
    }).not.toThrow();
  });
});

describe("a URL", () => {
  test.each([
    ["hooks.example/x", {}, "must be a URL"],
    ["ftp://hooks.example/x", { plain: true }, "https://"],
    ["http://hooks.example/x", {}, "https://"],
    ["http://8.8.8.8/x", { plain: true }, "loopback"],
    ["http://127.0.0.1/x", { plain: true }, "private: true"],
    ["https://user@hooks.example/x", {}, "user or a password"],
    ["https://:password@hooks.example/x", {}, "user or a password"],
    ["https://[::1]/x", {}, "private: true"],
    ["https://2130706433/x", {}, "private: true"],
    ["https://0x7f.1/x", {}, "private: true"],
    ["https://[::ffff:a9fe:a9fe]/x", { private: true }, "never allowed"],
  ])("%s is refused, and is not in the error", (url, access, why) => {
    const check = (): URL => checkUrl(url, access);
    expect(check).toThrow(AddressError);
    expect(check).toThrow(why);
    expect(check).not.toThrow(url.replace(/^.*:\/\//, ""));
  });

  test.each([
    ["https://hooks.example/x", {}],
    ["https://10.0.0.1/x", { private: true }],
    ["http://[::1]:80/x", { plain: true, private: true }],
    ["http://localhost/x", { plain: true }],
  ])("%s is taken", (url, access) => {
    expect(checkUrl(url, access).href).toBe(new URL(url).href);
  });
});

describe("a look-up", () => {
  /** A fake of the system's look-up. */
  const answers =
    (...addresses: string[]): LookupFunction =>
    (_host, _options, done) => {
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    };
  const look = (lookup: LookupFunction, all: boolean, protocol = "https:", access = {}) =>
    new Promise((found, failed) => {
      guarded(access, protocol, lookup)("hooks.example", { all }, (error, address, family) => {
        if (error) failed(error);
        else found(all ? address : [address, family]);
      });
    });

  test("gives what it checked, one or all", async () => {
    const lookup = answers("8.8.8.8", "2606:4700::1111");
    expect(await look(lookup, false)).toEqual(["8.8.8.8", 4]);
    expect(await look(lookup, true)).toEqual([
      { address: "8.8.8.8", family: 4 },
      { address: "2606:4700::1111", family: 6 },
    ]);
  });

  test.each([true, false])(
    "fails when one address of many is not allowed (all: %s)",
    async (all) => {
      await expect(look(answers("8.8.8.8", "10.0.0.1"), all)).rejects.toThrow("private: true");
    },
  );

  test("fails when plain HTTP would leave the machine", async () => {
    const access = { plain: true, private: true };
    await expect(look(answers("10.0.0.1"), true, "http:", access)).rejects.toThrow("use https://");
  });

  test("fails when there is no address", async () => {
    await expect(look(answers(), true)).rejects.toThrow("no address");
    const broken: LookupFunction = (_host, _options, done) => {
      done(Object.assign(new Error("gone"), { code: "ENOTFOUND" }), []);
    };
    await expect(look(broken, true)).rejects.toThrow("gone");
  });

  test("asks the system where nothing else is said", async () => {
    const local = guarded({ private: true }, "https:", resolve);
    const found = await new Promise((done) => {
      local("localhost", { all: true }, (_error, addresses) => {
        done(addresses);
      });
    });
    expect(found).toContainEqual(
      expect.objectContaining({ address: expect.any(String) as string }),
    );
  });
});
