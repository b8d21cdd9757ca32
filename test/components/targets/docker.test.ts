import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { alertmanager } from "../../../components/catalog/alertmanager.ts";
import { processor } from "../../../components/catalog/processor.ts";
import { prometheus } from "../../../components/catalog/prometheus.ts";
import { dockerTarget } from "../../../components/targets/docker/index.ts";
import type { DockerTargetConfig } from "../../../components/targets/docker/index.ts";
import type { Placed, Target, Workload } from "../../../components/targets/target.ts";
import { isSecret, plain, record } from "../../kit/record.ts";
import type { Recorded } from "../../kit/record.ts";

const config: DockerTargetConfig = { stack: "dev", host: "dev", publish: { redis: 19121 } };

// These tests need no engine: one behind a context is left to the provider to find.
beforeAll(() => {
  process.env["DOCKER_CONTEXT"] = "not asked";
});
afterAll(() => {
  delete process.env["DOCKER_CONTEXT"];
});

/** A workload with one open and one secret file; `change` says what is different. */
function workload(target: Target, change: Partial<Workload> = {}, name = "redis"): Workload {
  return {
    place: target.place({
      name,
      port: 9121,
      ...(change.sees && { sees: change.sees }),
      ...(change.beside !== undefined && { beside: change.beside }),
    }),
    binary: "redis_exporter",
    image: { reference: "registry.example/redis_exporter:v1", uid: 59000, gid: 59000 },
    args: ["--one", "--two=2"],
    env: { B: "2", A: "1" },
    files: { "web.yml": pulumi.secret("hash: hidden"), "open.yml": "open: true" },
    onChange: {},
    checks: [],
    port: 9121,
    health: {
      path: "/-/healthy",
      ca: "CA",
      access: { username: "vigil", password: pulumi.secret("hidden") },
      timeoutSeconds: 30,
    },
    memoryMegabytes: 64,
    sees: "itself",
    persistent: false,
    ...change,
  };
}

async function run(
  change: Partial<Workload> = {},
  before: Partial<Workload>[] = [],
): Promise<Record<string, Recorded>> {
  const recorded = await record(() => {
    const target = dockerTarget(config);
    const first = before.map((one, index) => workload(target, one, `before${index}`));
    const group = [...first, workload(target, change)].map((one) => ({ workload: one, opts: {} }));
    target.deploy(group as [Placed]);
  });
  return Object.fromEntries(recorded.map((it) => [it.name, it]));
}

const label = (name: string, value: string) => ({ label: name, value });

test("a workload becomes exactly this container", async () => {
  const { redis } = await run();
  expect(redis?.type).toBe("docker:index/container:Container");
  expect(redis?.inputs).toEqual({
    name: "vigil-dev-redis",
    image: "registry.example/redis_exporter:v1",
    command: ["--one", "--two=2"],
    envs: ["A=1", "B=2"],
    user: "59000:59000",
    groupAdds: ["0"],
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memory: 64,
    memorySwap: 64,
    volumes: [{ fromContainer: "redis-files-id:ro" }],
    mounts: [],
    tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m" },
    healthcheck: {
      tests: [
        "CMD-SHELL",
        "answer=$(wget -q -T 4 -O /dev/null --no-check-certificate https://127.0.0.1:9121/-/healthy 2>&1)" +
          ' || case "$? $answer" in "6 "*|*" 401 "*) ;; *) false ;; esac',
      ],
      interval: "3s",
      timeout: "5s",
      startPeriod: "30s",
      retries: 3,
    },
    wait: true,
    waitTimeout: 30,
    restart: "unless-stopped",
    mustRun: true,
    destroyGraceSeconds: 30,
    removeVolumes: true,
    logDriver: "json-file",
    logOpts: { "max-file": "3", "max-size": "10m" },
    labels: [
      label("vigil.files", "redis-files-id"),
      label("vigil.service", "redis"),
      label("vigil.stack", "dev"),
    ],
    hostname: "redis",
    networksAdvanced: [{ name: "vigil-dev", aliases: ["redis"] }],
    hosts: [{ host: "host.docker.internal", ip: "host-gateway" }],
    ports: [{ internal: 9121, external: 19121, ip: "127.0.0.1", protocol: "tcp" }],
  });
});

test("its files travel in a container that never runs, the secret ones out of sight", async () => {
  const { "redis-files": files } = await run();
  const inputs = files?.inputs ?? {};
  expect(plain(inputs)).toMatchObject({
    name: "vigil-dev-redis-files",
    start: false,
    mustRun: false,
    networkMode: "none",
    volumes: [{ containerPath: "/etc/vigil" }],
    command: ["open.yml\nopen: true"],
    uploads: [
      { file: "/etc/vigil/open.yml", permissions: "0440", content: "open: true" },
      { file: "/etc/vigil/web.yml", permissions: "0440", content: "hash: hidden" },
    ],
  });
  const { uploads, ...rest } = inputs;
  expect(JSON.stringify(rest)).not.toContain("hidden");
  expect(isSecret(uploads)).toBe(true);
});

test("its files say from which checkout they come, so that two clones are told apart", async () => {
  const labelled = await record(() => {
    const target = dockerTarget({ ...config, folder: "/home/ada/vigil" });
    target.deploy([{ workload: workload(target), opts: {} }]);
  });
  const labelsOf = (name: string) => labelled.find((one) => one.name === name)?.inputs["labels"];
  const folder = { label: "vigil.folder", value: "/home/ada/vigil" };
  expect(labelsOf("redis-files")).toContainEqual(folder);
  // A new label would make a new container.
  expect(labelsOf("redis")).not.toContainEqual(folder);
});

