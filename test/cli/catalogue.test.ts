import { execFile } from "node:child_process";
import { join } from "node:path";
import { checkout } from "../kit/workshop.ts";

/** What `./vigil <args>` ends with. */
function vigil(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const options = { cwd: checkout, env: { ...process.env, NO_COLOR: "1" } };
    execFile(join(checkout, "vigil"), args, options, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, text: out + err });
    });
  });
}

describe("vigil mutate", () => {
  it("changes one alert in every way, and its tests notice", async () => {
    const { code, text } = await vigil("mutate", "HostMemoryLow");
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/\d+ mutants of 1 alerts, .* 100\.0 %/),
    ]);
  });

  it("names every alert it does not know, with the one that was meant", async () => {
    const { code, text } = await vigil("mutate", "TargetDwn", "HostDwn");
    expect(code).toBe(2);
    expect(text).toContain("TargetDwn is not an alert; did you mean TargetDown?");
    expect(text).toContain("HostDwn is not an alert; did you mean HostDown?");
  });
});

describe("vigil explain", () => {
  it("lists every alert by service, and marks what the stack loads", async () => {
    const { code, text } = await vigil("explain");
    expect([code, text]).toEqual([0, expect.stringMatching(/^✓ +host +HostDown +critical +/m)]);
    expect(text).toMatch(/^– +redis +RedisDown +critical +/m);
  });

  it("says what an alert means in a stack", async () => {
    const { code, text } = await vigil("explain", "HostMemoryLow");
    expect(code).toBe(0);
    expect(text).toMatch(/^Fires when +\(node_memory_MemAvailable_bytes/m);
    expect(text).toMatch(/^Silenced by [\s\S]*HostDown/m);
    expect(text).toMatch(/^Runbook +runbooks\/host\.md#hostmemorylow$/m);
    expect(text).toMatch(/^Mitigation\. /m);
  });

  it("asks back for a name or a stack that does not exist", async () => {
    expect(await vigil("explain", "HostMemoryLo")).toEqual({
      code: 1,
      text: expect.stringContaining("Did you mean HostMemoryLow?") as string,
    });
    expect(await vigil("explain", "HostDown", "--stack", "nope")).toEqual({
      code: 1,
      text: expect.stringMatching(/There is no stack nope[\s\S]*Stacks here: .*local/) as string,
    });
    // Without an alert's name, too: a list without marks would say that none is loaded anywhere.
    expect(await vigil("explain", "--stack", "nope")).toEqual({
      code: 1,
      text: expect.stringMatching(/There is no stack nope[\s\S]*Stacks here: .*local/) as string,
    });
  });
});

describe("vigil alerts-test", () => {
  it("wants to know which alert", async () => {
    const { code, text } = await vigil("alerts-test");
    expect([code, text]).toEqual([2, expect.stringContaining("Which alert?")]);
  });
});

describe("help", () => {
  it.each(["alerts-test", "explain", "mutate", "scorecard"])("of %s", async (command) => {
    const { code, text } = await vigil(command, "--help");
    expect([code, text]).toEqual([0, expect.stringContaining(`vigil ${command}`)]);
  });
});
