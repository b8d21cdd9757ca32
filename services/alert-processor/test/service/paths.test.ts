import { pathProblem, reachOf, within } from "../../service/paths.ts";
import { addressProblem, among } from "../../service/proxy.ts";

describe("a path to be reached under", () => {
  const reach = reachOf("https://host:8443/ops/alerts/");

  it("is taken away from addresses that have it, and from no other", () => {
    expect(reach).toEqual({ origin: "https://host:8443", base: "/ops/alerts" });
    for (const [asked, meant] of [
      ["/ops/alerts", "/"],
      ["/ops/alerts/", "/"],
      ["/ops/alerts?a=b", "/?a=b"],
      ["/ops/alerts/v1/open?since=1", "/v1/open?since=1"],
      ["/ops/alertsmore/v1", "/ops/alertsmore/v1"],
      ["/v1/alerts", "/v1/alerts"],
      ["/", "/"],
    ] as const) {
      expect(within(reach, asked)).toBe(meant);
    }
    expect(within(reachOf("https://host"), "/ops")).toBe("/ops");
  });

  it.each([
    ["https://host", undefined],
    ["https://host/", undefined],
    ["https://host/a/b-c_d.e~f/", undefined],
    ["https://host/v1", "must not begin with /v1"],
    ["https://host/take/x", "must not begin with /take"],
    ["https://host/-/", "must not begin with /-"],
    ["https://host/a?b", "a host and a path only"],
    ["https://host/#a", "a host and a path only"],
    ["https://me:you@host/", "a host and a path only"],
    ["https://host/a%2Fb", "plain path"],
    ["https://host//evil.example/", "plain path"],
  ])("%s: %s", (url, problem) => {
    expect(pathProblem(url)?.includes(problem ?? "none")).toBe(
      problem === undefined ? undefined : true,
    );
  });
});

describe("where a proxy comes from", () => {
  it("is an address or a network, in either family", () => {
    const is = among(["10.1.2.3", "192.168.0.0/16", "2001:db8::/32"]);
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "192.168.9.9", "2001:db8::7"]) {
      expect(is(address)).toBe(true);
    }
    for (const address of ["10.1.2.4", "::ffff:10.1.2.4", "192.169.0.1", "2001:db9::7", "", "x"]) {
      expect(is(address)).toBe(false);
    }
  });

  it.each([
    ["10.0.0.0/8", undefined],
    ["::1", undefined],
    ["proxy.example.com", "neither an address nor a network"],
    ["10.0.0.0/33", "too long"],
    ["0.0.0.0/0", "covers every address"],
    ["::/0", "covers every address"],
  ])("%s: %s", (text, problem) => {
    expect(addressProblem(text)?.includes(problem ?? "none")).toBe(
      problem === undefined ? undefined : true,
    );
  });
});
