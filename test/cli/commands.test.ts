import { mkdirSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import * as doctor from "../../cli/commands/doctor.ts";
import * as tools from "../../cli/commands/tools.ts";
import { ToolError } from "../../lib/errors.ts";
import { checkout } from "../../lib/checkout.ts";
import { examine } from "../../cli/examine.ts";
import { askDocker } from "../../cli/targets/docker/engine.ts";
import { findPlugins } from "../../tools/installed-plugins.ts";
import { later, program, temporary, tinyTool, workshop, write } from "../kit/workshop.ts";

/** What is written to standard output while a command runs. */
async function printed(command: () => Promise<number>): Promise<{ code: number; text: string }> {
  let text = "";
  const write = jest.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += chunk.toString();
    return true;
  });
  later(() => {
    write.mockRestore();
  });
  return { code: await command(), text };
}

/** A Docker engine, as far as it is asked here, on a socket of its own. */
async function engine(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  const socket = join(temporary(), "docker.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  later(() => server.close());
  return `unix://${socket}`;
}

const checkoutWith = () => write(temporary(), { "package-lock.json": '{"packages":{}}' });

describe("vigil doctor", () => {
  test("shows what is here, what would be fetched, and what to do", async () => {
    const docker = await engine((_, response) => response.end('{"Version":"20.10"}'));
    const root = checkoutWith();
    const bin = write(temporary(), {
      process: "",
      node_exporter: program("node_exporter, version 1.11.1"),
    });
    const home = temporary();
    mkdirSync(join(home, "plugins/resource-docker-v5.2.0"), { recursive: true });
    const cache = join(temporary(), "not/there/yet");
    const env = { PATH: bin, DOCKER_HOST: docker, PULUMI_HOME: home, VIGIL_CACHE: cache };
    const { code, text } = await printed(() => doctor.run([], root, env));
    expect(code).toBe(0);
    expect(text).toMatch(/^✓ +node_exporter +1\.11\.1 +PATH$/m);
    expect(text).toMatch(
      /^– +pulumi +3\.\S+ +would be fetched from: release archive from github.com, else/m,
    );
    expect(text).toMatch(/^– +grafana +\S+ +optional; .*\(PATH: no grafana\)$/m);
    expect(text).toMatch(/^✓ +Docker engine +20\.10 at unix:/m);
    expect(text).toMatch(/^✓ +plugin docker +5\.2\.0$/m);
    expect(text).toMatch(/^– +plugin grafana +not installed; .*pulumiverse$/m);
    expect(text).toMatch(/^– +npm packages +to be installed$/m);
    expect(text).toMatch(/grafana: Let this machine reach/);
    const json = await printed(() => doctor.run(["--json"], root, env));
    expect(JSON.parse(json.text)).toMatchObject({
      cache: { folder: cache, exists: false },
      dependencies: "to be installed",
      docker: { version: "20.10" },
    });
  });

  test("a needed tool no place has is an error with what to do", async () => {
    const shop = workshop({ root: checkoutWith() });
    const nowhere = {
      name: "tiny",
      version: "1.2.3",
      binaries: ["tiny"],
      accepts: { from: "1" },
      advice: "Install tiny.",
    };
    const report = await examine(shop, [nowhere, tinyTool("http://a.example")]);
    expect(report.tools.map(({ state }) => state)).toEqual(["missing", "obtainable"]);
    const page = doctor.show(report);
    expect(page).toMatch(/^✗ +tiny +1.2.3 +not available anywhere \(PATH: no tiny\)$/m);
    expect(page).toContain("tiny: Install tiny.");
    expect(doctor.show({ ...report, otherUsers: [] })).not.toContain("other users");
    expect(doctor.show({ ...report, otherUsers: ["ada", "grace"] })).toMatch(
      /^– +other users +ada, grace can reach the engine's ports while it runs/m,
    );
  });

  test("says how many alerts can fire in the stack, and which command names the others", async () => {
    const [[mark, what, text = ""] = []] = await doctor.alertsRow(checkout, "local");
    expect([mark, what]).toEqual(["–", "alerts"]);
    const [, loaded, all, others] = /loads (\d+) of (\d+); the other (\d+) can/.exec(text) ?? [];
    expect(Number(loaded) + Number(others)).toBe(Number(all));
    expect(Number(loaded)).toBeGreaterThan(100);
    expect(text).toContain("make reach");
    expect(await doctor.alertsRow(checkout, "nope")).toEqual([]);
  });

  test("--help explains it", async () => {
    expect((await printed(() => doctor.run(["--help"], "/nowhere"))).text).toContain(
      "vigil doctor [--json]",
    );
  });
});

describe("vigil tools", () => {
  const tool = tinyTool("http://a.example");
  const ensured = {
    binFolder: "/c/.vigil/bin",
    found: [{ tool, version: "1.2.4", origin: "PATH", binaries: {} }],
    missing: [new ToolError("grafana", [{ place: "PATH", reason: "no grafana" }], [])],
  };

  test("gets everything, asking again for what was absent, and shows where each is from", async () => {
    const asked: unknown[] = [];
    const ensure: Parameters<typeof tools.run>[2] = (names, options) => {
      asked.push(names, options);
      return Promise.resolve(ensured);
    };
    const { code, text } = await printed(() => tools.run([], "/c", ensure));
    expect(code).toBe(0);
    expect(asked).toEqual([undefined, { root: "/c", again: true }]);
    expect(text).toBe(
      "✓  tiny     1.2.4  PATH\n–  grafana         not available: PATH: no grafana\n\n/c/.vigil/bin\n",
    );
    expect((await printed(() => tools.run(["-h"], "/c", ensure))).text).toContain(
      "vigil tools [--anew]\n",
    );
  });
});

describe("a Docker engine", () => {
  test("that answers otherwise, or with nonsense, or not at all, is not one", async () => {
    const closed = await engine((_, response) => response.writeHead(403).end());
    expect(await askDocker({ DOCKER_HOST: closed })).toEqual({
      at: closed,
      reason: "it answered 403",
    });
    const odd = await engine((_, response) => response.end("<html>"));
    expect(await askDocker({ DOCKER_HOST: odd })).toHaveProperty("reason");
    expect(await askDocker({ DOCKER_HOST: "unix:///nowhere" })).toMatchObject({
      reason: expect.stringContaining("ENOENT") as string,
    });
    expect(await askDocker({ DOCKER_HOST: "ssh://host" })).toMatchObject({
      reason: "ssh: is not supported here",
    });
    expect(await askDocker({})).toHaveProperty("at");
  });

  test("may be on another machine", async () => {
    const server = createServer((_, response) => response.end('{"Version":"29"}'));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    later(() => server.close());
    const { port } = server.address() as AddressInfo;
    expect(await askDocker({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })).toMatchObject({
      version: "29",
    });
  });
});

test("plugins are listed oldest first, without those half-way there", async () => {
  const home = temporary();
  for (const name of [
    "docker-v10.0.0",
    "docker-v9.1.0",
    "docker-v11.0.0",
    "docker-v11.0.0.partial",
    "docker-v9.1.0.lock",
  ]) {
    mkdirSync(join(home, "plugins", `resource-${name}`), { recursive: true });
  }
  expect(await findPlugins(["docker", "grafana"], { PULUMI_HOME: home })).toEqual([
    { name: "docker", versions: ["9.1.0", "10.0.0"] },
    { name: "grafana", versions: [] },
  ]);
});

test("a plugin of another version than the program needs is not enough, and the command names it", async () => {
  const root = write(temporary(), {
    "package.json": '{"dependencies":{"@pulumi/docker":"5.2.0"}}',
    "package-lock.json": '{"packages":{}}',
  });
  const home = temporary();
  mkdirSync(join(home, "plugins/resource-docker-v4.9.0"), { recursive: true });
  const shop = workshop({ root, env: { PATH: "/nowhere", PULUMI_HOME: home } });
  expect(doctor.show(await examine(shop, []))).toMatch(
    /^– +plugin docker +only 4\.9\.0; \.\/vigil pulumi plugin install resource docker 5\.2\.0$/m,
  );
});