const variants: [string, Partial<Workload>, Record<string, unknown>][] = [
  [
    "what must survive gets a volume with a fixed name",
    { persistent: true },
    { mounts: [{ type: "volume", source: "vigil-dev-redis", target: "/var/lib/redis" }] },
  ],
  [
    "what sees the machine shares its network and processes, and reads its root",
    { sees: "host" },
    {
      networkMode: "host",
      pidMode: "host",
      cgroupnsMode: "host",
      mounts: [
        { type: "bind", source: "/", target: "/rootfs", readOnly: true },
        { type: "bind", source: "/sys", target: "/sys", readOnly: true },
      ],
      securityOpts: ["label=disable", "no-new-privileges:true"],
      ports: undefined,
      networksAdvanced: undefined,
    },
  ],
  [
    "an image's own entry point can be passed over",
    { image: { reference: "r", uid: 1, gid: 1, entrypoint: "/bin/x" } },
    { entrypoints: ["/bin/x"] },
  ],
  [
    "an image without a shell is not asked and not waited for",
    { image: { reference: "r", uid: 1, gid: 1, bare: true } },
    { healthcheck: expect.objectContaining({ tests: ["NONE"] }) as unknown, wait: false },
  ],
  ["without files nothing is carried", { files: {} }, { volumes: [] }],
];

test.each(variants)("%s", async (_, change, expected) => {
  const { redis } = await run(change);
  for (const [key, value] of Object.entries(expected)) expect(redis?.inputs[key]).toEqual(value);
});

test.each(variants)("%s, and still nothing it should not have", async (_, change) => {
  const { redis } = await run(change);
  expect(redis?.inputs).not.toHaveProperty("privileged");
  expect(redis?.inputs).not.toHaveProperty("devices");
  expect(redis?.inputs["capabilities"]).toEqual({ drops: ["ALL"] });
  expect(redis?.inputs["readOnly"]).toBe(true);
  expect(redis?.inputs["user"]).not.toMatch(/^0?(:|$)/);
  expect(JSON.stringify(redis?.inputs)).not.toContain("hidden");
  expect(JSON.stringify(redis?.inputs)).not.toContain("docker.sock");
});

test("a workload beside another shares its network and has no listener of its own", async () => {
  const { redis } = await run({ beside: "before0", files: {} }, [{}]);
  expect(redis?.inputs["networkMode"]).toBe("container:before0-id");
  expect(redis?.inputs).not.toHaveProperty("ports");
  const health = redis?.inputs["healthcheck"] as { tests: string[] };
  expect(health.tests[1]).toContain("http://127.0.0.1:9121/-/healthy");
  expect(health.tests[1]).toContain("https://127.0.0.1:9121/");
});

test("a neighbour that does not run yet is named", () => {
  const target = dockerTarget(config);
  expect(() =>
    target.deploy([{ workload: workload(target, { beside: "nobody" }), opts: {} }]),
  ).toThrow("redis shares the network of nobody, which must come before it in its group.");
});

test.each([
  ["promtool", prometheus],
  ["amtool", alertmanager],
])("a service whose image has %s asks with it, its login in a secret file", async (tool, of) => {
  const access = { username: "vigil", password: "hidden" };
  const plainly = { path: "/", ca: "CA", access, timeoutSeconds: 1 };
  const { redis, "redis-files": files } = await run({
    files: {},
    health: plainly,
    image: { ...of.image, reference: "registry.example/it:v1" },
  });
  const health = redis?.inputs["healthcheck"] as { tests: string[] };
  expect(health.tests.slice(0, 2)).toEqual(["CMD", tool]);
  expect(health.tests).toContain("--http.config.file=/etc/vigil/health-client.json");
  const uploads = files?.inputs["uploads"];
  expect(isSecret(uploads)).toBe(true);
  const client = (plain(uploads) as { file: string; content: string }[]).find(({ file }) =>
    file.endsWith("/health-client.json"),
  );
  expect(JSON.parse(client?.content ?? "")).toEqual({
    basic_auth: { username: "vigil", password: "hidden" },
    tls_config: { ca: "CA" },
  });
});

test.each([
  [9121, true],
  [9122, false],
])(
  "a listener that asks for certificates is looked at without connecting: %i",
  async (port, up) => {
    const access = { certificate: "own", key: pulumi.secret("hidden") };
    const health = { path: "/", ca: "CA", access, timeoutSeconds: 1 };
    const { redis } = await run({ files: {}, health });
    const { tests } = redis?.inputs["healthcheck"] as { tests: string[] };
    expect(tests[0]).toBe("CMD-SHELL");
    // As the kernel writes them: 9121 is 23A1; what is not in state 0A does not listen.
    const listing = [
      `   0: 00000000:${port.toString(16).toUpperCase()} 00000000:0000 0A 00000000:00000000`,
      "   1: 0100007F:C350 0100007F:23A1 01 00000000:00000000",
    ].join("\n");
    const folder = mkdtempSync(join(tmpdir(), "vigil-listing-"));
    writeFileSync(join(folder, "tcp"), listing);
    const script = tests[1]?.replaceAll("/proc/net", folder) ?? "";
    expect(spawnSync("sh", ["-c", script]).status).toBe(up ? 0 : 1);
    rmSync(folder, { recursive: true });
  },
);

test("the alert processor is asked by what its image has: Node", async () => {
  const image = { ...processor.image, reference: "registry.example/it:v1" };
  const { redis } = await run({ files: {}, image });
  const { tests } = redis?.inputs["healthcheck"] as { tests: string[] };
  const [kind, program, flag, script = ""] = tests;
  expect([kind, program, flag]).toEqual(["CMD", "node", "-e"]);
  expect(script).toContain("connect(9121");
  const nobody = spawnSync(process.execPath, ["-e", script.replace("9121", "1")]);
  expect(nobody.status).toBe(1);
});
