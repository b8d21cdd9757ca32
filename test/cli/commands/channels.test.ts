import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moveChannels, type Mover } from "../../../cli/commands/channels.ts";
import { openStack } from "../../../cli/stack.ts";
import { keepConfig } from "../../../cli/state/config-file.ts";
import { stackArgs } from "../../../cli/engine.ts";
import { planMove } from "../../../components/config/move-channels.ts";
import { collect, run } from "../../../lib/process.ts";
import { groups } from "../../../rules/index.ts";
import { kinds } from "../../kit/channels.ts";

const base = { environment: "test", target: "local" };
const plan = (sections: object) =>
  planMove(
    {
      values: {
        ...base,
        ...Object.fromEntries(
          Object.entries(sections).map(([key, value]) => [key, JSON.stringify(value)]),
        ),
      },
      secretKeys: new Set(Object.keys(sections)),
    },
    new Date(),
    groups,
  );

describe("what moves to vigil:channels", () => {
  it("is everything that was configured before, each once", () => {
    const { remove, sets, stays } = plan({
      receivers: {
        slack: { ...kinds.slack, channel: "#alerts" },
        webhook: kinds.webhook,
        teams: { dba: { slack: { ...kinds.slack, channel: "#dba" } } },
        hours: { times: "09:00-17:00" },
      },
      processor: { slack: kinds.slack, sns: kinds.sns, heartbeat: { url: "https://b.example" } },
    });
    expect(stays).toEqual([]);
    expect(remove.map(({ from }) => from).sort()).toEqual([
      "vigil:processor.heartbeat",
      "vigil:processor.slack",
      "vigil:processor.sns",
      "vigil:receivers.hours",
      "vigil:receivers.slack",
      "vigil:receivers.teams.dba.slack",
      "vigil:receivers.webhook",
    ]);
    expect(sets.filter(({ secret }) => secret).map(({ key }) => key)).toEqual(
      expect.arrayContaining(["vigil:channels.slack.url", "vigil:channels.teams.dba.slack.url"]),
    );
    const keys = sets.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is what a move that was killed left", () => {
    const { remove, sets } = plan({
      receivers: { email: kinds.email },
      channels: { email: { to: kinds.email.to, from: kinds.email.from } },
    });
    expect(sets.map(({ key }) => key)).toEqual([
      "vigil:channels.email.smarthost",
      "vigil:channels.email.username",
      "vigil:channels.email.password",
    ]);
    expect(remove).toHaveLength(1);
  });

  it("is nothing that would have two values, or be a mistake there", () => {
    const { remove, sets, stays } = plan({
      receivers: {
        slack: { url: "https://a.example/1", channel: "#a" },
        webhook: { url: "http://a.example" },
      },
      processor: { slack: { url: "https://a.example/2" } },
    });
    expect([remove, sets]).toEqual([[], []]);
    expect(stays).toEqual([
      ...["receivers", "processor"].map((section) => ({
        from: `vigil:${section}.slack`,
        reason: "vigil:channels.slack.url would have two values; remove the one that is not meant",
        fix: "./vigil pulumi config rm --path 'vigil:processor.slack.url'",
      })),
      {
        from: "vigil:receivers.webhook",
        reason: "vigil:channels.webhook.url must begin with https://",
        fix: "./vigil pulumi config set --secret --path 'vigil:channels.webhook.url'",
      },
    ]);
    expect(JSON.stringify(stays)).not.toContain("a.example");
  });
});

describe("with the real engine", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "vigil-channels-"));
    writeFileSync(join(root, "Pulumi.yaml"), "name: vigil\nruntime: nodejs\n");
    writeFileSync(
      join(root, "Pulumi.test.yaml"),
      "config:\n  vigil:environment: test\n  vigil:target: local\n",
    );
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it("secrets stay encrypted, what was there before is gone, and again there is nothing to do", async () => {
    const home = await openStack(root, "test", process.env);
    const env = { ...process.env, ...home.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const folder = home.configFile === undefined ? root : join(root, ".vigil/project");
    await run("pulumi", ["-C", folder, "stack", "init", "test", "--no-select"], { env });
    const given = async (key: string, value: string, ...how: string[]) => {
      const args = ["config", "set", ...stackArgs(home), ...how, "--path", key, "--", value];
      await run("pulumi", args, { cwd: root, env });
    };
    await given("vigil:receivers.slack.url", "https://hooks.slack.com/services/hidden", "--secret");
    await given("vigil:receivers.slack.channel", "#alerts");
    await given("vigil:processor.remind", "5m");
    await given("vigil:processor.sns.topic", kinds.sns.topic);
    await given("vigil:processor.sns.accessKeyId", kinds.sns.accessKeyId);
    await given("vigil:processor.sns.secretKey", "hidden-sns", "--secret");
    await keepConfig(home);

    const printed: string[] = [];
    const write = jest.spyOn(process.stdout, "write").mockImplementation((chunk) => {
      printed.push(String(chunk));
      return true;
    });
    // What the file of the stack says is opened again each time, as the command does.
    const mover = async (): Promise<Mover> => {
      const home = await openStack(root, "test", process.env);
      return { home, env, collect: (args) => collect("pulumi", args, { cwd: root, env }) };
    };
    expect(await moveChannels(await mover())).toBe(true);
    const text = readFileSync(join(root, "Pulumi.test.yaml"), "utf8");
    expect(await moveChannels(await mover())).toBe(true);
    write.mockRestore();

    expect(text).toMatch(/vigil:channels:/);
    expect(text).not.toMatch(/receivers|hidden/);
    expect(text).toMatch(/remind: 5m/);
    expect(text.match(/secure:/g)).toHaveLength(2);
    expect(readFileSync(join(root, "Pulumi.test.yaml"), "utf8")).toBe(text);
    expect(printed.join("")).toMatch(
      /✓ vigil:receivers.slack is now vigil:channels.slack\n[^]*Nothing to move/,
    );
    expect(printed.join("")).not.toContain("hidden");
    const { home: last } = await mover();
    const get = ["config", "get", ...stackArgs(last), "--path", "vigil:channels.slack.url"];
    expect((await run("pulumi", get, { cwd: root, env })).trim()).toBe(
      "https://hooks.slack.com/services/hidden",
    );
  });
});
