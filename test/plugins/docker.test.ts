import { hashSync } from "bcryptjs";
import Docker from "dockerode";
import { password } from "../docker/estate.ts";
import { buildTestImages, dockerProblem } from "../docker/images.ts";
import { throwAway } from "../kit/pki.ts";
import { TrialStack, lacksPlugin } from "./trial.ts";

const problem = lacksPlugin("docker", "5.2.0") ?? dockerProblem();
const title = `the official Docker plugin${problem ? ` (skipped: ${problem})` : ""}`;

(problem ? describe.skip : describe)(title, () => {
  const docker = new Docker();
  const name = `plugin${process.pid}`;
  const stack = new TrialStack();
  let write: (label: string) => void;

  beforeAll(async () => {
    await buildTestImages(docker);
    const peers = ["prometheus", "alertmanager", "blackbox", "host.docker.internal"];
    const identity = await throwAway(peers);
    const passwordHash = hashSync(password, 4);
    const hostPort = 30_000 + (process.pid % 10_000);
    write = (label) => {
      const given = { ...identity, passwordHash, hostPort, label };
      stack.write({ docker: { ...given, stack: name, ports: {} } });
    };
    write("first");
    await stack.init();
    await stack.succeed("up", "--yes", "--skip-preview");
  });

  afterAll(async () => {
    await stack.run("destroy", "--yes", "--skip-preview");
    for (const service of ["prometheus", "alertmanager"]) {
      await docker
        .getVolume(`vigil-${name}-${service}`)
        .remove()
        .catch(() => undefined);
    }
    stack.forget();
  });

  test("a second preview and a refresh find nothing to do", async () => {
    const unchanged = /^Resources:\n +\d+ unchanged$/m;
    expect(await stack.succeed("preview", "--expect-no-changes")).toMatch(unchanged);
    expect(
      await stack.succeed("refresh", "--yes", "--skip-preview", "--expect-no-changes"),
    ).toMatch(unchanged);
  });

  test("a changed file shows what changed and replaces what reads it, nothing else", async () => {
    write("second");
    const shown = await stack.succeed("preview", "--diff");
    expect(shown).toMatch(/-\s+"trial": "first"/);
    expect(shown).toMatch(/\+\s+"trial": "second"/);
    expect(shown).not.toContain(password);
    const output = await stack.succeed("up", "--yes", "--skip-preview");
    const replaced = [...output.matchAll(/\+\+ docker:index:Container (\S+) created/g)];
    // What lives on the loopback of Prometheus moves with it.
    expect(new Set(replaced.map((it) => it[1]))).toEqual(
      new Set(["prometheus-files", "prometheus", "lodger"]),
    );
  });

  test("what was stopped or removed by hand comes back", async () => {
    await docker.getContainer(`vigil-${name}-blackbox`).stop();
    await docker.getContainer(`vigil-${name}-alertmanager`).remove({ force: true });
    await stack.succeed("up", "--yes", "--skip-preview", "--refresh");
    for (const service of ["blackbox", "alertmanager"]) {
      const { State } = await docker.getContainer(`vigil-${name}-${service}`).inspect();
      expect(State.Running).toBe(true);
    }
  });

  test("down keeps the data, the next up takes it over", async () => {
    await shell("echo kept > /prometheus/mark");
    await stack.succeed("destroy", "--yes", "--skip-preview");
    await expect(docker.getContainer(`vigil-${name}-prometheus`).inspect()).rejects.toThrow(/404/);
    await stack.succeed("up", "--yes", "--skip-preview");
    expect(await shell("cat /prometheus/mark")).toBe("kept\r\n");
    await stack.succeed("preview", "--expect-no-changes");
  });

  /** Output of a command in Prometheus's container. */
  async function shell(command: string): Promise<string> {
    const container = docker.getContainer(`vigil-${name}-prometheus`);
    const exec = await container.exec({
      Cmd: ["sh", "-c", command],
      AttachStdout: true,
      Tty: true,
    });
    const chunks: Buffer[] = [];
    for await (const chunk of await exec.start({ Tty: true })) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }
});
