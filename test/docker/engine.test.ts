import { hashSync } from "bcryptjs";
import Docker from "dockerode";
import { get } from "node:https";
import { dockerTarget } from "../../components/targets/docker/index.ts";
import { deploy, estate, password, username } from "./estate.ts";
import { leaveNetwork, takeNetwork } from "../kit/network.ts";
import { buildTestImages, dockerProblem } from "./images.ts";
import { throwAway } from "../kit/pki.ts";
import { record } from "../kit/record.ts";
import { recreate } from "./recreate.ts";
import type { Recreated } from "./recreate.ts";

const problem = dockerProblem();
const title = `containers in a real engine${problem ? ` (skipped: ${problem})` : ""}`;

(problem ? describe.skip : describe)(title, () => {
  const docker = new Docker();
  const stack = `test${process.pid}`;
  let made: Recreated;
  let ca: string;

  takeNetwork("containers");
  beforeAll(async () => {
    await buildTestImages(docker);
    const names = ["prometheus", "alertmanager", "blackbox", "host.docker.internal"];
    const identity = await throwAway(names);
    ca = identity.ca;
    const hostPort = 12_000 + (process.pid % 4_000);
    const given = { ...identity, hostPort, passwordHash: hashSync(password, 4) };
    const recorded = await record(() => {
      const publish = { prometheus: 9090, alertmanager: 9093 };
      const target = dockerTarget({ stack, host: "here", publish });
      deploy(target, estate(target, given));
    });
    made = await recreate(recorded, docker);
    await made.healthy();
  });

  afterAll(async () => {
    await (made as Recreated | undefined)?.remove();
  });
  leaveNetwork();

  const all = ["prometheus", "alertmanager", "blackbox", "node", "lodger"];
  const withFiles = all.slice(0, 4);

  test.each(all)("%s runs without rights it does not need", async (name) => {
    const status = await shell(name, "cat /proc/self/status /proc/1/status");
    // Every line of the check: the process of the check and, but where the list of processes is the
    // machine's, the program itself.
    const values = (key: string) =>
      [...status.matchAll(new RegExp(`^${key}:\\s*(.*)$`, "gm"))].map((match) => match[1]);
    const own = name === "node" ? [0] : [0, 1];
    for (const index of own) {
      expect(values("Uid")[index]).toBe("65534\t65534\t65534\t65534");
      expect(values("CapEff")[index]).toBe("0000000000000000");
      expect(values("CapBnd")[index]).toBe("0000000000000000");
      expect(values("NoNewPrivs")[index]).toBe("1");
    }
  });

  test.each(withFiles)(
    "%s can read its files and change neither them nor its root",
    async (name) => {
      expect(await shell(name, "cat /etc/vigil/web.json")).toContain("tls_server_config");
      expect(await shell(name, "touch /etc/vigil/web.json 2>&1; touch /etc/vigil/x 2>&1")).toMatch(
        /Read-only file system\s+.*Read-only file system/,
      );
      expect(await shell(name, "touch /x /etc/x /usr/x 2>&1")).toMatch(/Read-only file system/);
      expect(await shell(name, "ls -ln /etc/vigil/server.key")).toMatch(/^-r--r----- +1 0 +0 /);
      expect(await shell(name, "touch /tmp/x && echo written")).toBe("written\n");
    },
  );

  test.each(all)("%s is held to its memory, its log is rotated", async (name) => {
    const { HostConfig } = await container(name).inspect();
    expect(HostConfig.Memory).toBe(256 * 1024 * 1024);
    expect(HostConfig.MemorySwap).toBe(HostConfig.Memory);
    expect(HostConfig.LogConfig).toEqual({
      Type: "json-file",
      Config: { "max-file": "3", "max-size": "10m" },
    });
  });

  test.each(all)("nothing secret shows when %s is inspected", async (name) => {
    const shown = JSON.stringify(await container(name).inspect());
    expect(shown).not.toContain(password);
    expect(shown).not.toContain("PRIVATE KEY");
  });

  test.each([
    ["prometheus", 9090, "/-/ready"],
    ["alertmanager", 9093, "/-/ready"],
  ])("%s answers over TLS to a login only, on the loopback only", async (name, port, path) => {
    const { NetworkSettings } = await container(name).inspect();
    const [published] = NetworkSettings.Ports[`${port}/tcp`] ?? [];
    expect(published?.HostIp).toBe("127.0.0.1");
    const url = `https://localhost:${published?.HostPort ?? ""}${path}`;
    expect(await status(url, ca)).toBe(401);
    expect(await status(url, ca, `${username}:${password}`)).toBe(200);
    await expect(status(url, "")).rejects.toThrow(/certificate/);
  });

  test("Prometheus reaches its peers: on the network, on the machine, on its own loopback", async () => {
    expect(await scraped()).toEqual(["blackbox 1", "lodger 1", "node 1"]);
  });

  test("data outlives a restart", async () => {
    expect(await shell("prometheus", "echo kept > /prometheus/mark; ls /prometheus")).toMatch(
      /wal/,
    );
    await container("prometheus").restart();
    await made.healthy();
    expect(await shell("prometheus", "cat /prometheus/mark")).toBe("kept\n");
  });

  test("what lives on Prometheus's loopback finds it again after a restart", async () => {
    // Until it does, Prometheus shows what it scraped before, and the engine what it was told before.
    await until("restart", async () => (await container("lodger").inspect()).RestartCount > 0);
    await made.healthy();
    expect(await scraped()).toEqual(["blackbox 1", "lodger 1", "node 1"]);
  });

  // The engine starts once what has ended: where Prometheus does not run then, it never tries again.
  test("what lives on Prometheus's loopback outlives a long stop of it", async () => {
    const ends = async () => (await container("lodger").inspect()).RestartCount;
    const before = await ends();
    await container("prometheus").stop();
    const health = async () => (await container("lodger").inspect()).State.Health?.Status;
    await until("notice that it is alone", async () => (await health()) === "unhealthy");
    expect(await ends()).toBe(before);
    await container("prometheus").start();
    await made.healthy();
    expect(await scraped()).toEqual(["blackbox 1", "lodger 1", "node 1"]);
    expect(await ends()).toBe(before + 1);
  });

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error(`The lodger did not ${what}.`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Targets as Prometheus sees them once all are up, or after a while. */
  async function scraped(): Promise<string[]> {
    const client = "--http.config.file=/etc/vigil/health-client.json";
    const deadline = Date.now() + 30_000;
    for (;;) {
      const query = `promtool query instant ${client} https://127.0.0.1:9090 up`;
      const answer = await shell("prometheus", query);
      const found = [...answer.matchAll(/job="(\w+)".*=> (\d)/g)];
      const seen = found.map(([, job, value]) => `${job ?? ""} ${value ?? ""}`).sort();
      if (seen.length === 3 && seen.every((it) => it.endsWith("1"))) return seen;
      if (Date.now() > deadline) return seen;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  function container(name: string): Docker.Container {
    const found = made.containers.get(name);
    if (found === undefined) throw new Error(`No container ${name}.`);
    return found;
  }

  /** Output of a command inside a container. */
  async function shell(name: string, command: string): Promise<string> {
    const exec = await container(name).exec({
      Cmd: ["sh", "-c", command],
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
    });
    const stream = await exec.start({ Tty: true });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString().replaceAll("\r\n", "\n");
  }
});

/** Status of the answer to a request that trusts `ca` only. */
function status(url: string, ca: string, auth?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ca, ...(auth === undefined ? {} : { auth }) }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on("error", reject);
  });
}
