import { dockerTarget } from "../../../components/targets/docker/index.ts";
import type { Workload } from "../../../components/targets/target.ts";

describe("places", () => {
  const target = dockerTarget({ stack: "dev", host: "dev" });

  test("only what people open is published, on the loopback", () => {
    expect(target.place({ name: "prometheus", port: 9090, forPeople: true }).url).toBe(
      "https://127.0.0.1:9090",
    );
    expect(target.place({ name: "processor", port: 9095, forPeople: true }).url).toBe(
      "https://127.0.0.1:9095",
    );
    expect(target.place({ name: "blackbox", port: 9115 }).url).toBeUndefined();
  });

  test("peers use the name on the estate's network, or the machine's gateway", () => {
    expect(target.place({ name: "blackbox", port: 9115 }).address).toBe("blackbox:9115");
    expect(target.place({ name: "node", port: 9100, sees: "host" }).address).toBe(
      "host.docker.internal:9100",
    );
    expect(
      target.place({ name: "cadvisor", port: 8080, sees: "host", beside: "prometheus" }),
    ).toMatchObject({
      listen: "127.0.0.1:8080",
      address: "127.0.0.1:8080",
    });
  });

  test("a certificate covers every name a place is reached by", () => {
    const { subjects } = target.place({ name: "node", port: 9100, sees: "host" });
    expect(subjects.dnsNames).toContain("host.docker.internal");
    expect(target.place({ name: "grafana", port: 3000, forPeople: true }).subjects).toEqual({
      dnsNames: ["grafana", "vigil-dev-grafana", "localhost"],
      ipAddresses: ["127.0.0.1"],
    });
  });
});

test("an engine that does not answer is named, with what to do", () => {
  const target = dockerTarget({ stack: "dev", host: "dev", engine: "unix:///nowhere/docker.sock" });
  expect(target.lacks("prometheus")).toMatch(
    /^no Docker engine answers at unix:\/\/\/nowhere\/docker.sock \(ENOENT\)\. Start Docker, or set/,
  );
});

test("nothing is registered while no engine answers", () => {
  const target = dockerTarget({ stack: "dev", host: "dev", engine: "unix:///nowhere/docker.sock" });
  expect(() => target.deploy([{ workload: {} as Workload, opts: {} }])).toThrow(
    /^The estate cannot run in containers/,
  );
});
