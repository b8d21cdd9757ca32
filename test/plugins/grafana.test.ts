import { throwAway } from "../kit/pki.ts";
import { startStandIn } from "./grafana-stand-in.ts";
import type { StandIn } from "./grafana-stand-in.ts";
import { TrialStack, lacksPlugin } from "./trial.ts";

const problem = lacksPlugin("grafana", "2.38.0");
const real = process.env["GRAFANA_URL"];
const against = real === undefined ? "a stand-in for Grafana, not Grafana" : real;
const title = `the official Grafana plugin against ${against}`;

(problem ? describe.skip : describe)(`${title}${problem ? ` (skipped: ${problem})` : ""}`, () => {
  const stack = new TrialStack();
  let standIn: StandIn | undefined;
  let write: (title: string) => void;

  beforeAll(async () => {
    const login = { username: "admin", password: "stand-in" };
    const { ca, server } = await throwAway([]);
    standIn = real === undefined ? await startStandIn({ ...login, tls: server }) : undefined;
    const trust = standIn === undefined ? {} : { ca };
    const auth = process.env["GRAFANA_AUTH"] ?? `${login.username}:${login.password}`;
    write = (board) => {
      stack.write({ grafana: { url: standIn?.url ?? real ?? "", auth, title: board, ...trust } });
    };
    write("First");
    await stack.init();
    await stack.succeed("up", "--yes", "--skip-preview");
  });

  afterAll(async () => {
    await stack.run("destroy", "--yes", "--skip-preview");
    await standIn?.close();
    stack.forget();
  });

  test("a second preview and a refresh find nothing to do", async () => {
    const unchanged = /^Resources:\n +\d+ unchanged$/m;
    expect(await stack.succeed("preview", "--expect-no-changes")).toMatch(unchanged);
    expect(
      await stack.succeed("refresh", "--yes", "--skip-preview", "--expect-no-changes"),
    ).toMatch(unchanged);
  });

  test("a changed board is updated in place", async () => {
    write("Second");
    const output = await stack.succeed("up", "--yes", "--skip-preview");
    expect(output).toMatch(/~ 1 updated/);
  });

  test("secrets are not in the output", async () => {
    expect(await stack.succeed("preview", "--diff", "--show-sames")).not.toContain("hidden");
  });

  test("everything goes with the stack", async () => {
    expect(await stack.succeed("destroy", "--yes", "--skip-preview")).toMatch(/- \d+ deleted/);
  });

  const onStandIn = real === undefined ? test : test.skip;
  onStandIn("nothing is left then, and the stand-in knew every question", () => {
    if (standIn === undefined) throw new Error("no stand-in");
    const { contactPoints, dashboards, dataSources, folders, policy } = standIn.state;
    expect([...folders, ...dataSources, ...dashboards, ...contactPoints]).toEqual([]);
    expect(policy).toBeUndefined();
    expect(standIn.unknown).toEqual([]);
  });
});
