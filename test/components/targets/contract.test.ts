import * as pulumi from "@pulumi/pulumi";
import { dockerTarget } from "../../../components/targets/docker/index.ts";
import { localTarget } from "../../../components/targets/local/index.ts";
import { kubernetesGround } from "../../../components/targets/kubernetes/place.ts";
import type { Ground, Place, Site, Target, Workload } from "../../../components/targets/target.ts";
import { isSecret, plain, record, type Recorded, stackConfig } from "../../kit/harness.ts";

/** Each target: how it is made, and the one resource of a workload that runs it. A new target is one entry. */
const targets: readonly [string, () => Target, string][] = [
  ["local", () => localTarget("contract"), "vigil:index:Process"],
  [
    "docker",
    () => dockerTarget({ stack: "contract", host: "machine" }),
    "docker:index/container:Container",
  ],
];

/** Where things stand in targets that are planned but not yet deployed to. */
const grounds: readonly (readonly [string, () => Ground])[] = [
  ...targets.map(([kind, make]) => [kind, make] as const),
  ["kubernetes", () => kubernetesGround("contract", "machine")],
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
const workloads: readonly [string, Omit<Site, "name" | "port">, (place: Place) => Workload][] = [
  ["plain", {}, base],
  ["for people", { forPeople: true }, base],
  ["that keeps data", {}, (place) => ({ ...base(place), persistent: true })],
  ["that sees the host", { sees: "host" }, (place) => ({ ...base(place), sees: "host" })],
  [
    "that sees the host, keeps data and is told more",
    { sees: "host", data: "/var/lib/elsewhere" },
    (place) => ({
      ...base(place),
      sees: "host",
      persistent: true,
      env: { MODE: "test", MORE: "of it" },
      args: [...base(place).args, `--data=${place.data}`, "--its-own=with a blank"],
    }),
  ],
  ["with files to be proven", {}, (place) => ({ ...base(place), checks: [check] })],
  ["without files", {}, (place) => ({ ...base(place), files: {}, onChange: {} })],
];

const table = targets.flatMap(([kind, make, type]) =>
  workloads.map(([what, site, workload]) => ({ kind, make, type, what, site, workload })),
);

/** A value as it would be stored, what is secret left out. */
function open(value: unknown): unknown {
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map(open);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, open(inner)]));
}

describe.each(table)("a workload $what on $kind", ({ make, site, type, workload }) => {
  let given: Workload;
  let place: Place;
  let all: readonly Recorded[];
  let runs: Recorded;

  beforeAll(async () => {
    process.env["DOCKER_CONTEXT"] = "an engine that is not asked";
    const { find, resources } = await record("contract", stackConfig("local"), () => {
      const target = make();
      place = target.place({ name: "thing", port: 9090, ...site });
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

  it("gets its environment", () => {
    const text = JSON.stringify(plain(runs.inputs));
    for (const [name, value] of Object.entries(given.env)) {
      expect([`"${name}":"${value}"`, `"${name}=${value}"`].some((one) => text.includes(one))).toBe(
        true,
      );
    }
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
});

describe.each(targets)("a sidecar on %s", (_kind, make, type) => {
  it("runs with its arguments and listens on the loopback of what it stands beside", async () => {
    process.env["DOCKER_CONTEXT"] = "an engine that is not asked";
    let side: Workload | undefined;
    const { find } = await record("contract", stackConfig("local"), () => {
      const target = make();
      const main = base(target.place({ name: "thing", port: 9090 }));
      const place = target.place({ name: "side", port: 9091, beside: "thing" });
      side = { ...base(place), port: 9091, beside: "thing" };
      target.deploy([
        { workload: main, opts: {} },
        { workload: side, opts: {} },
      ]);
    });
    delete process.env["DOCKER_CONTEXT"];
    const inputs = plain(find(type, "side").inputs) as { args?: string[]; command?: string[] };
    expect(inputs.args ?? inputs.command).toEqual(side?.args);
    expect(side?.place.address).toBe("127.0.0.1:9091");
    expect(side?.place.listen).toBe("127.0.0.1:9091");
  });
});

const sites: readonly Omit<Site, "name" | "port">[] = [
  {},
  { forPeople: true },
  { sees: "host" },
  { sees: "host", data: "/var/lib/elsewhere" },
  { beside: "other" },
];

describe.each(grounds.flatMap(([kind, make]) => sites.map((site) => ({ kind, make, site }))))(
  "a place on $kind for $site",
  ({ make, site }) => {
    const place = make().place({ name: "thing", port: 9090, ...site });

    it("is one that its peers, its certificate and its user agree on", () => {
      const host = place.address.slice(0, place.address.lastIndexOf(":"));
      const names = [...place.subjects.dnsNames, ...place.subjects.ipAddresses];
      expect(names).toContain(host);
      // What nobody opens has no address for people.
      const { hostname, protocol } = new URL(place.url ?? `https://${host}`);
      expect(protocol).toBe("https:");
      expect(names).toContain(hostname);
    });

    it("has absolute folders", () => {
      expect(place.config).toMatch(/^\//);
      expect(place.data).toMatch(/^\//);
    });

    it("is the same whenever asked", () => {
      expect(make().place({ name: "thing", port: 9090, ...site })).toEqual(place);
    });
  },
);
