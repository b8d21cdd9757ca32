import { compare } from "bcryptjs";
import { login } from "../../provider/resources/login.ts";
import type { LoginState } from "../../provider/types.ts";
import { isSecret, reveal, unknownText } from "../../provider/values.ts";

const stateOf = (raw: unknown): LoginState => reveal(raw) as LoginState;

describe("a login", () => {
  test("gets a password of its own, hashed as web.yml wants it", async () => {
    const { id, outs } = await login.create({ username: "vigil" });
    const state = stateOf(outs);
    expect(id).toBe("vigil");
    expect(state.password).toMatch(/^[\w-]{32}$/u);
    expect(state.passwordHash).toMatch(/^\$2[aby]\$10\$/u);
    expect(await compare(state.password, state.passwordHash)).toBe(true);
    expect([outs["password"], outs["passwordHash"]].every(isSecret)).toBe(true);
    expect(stateOf((await login.create({ username: "vigil" })).outs).password).not.toBe(
      state.password,
    );
  });

  test("changes only with its user name or a given password", async () => {
    const { outs } = await login.create({ username: "vigil" });
    expect(await login.diff(outs, { username: "vigil" })).toEqual({ changes: {} });
    expect(await login.diff(outs, { username: "other" })).toEqual({
      changes: { username: "update" },
    });
    expect(await login.diff(outs, { username: "vigil", password: "given" })).toEqual({
      changes: { password: "update" },
    });
    const renamed = stateOf(await login.update("vigil", outs, { username: "other" }));
    expect(renamed).toEqual({ ...stateOf(outs), username: "other" });
    const given = { username: "other", password: "given" };
    const changed = await login.update("vigil", outs, given);
    expect(await compare("given", stateOf(changed).passwordHash)).toBe(true);
    expect(await login.diff(changed, given)).toEqual({ changes: {} });
  });

  test("keeps a given password secret and reads back as it is", async () => {
    const checked = await login.check({}, { username: "vigil", password: "given" });
    expect(isSecret(checked.inputs["password"])).toBe(true);
    const { outs } = await login.create(checked.inputs);
    const found = await login.read("vigil", outs, checked.inputs);
    expect(found.props).toEqual(outs);
    expect(reveal(found.inputs)).toEqual({ username: "vigil", password: "given" });
    await expect(login.delete(outs)).resolves.toBeUndefined();
  });

  test("reads a generated password back as what it is: no input", async () => {
    const { outs } = await login.create({ username: "vigil" });
    const found = await login.read("vigil", outs, { username: "vigil" });
    expect(found).toEqual({ id: "vigil", props: outs, inputs: { username: "vigil" } });
  });

  test.each([
    [{ username: "a:b" }, ["username"]],
    [{ username: "a", password: "x".repeat(73) }, ["password"]],
    [{ username: "a", password: "" }, ["password"]],
    [{ username: unknownText, password: unknownText }, []],
  ])("is checked: %j", async (inputs, wrong) => {
    const { failures } = await login.check({}, inputs);
    expect(failures.map(({ property }) => property)).toEqual(wrong);
  });
});
