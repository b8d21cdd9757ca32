import { parseConfig } from "../../kit/parse.ts";
import { stackConfig } from "../../kit/harness.ts";

/** Path and fix of each mistake in these settings of the processor. */
function mistakes(processor: Record<string, unknown>): readonly (readonly [string, string])[] {
  const { secretKeys, values } = stackConfig("local");
  const { problems = [] } = parseConfig(
    {
      values: { ...values, processor: JSON.stringify(processor) },
      secretKeys: new Set([...secretKeys, "processor"]),
    },
    new Date(),
  );
  for (const { reason } of problems) expect(reason).not.toMatch(/127|localhost|hidden/);
  return problems.map(({ fix, path }) => [path, fix] as const);
}

describe("an address that the processor would refuse when it starts", () => {
  it.each(["127.0.0.1", "127.1.2.3", "10.1.1.1", "192.168.0.1", "[::1]", "[fd00::1]", "localhost"])(
    "is refused before: %s",
    (host) => {
      const url = `https://${host}:8443/hidden`;
      for (const name of ["slack", "discord", "msteams", "googlechat"]) {
        const found = mistakes({ [name]: { url } });
        expect(found.map(([path]) => path)).toEqual([`vigil:processor.${name}.url`]);
      }
      for (const name of ["webhook", "heartbeat"]) {
        const [[path, fix] = []] = mistakes({ [name]: { url } });
        expect(path).toBe(`vigil:processor.${name}.url`);
        expect(fix).toContain(`'vigil:processor.${name}.private' true`);
        expect(mistakes({ [name]: { url, private: true } })).toEqual([]);
      }
    },
  );

  it("has TLS", () => {
    expect(mistakes({ slack: { url: "http://hooks.example.com/hidden" } })).toHaveLength(1);
    const webhook = { url: "http://127.0.0.1:9/hidden", private: true };
    expect(mistakes({ webhook }).map(([path]) => path)).toEqual(["vigil:processor.webhook.url"]);
  });

  it("is not one of the world", () => {
    const url = "https://hooks.example.com/hidden";
    expect(mistakes({ slack: { url }, webhook: { url }, heartbeat: { url } })).toEqual([]);
  });
});
