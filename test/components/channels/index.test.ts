import { readFileSync } from "node:fs";
import { join } from "node:path";
import { channelFields, channelKinds } from "../../../components/channels/index.ts";
import { parseConfig } from "../../kit/parse.ts";
import { root, stackConfig, trackedFiles } from "../../kit/harness.ts";

describe("a kind of channel", () => {
  const files = trackedFiles("components/channels/*.ts").map((file) =>
    file.replace(/^components\/channels\/|\.ts$/g, ""),
  );
  const kinds = files.filter((name) => !["channel", "index"].includes(name)).sort();
  const text = (file: string): string => readFileSync(join(root, file), "utf8");

  it("is one file and one line", () => {
    expect(channelKinds.map(({ name }) => name).sort()).toEqual(kinds);
    expect(Object.keys(channelFields).sort()).toEqual(kinds);
  });

  it.each([
    "components/render/processor-channels.ts",
    "components/render/processor.ts",
    "components/config/processor-schema.ts",
    "components/config/channel-addresses.ts",
    "components/config/contradictions.ts",
    "components/catalog/processor.ts",
  ])("is not named in %s", (file) => {
    const naming = new RegExp(`"(?:${kinds.join("|")})"`);
    expect(text(file)).not.toMatch(naming);
  });
});

describe("what contradicts a channel", () => {
  /** Path, reason and fix of each mistake in these settings. */
  function mistakes(processor: object, receivers: object = {}) {
    const { secretKeys, values } = stackConfig("local");
    const given = { processor: JSON.stringify(processor), receivers: JSON.stringify(receivers) };
    const { problems = [] } = parseConfig(
      {
        values: { ...values, ...given },
        secretKeys: new Set([...secretKeys, "processor", "receivers"]),
      },
      new Date(),
    );
    return problems;
  }

  it("is an escalation without a mail server", () => {
    expect(mistakes({ escalation: { to: "lead@example.com" } })).toMatchObject([
      {
        path: "vigil:processor.escalation",
        reason: "has no mail server: its mail would go over that of vigil:channels.email",
        fix: expect.stringContaining("'vigil:channels.email.smarthost'") as string,
      },
    ]);
  });

  it("is a service that calls the processor and cannot find it", () => {
    const webhookSecret = "a-secret-of-its-own";
    const pagerduty = { routingKey: "key", webhookSecret };
    const goalert = { url: "https://goalert.example.com", token: "token", webhookSecret };
    const found = mistakes({ pagerduty, goalert });
    expect(found.map(({ path }) => path)).toEqual(["vigil:processor.url"]);
    expect(found[0]?.reason).toMatch(/PagerDuty|GoAlert/);
    expect(mistakes({ pagerduty, goalert, url: "https://alerts.example.com" })).toEqual([]);
  });

  it("is a key of PagerDuty that Alertmanager has as well", () => {
    const pagerduty = { routingKey: "one-key" };
    expect(mistakes({ pagerduty }, { pagerduty })).toMatchObject([
      { path: "vigil:receivers.pagerduty" },
    ]);
    expect(mistakes({ pagerduty }, { pagerduty: { routingKey: "another" } })).toEqual([]);
  });
});
