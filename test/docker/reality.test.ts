import Docker from "dockerode";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { quote } from "../../lib/command.ts";
import { stackContainers, stackHealth } from "../../cli/targets/docker/engine.ts";
import { containerProblems } from "../../cli/targets/docker/claims.ts";
import { groundClaims, groundProblems, madeElsewhere, unrecorded } from "../../cli/reality.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { temporary, write } from "../kit/workshop.ts";
import { buildTestImages, dockerProblem, testImage } from "./images.ts";

const problem = dockerProblem();
const title = `containers in a real engine${problem ? ` (skipped: ${problem})` : ""}`;

(problem ? describe.skip : describe)(title, () => {
  const docker = new Docker();
  const stack = `reality${process.pid}`;
  const physical = (name: string): string => `vigil-${stack}-${name}`;
  const image = testImage("node_exporter");

  /** Runs a line of the shell in a container of the stack. */
  async function run(
    name: string,
    line: string,
    more: Docker.ContainerCreateOptions = {},
  ): Promise<Docker.Container> {
    const made = await docker.createContainer({
      name: physical(name),
      Image: image,
      Entrypoint: ["sh", "-c", line],
      Labels: { "vigil.stack": stack },
      ...more,
    });
    await made.start();
    return made;
  }

  beforeAll(async () => {
    await buildTestImages(docker);
  });
  afterEach(async () => {
    const filters = { label: [`vigil.stack=${stack}`] };
    const found = await docker.listContainers({ all: true, filters });
    await Promise.all(found.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
  });

  it("are told by what is wrong with each, and by what fixes it", async () => {
    await run("well", "sleep 600");
    await run("ended", "exit 3");
    await run("crashing", "exit 4", { HostConfig: { RestartPolicy: { Name: "always" } } });
    await run("sick", "sleep 600", {
      Healthcheck: { Test: ["CMD", "false"], Interval: 1e8, Timeout: 1e9, Retries: 1 },
    });
    await (await run("paused", "sleep 600")).pause();
    await docker.createContainer({
      name: physical("well-files"),
      Image: image,
      Labels: { "vigil.stack": stack },
    });
    const ask = async (): Promise<string[]> =>
      containerProblems(await stackHealth(stack), [physical("well"), physical("gone")]);
    // Until the one has failed once, and between two attempts of what crashes.
    let told = await ask();
    while (told.length < 5 || told.some((one) => one.includes("crashing is not running"))) {
      await sleep(100);
      told = await ask();
    }
    expect(
      told.map((one) => one.replaceAll(stack, "x").replace(/\d+ restarts/, "# restarts")),
    ).toEqual([
      "Removed: vigil-x-gone; make up creates it again",
      "vigil-x-crashing keeps exiting (exit code 4, # restarts); docker logs vigil-x-crashing says why",
      "vigil-x-ended is not running (exit code 3); make up starts it",
      "vigil-x-paused is paused; docker unpause vigil-x-paused",
      "vigil-x-sick is running but unhealthy; docker logs vigil-x-sick says why",
    ]);
  });

  it("whose image is gone could not be started from it again", async () => {
    const reference = `vigil-test/gone:${process.pid}`;
    const [repo = "", tag = ""] = reference.split(":");
    await docker.getImage(image).tag({ repo, tag });
    await run("old", "sleep 600", { Image: reference });
    expect(containerProblems(await stackHealth(stack), [])).toEqual([]);
    await docker.getImage(reference).remove({ force: true });
    expect(containerProblems(await stackHealth(stack), [])).toEqual([
      `The image ${reference} of ${physical("old")} is gone; docker pull ${reference}`,
    ]);
  });

  it("of another clone are told with its folder, and neither taken over nor removed", async () => {
    const root = temporary();
    const home = { root, stack, own: true };
    const labels = (folder: string) => ({ "vigil.stack": stack, "vigil.folder": folder });
    const folder = join(temporary(), "it's ada's");
    mkdirSync(folder);
    await run("other", "sleep 600", { Labels: labels(folder) });
    const told = await unrecorded(home, "docker");
    expect(told?.message).toBe(
      `Stack ${stack} was put into containers from another folder, ${folder}`,
    );
    expect(told?.advice[0]).toBe(
      `To remove it there: cd ${quote(folder)} && STACK=${stack} make down`,
    );
    expect(await madeElsewhere(home, "docker")).toEqual(told);
    // Several checkouts may share a record that is kept elsewhere.
    expect(await madeElsewhere({ ...home, own: false }, "docker")).toBeUndefined();
    // A checkout that was moved has it in its record, and is no longer where it was.
    rmSync(folder, { recursive: true });
    const [made] = await stackContainers(stack);
    const resource = { type: "docker:index/container:Container", id: made?.id, inputs: {} };
    const recorded = write(temporary(), {
      [`.vigil/state/.pulumi/stacks/vigil/${stack}.json`]: JSON.stringify({
        checkpoint: { latest: { resources: [resource] } },
      }),
    });
    expect(await madeElsewhere({ ...home, root: recorded }, "docker")).toBeUndefined();
  });

  it("of a clone that was copied, record and all, are that clone's", async () => {
    const original = temporary();
    await run("other", "sleep 600", {
      Labels: { "vigil.stack": stack, "vigil.folder": original },
    });
    const [made] = await stackContainers(stack);
    const resource = { type: "docker:index/container:Container", id: made?.id, inputs: {} };
    const copy = write(temporary(), {
      [`.vigil/state/.pulumi/stacks/vigil/${stack}.json`]: JSON.stringify({
        checkpoint: { latest: { resources: [resource] } },
      }),
    });
    const told = await madeElsewhere({ own: true, root: copy, stack }, "docker");
    expect(told?.message).toContain(`from another folder, ${original}`);
  });

  it("of this folder that nothing is recorded of are its own: down removes them", async () => {
    const root = temporary();
    await run("mine", "sleep 600", { Labels: { "vigil.stack": stack, "vigil.folder": root } });
    const told = await unrecorded({ root, stack, own: true }, "docker");
    expect(told?.advice).toEqual([`STACK=${stack} make down removes them and keeps the data`]);
    expect(await madeElsewhere({ root, stack, own: true }, "docker")).toBeUndefined();
  });

  it("that were made are known from the record: status, verify and preview ask for them alike", async () => {
    const made = { type: "docker:index/container:Container", inputs: { name: physical("gone") } };
    const root = write(temporary(), {
      [`.vigil/state/.pulumi/stacks/vigil/${stack}.json`]: JSON.stringify({
        checkpoint: { latest: { resources: [made] } },
      }),
    });
    const told = `Removed: ${physical("gone")}; STACK=${stack} make up creates it again`;
    expect(await groundProblems(root, stack, "docker")).toEqual([told]);
    const [one] = groundClaims(root, stack, "docker");
    expect(await one?.ask()).toBe(told);
    expect(one?.claim).toBe("Every container is running and healthy");
  });
});

test("an engine that does not answer is a problem of the ground", async () => {
  const before = process.env["DOCKER_HOST"];
  process.env["DOCKER_HOST"] = "unix:///nowhere/docker.sock";
  try {
    expect(await groundProblems(temporary(), "x", "docker")).toEqual([
      expect.stringContaining("No Docker engine answers at unix:///nowhere/docker.sock"),
    ]);
  } finally {
    if (before === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = before;
  }
});
