import { homedir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { throwAway } from "../kit/pki.ts";
import { buildTestImages, dockerProblem, testImage } from "../docker/images.ts";
import { createWorkspace, type Workspace } from "../e2e/workspace.ts";
import { type StandIn, startStandIn } from "./grafana-stand-in.ts";
import { lacksPlugin } from "./trial.ts";

jest.setTimeout(300_000);

const problem =
  lacksPlugin("docker", "5.2.0") ?? lacksPlugin("grafana", "2.38.0") ?? dockerProblem();
const real = process.env["GRAFANA_URL"];
const against = real ?? "a stand-in for Grafana, not Grafana";
const title = `the dev stack through the official plugins, its boards in ${against}`;

(problem ? describe.skip : describe)(`${title}${problem ? ` (skipped: ${problem})` : ""}`, () => {
  const docker = new Docker();
  const stack = `dev${process.pid}`;
  const login = { username: "admin", password: "stand-in" };
  const volumes = ["prometheus", "alertmanager"].map((name) => `vigil-${stack}-${name}`);
  let standIn: StandIn | undefined;
  let place: Workspace;

  const set = async (path: string, value: string, ...flags: string[]): Promise<void> => {
    const args = ["pulumi", "config", "set", ...flags, "--path", path];
    const { code, text } = await place.vigil(args, value);
    if (code !== 0) throw new Error(text);
  };
  const succeed = async (...args: string[]): Promise<string> => {
    const { code, text } = await place.vigil(args);
    if (code !== 0) throw new Error(text);
    return text;
  };

  beforeAll(async () => {
    await buildTestImages(docker);
    const { ca, server } = await throwAway([]);
    standIn = real === undefined ? await startStandIn({ ...login, tls: server }) : undefined;
    place = await createWorkspace(stack, {
      target: "docker",
      images: {
        alertmanager: testImage("alertmanager"),
        blackboxExporter: testImage("blackbox_exporter"),
        nodeExporter: testImage("node_exporter"),
        prometheus: testImage("prometheus"),
      },
      settings: "  vigil:cadvisor:\n    enabled: false\n",
      pulumiHome: process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi"),
    });
    await set("vigil:grafana.url", real ?? standIn?.url ?? "");
    const auth = process.env["GRAFANA_AUTH"] ?? `${login.username}:${login.password}`;
    await set("vigil:grafana.auth", auth, "--secret");
    if (standIn) await set("vigil:grafana.authority", ca);
    await set("vigil:receivers.webhook.url", "https://example.com/a-secret-path", "--secret");
  });

  afterAll(async () => {
    await place.vigil(["down", "--purge"]);
    await standIn?.close();
    place.remove();
  });

  it("comes up with one command, and every target is watched", async () => {
    expect(await succeed("up")).toContain(`Vigil watches ${stack}`);
    expect(await succeed("verify")).toContain("✓ All 4 targets answer their scrapes");
  });

  it("a second preview and a refresh are empty", async () => {
    const unchanged = /^Resources:\n +\d+ unchanged$/m;
    expect(await succeed("pulumi", "preview", "--expect-no-changes")).toMatch(unchanged);
    expect(
      await succeed("pulumi", "refresh", "--yes", "--skip-preview", "--expect-no-changes"),
    ).toMatch(unchanged);
  });

  const onStandIn = real === undefined ? it : it.skip;
  onStandIn("its content is in Grafana, and the stand-in knew every request", () => {
    if (!standIn) throw new Error("no stand-in");
    expect([...standIn.state.dashboards.keys()]).toEqual(["vigil-host"]);
    expect([...standIn.state.folders.keys()]).toEqual(["vigil"]);
    expect(standIn.state.dataSources.size).toBe(2);
    expect(standIn.state.contactPoints.size).toBe(1);
    expect(standIn.unknown).toEqual([]);
  });

  it("a changed interval shows in the preview and replaces Prometheus alone", async () => {
    await set("vigil:prometheus.scrapeInterval", "2s");
    const shown = await succeed("preview");
    expect(shown).toContain("scrape_interval: 2s");
    expect(shown).not.toContain("a-secret-path");
    const replaced = [
      ...(await succeed("up")).matchAll(/\+\+ +docker:index:Container (\S+) created/g),
    ];
    expect(new Set(replaced.map(([, name]) => name))).toEqual(
      new Set(["prometheus", "prometheus-files"]),
    );
  });

  it("down keeps the data, and the next up takes them over", async () => {
    await succeed("down");
    const left = await docker.listContainers({
      all: true,
      filters: { label: [`vigil.stack=${stack}`] },
    });
    expect(left).toEqual([]);
    for (const name of volumes) expect((await docker.getVolume(name).inspect()).Name).toBe(name);
    await succeed("up");
    expect(await succeed("verify")).not.toContain("✗");
    expect(await succeed("logs", "prometheus")).toContain("Server is ready");
  });

  it("a purge leaves nothing", async () => {
    expect(await succeed("down", "--purge")).toContain("the data is deleted");
    const { Volumes } = await docker.listVolumes({ filters: { label: [`vigil.stack=${stack}`] } });
    expect(Volumes).toEqual([]);
  });
});
