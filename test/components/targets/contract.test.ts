import * as pulumi from "@pulumi/pulumi";
import { dockerTarget } from "../../../components/targets/docker/index.ts";
import { localTarget } from "../../../components/targets/local/index.ts";
import type { Place, Target, Workload } from "../../../components/targets/target.ts";
import { isSecret, plain, record, type Recorded, stackConfig } from "../../kit/harness.ts";

/** Each target: how it is made, and the one resource of a workload that runs it. */
const targets: readonly [string, () => Target, string][] = [
  ["local", () => localTarget("contract"), "vigil:index:Process"],
  [
    "docker",
    () => dockerTarget({ stack: "contract", host: "machine" }),
    "docker:index/container:Container",
  ],
];

const base = (place: Place): Workload => ({
  place,
  binary: "prometheus",
  image: { reference: "example.com/prometheus:v1", uid: 65534, gid: 65534 },
  args: [`--config.file=${place.config}/a.yml`, `--listen=${place.listen}`],
  env: { MODE: "test" },
  files: { "a.yml": "open: text", "b/secret": pulumi.secret("closed text") },
  onChange: { "a.yml": "reload" },
  checks: [],
  port: 9090,
  health: {
    path: "/-/ready",
    ca: "ca",
    access: { username: "u", password: pulumi.secret("closed password") },
    timeoutSeconds: 9,
  },
  memoryMegabytes: 64,
  sees: "itself",
  persistent: false,
});

const check = { binary: "amtool", args: ["check-config", "a.yml"] };
const workloads: readonly [string, (place: Place) => Workload][] = [
  ["plain", base],
  ["that keeps data", (place) => ({ ...base(place), persistent: true })],
  ["that sees the host", (place) => ({ ...base(place), sees: "host" })],
  ["with files to be proven", (place) => ({ ...base(place), checks: [check] })],
  ["without files", (place) => ({ ...base(place), files: {}, onChange: {} })],
];

const table = targets.flatMap(([kind, make, type]) =>
  workloads.map(([what, workload]) => ({ kind, make, type, what, workload })),
);

/** A value as it would be stored, what is secret left out. */
function open(value: unknown): unknown {
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map(open);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, open(inner)]));
}

describe.each(table)("a workload $what on $kind", ({ make, type, workload }) => {
  let given: Workload;
  let place: Place;
  let all: readonly Recorded[];
  let runs: Recorded;

  beforeAll(async () => {
    process.env["DOCKER_CONTEXT"] = "an engine that is not asked";
    const { find, resources } = await record("contract", stackConfig("local"), () => {
      const target = make();
      const { sees } = workload(target.place({ name: "thing", port: 9090 }));
      place = target.place({ name: "thing", port: 9090, sees });
      given = workload(place);
      expect(target.deploy([{ workload: given, opts: {} }]).resources.length).toBeGreaterThan(0);
    });
    delete process.env["DOCKER_CONTEXT"];
    all = resources;
    runs = find(type, "thing");
  });

  it("gets its arguments as they are", () => {
    const inputs = plain(runs.inputs) as { args?: string[]; command?: string[] };
    expect(inputs.args ?? inputs.command).toEqual(given.args);
  });

  it("gets every file", () => {
    const text = JSON.stringify(plain(all.map(({ inputs }) => inputs)));
    for (const path of Object.keys(given.files)) expect(text).toContain(path);
    expect(text.includes("closed text")).toBe("b/secret" in given.files);
  });

  it("shows no secret", () => {
    const text = JSON.stringify(open(all.map(({ inputs }) => inputs)));
    expect(text).not.toContain("closed text");
    expect(text).not.toContain("closed password");
  });

  it("has its files proven before they are used, where there is something to prove", () => {
    const text = JSON.stringify(all.map(({ inputs }) => inputs));
    expect(text.includes("check-config")).toBe(given.checks.length > 0);
  });

  it("stands at a place that its peers, its certificate and its user agree on", () => {
    const host = place.address.slice(0, place.address.lastIndexOf(":"));
    expect([...place.subjects.dnsNames, ...place.subjects.ipAddresses]).toContain(host);
    // What nobody opens has no address for people.
    const { hostname, protocol } = new URL(place.url ?? `https://${host}`);
    expect(protocol).toBe("https:");
    expect([...place.subjects.dnsNames, ...place.subjects.ipAddresses]).toContain(hostname);
  });

  it("stands at the same place whenever asked", () => {
    expect(make().place({ name: "thing", port: 9090, sees: given.sees })).toEqual(place);
  });
});
