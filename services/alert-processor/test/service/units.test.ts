import { hashSync } from "bcryptjs";
import fc from "fast-check";
import { episodesOf, linksAt } from "../../service/links.ts";
import { guessLimit } from "../../service/guesses.ts";
import { every } from "../../service/schedule.ts";
import { bearsOneOf, nonce, sealFor } from "../../service/tokens.ts";
import { basicOf, usersOf } from "../../service/users.ts";
import { receive } from "../../core/lifecycle.ts";
import { message, start } from "../examples.ts";

const [one, two] = ["1".repeat(32), "2".repeat(32)];
const seal = sealFor("s".repeat(32), "test");

describe("bearer tokens", () => {
  test("are two at once, while one replaces the other", () => {
    expect(bearsOneOf([one, two], `Bearer ${one}`)).toBe(true);
    expect(bearsOneOf([one, two], `bearer ${two}`)).toBe(true);
    expect(bearsOneOf([one], `Bearer ${two}`)).toBe(false);
  });

  test.each([undefined, "", "Bearer", "Bearer ", `Basic ${one}`, one, `Bearer ${one} `])(
    "are not %j",
    (header) => {
      expect(bearsOneOf([one], header)).toBe(false);
    },
  );
});

describe("a seal", () => {
  test("opens what it signed, until its time", () => {
    const token = seal.sign(["a", 1], start);
    expect(seal.open(token, start - 1)).toEqual(["a", 1]);
    expect(seal.open(token, start)).toBeUndefined();
  });

  test("is of one secret and one purpose", () => {
    const token = seal.sign("a", start);
    expect(sealFor("s".repeat(32), "other").open(token, 0)).toBeUndefined();
    expect(sealFor("t".repeat(32), "test").open(token, 0)).toBeUndefined();
  });

  test("opens nothing that was changed", () => {
    const token = seal.sign(["a", 1], start);
    fc.assert(
      fc.property(
        fc.nat({ max: token.length - 1 }),
        fc.constantFrom("A", "Z", "a", "z", "0", "9", "-", "_", ".", "="),
        (at, by) => {
          const changed = `${token.slice(0, at)}${by}${token.slice(at + 1)}`;
          fc.pre(changed !== token);
          expect(seal.open(changed, 0)).toBeUndefined();
        },
      ),
    );
    for (const odd of [
      "",
      ".",
      "a.b",
      "..",
      token.slice(1),
      `${token}.x`,
      `${token}=`,
      `${token}!`,
    ])
      expect(seal.open(odd, 0)).toBeUndefined();
  });

  test("makes other numbers each time where nobody may guess", () => {
    expect(nonce()).not.toBe(nonce());
  });
});

test("a link names an episode, for a day", () => {
  const [change] = receive(undefined, message(), start);
  if (change === undefined) throw new Error("nothing began");
  const links = linksAt("https://alerts.example.com/", seal, () => start);
  expect(links.page).toBe("https://alerts.example.com/");
  expect(links.alert(change.alert)).toBe("https://alerts.example.com/#/alerts/00000000000000a1");
  const token = links.acknowledge(change.alert).replace("https://alerts.example.com/take/", "");
  const { fingerprint } = change.alert;
  expect(episodesOf(token, seal, start)).toEqual([{ fingerprint, startsAt: start }]);
  // As links were made before they took several.
  const old = seal.sign([fingerprint, start], start + 1);
  expect(episodesOf(old, seal, start)).toEqual([{ fingerprint, startsAt: start }]);
  expect(episodesOf(token, seal, start + 24 * 3_600_000)).toBeUndefined();
  expect(episodesOf(seal.sign("odd", start + 1), seal, start)).toBeUndefined();
});

describe("users", () => {
  const users = usersOf({ ada: hashSync("lovelace", 4) });
  test("have their own password only, again and again", async () => {
    expect(await users.verify("ada", "lovelace")).toBe(true);
    expect(await users.verify("ada", "lovelace")).toBe(true);
    expect(await users.verify("ada", "Lovelace")).toBe(false);
    expect(await users.verify("grace", "lovelace")).toBe(false);
    expect(await users.verify("grace", "nobody")).toBe(false);
    expect(await users.verify("__proto__", "x")).toBe(false);
    expect(users.stamp("__proto__")).toBeUndefined();
    expect(users.remembers("ada", "lovelace")).toBe(true);
    expect(users.remembers("ada", "Lovelace")).toBe(false);
  });

  test("are named by a header", () => {
    const header = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
    expect(basicOf(header("ada:love:lace"))).toEqual(["ada", "love:lace"]);
    expect(basicOf(header("ada"))).toBeUndefined();
    expect(basicOf("Bearer x")).toBeUndefined();
    expect(basicOf(undefined)).toBeUndefined();
  });
});

describe("guesses", () => {
  const isAda = (name: string): boolean => name === "ada";

  test("are ten a minute from an address, what was right not counted", () => {
    let now = 0;
    const guesses = guessLimit(() => now, isAda);
    for (let n = 0; n < 20; n += 1) {
      expect(guesses.begin("ada", "a")).toBe(true);
      guesses.forgive("ada", "a");
    }
    for (let n = 0; n < 10; n += 1) expect(guesses.begin("ada", "a")).toBe(true);
    expect([guesses.begin("ada", "a"), guesses.begin("ada", "b")]).toEqual([false, true]);
    now = 60_000;
    expect(guesses.begin("ada", "a")).toBe(true);
  });

  test("are sixty a minute for a name, from everywhere", () => {
    const guesses = guessLimit(() => 0, isAda);
    for (let n = 0; n < 60; n += 1) expect(guesses.begin("ada", `a${n}`)).toBe(true);
    expect([guesses.begin("ada", "other"), guesses.begin("grace", "other")]).toEqual([false, true]);
  });

  test("at names that nobody has keep nobody out", () => {
    const guesses = guessLimit(() => 0, isAda);
    for (let n = 0; n < 100_000; n += 1) guesses.begin(`made-up-${n}`, "a");
    // Nor do they hide guesses at a name that somebody has.
    for (let n = 0; n < 10; n += 1) expect(guesses.begin("ada", "a")).toBe(true);
    expect(guesses.begin("ada", "a")).toBe(false);
  });
});

test("what is done again and again goes on after trouble, and ends", async () => {
  let [done, trouble] = [0, 0];
  const stop = every(
    1,
    () => (trouble += 1),
    () => {
      done += 1;
      return done % 2 === 0 ? Promise.reject(new Error("odd")) : Promise.resolve();
    },
  );
  while (trouble < 2) await new Promise(setImmediate);
  await stop();
  const after = done;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(done).toBe(after);
});
