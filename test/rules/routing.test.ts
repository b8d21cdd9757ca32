import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { parse } from "yaml";
import { renderAlertmanager, type Receivers } from "../../rules/lib/alertmanager.ts";
import { inspect, withFiles } from "../tools.ts";

const all = {
  webhook: { urlFile: "/run/webhook" },
  email: {
    to: "oncall@example.com",
    from: "vigil@example.com",
    smarthost: "smtp.example.com:587",
    username: "vigil",
    passwordFile: "/run/password",
  },
  slack: { channel: "#alerts", urlFile: "/run/slack" },
} satisfies Receivers;

const subsets: Receivers[] = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
  ...(bits & 1 ? { webhook: all.webhook } : {}),
  ...(bits & 2 ? { email: all.email } : {}),
  ...(bits & 4 ? { slack: all.slack } : {}),
}));

const named = subsets.map((one) => [Object.keys(one).join("+") || "none", one] as const);

/** Receiver of an alert with these labels, asked of the real amtool. */
function receiverOf(config: string, labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return withFiles({ "alertmanager.yml": config }, (cwd) =>
    execFileSync(
      "amtool",
      ["config", "routes", "test", "--config.file=alertmanager.yml", ...pairs],
      {
        cwd,
        encoding: "utf8",
      },
    ).trim(),
  );
}

describe.each(named)("alertmanager.yml with %s", (_name, receivers) => {
  const text = renderAlertmanager(receivers);
  it("is accepted by amtool", () => {
    expect(
      inspect({ "alertmanager.yml": text }, "amtool", "check-config", "alertmanager.yml"),
    ).toContain("SUCCESS");
  });
  it("is the same bytes from run to run", () => {
    expect(renderAlertmanager(receivers)).toBe(text);
  });
});

describe("routes", () => {
  const config = renderAlertmanager(all);
  it.each([
    ["emergency", "webhook-email-slack"],
    ["critical", "webhook-email-slack"],
    ["warning", "email"],
    ["none", "nobody"],
    ["unheard-of", "webhook-email-slack"],
  ])("%s goes to %s", (severity, receiver) => {
    expect(receiverOf(config, { severity })).toBe(receiver);
  });

  it("a warning is told by what there is when there is no e-mail", () => {
    expect(receiverOf(renderAlertmanager({ webhook: all.webhook }), { severity: "warning" })).toBe(
      "webhook",
    );
  });

  it("nothing but the Watchdog is lost while there is any channel", () => {
    const severity = fc.stringMatching(/^[a-z]{1,12}$/).filter((one) => one !== "none");
    fc.assert(
      fc.property(severity, (one) => receiverOf(config, { severity: one }) !== "nobody"),
      { numRuns: 15 },
    );
  });
});

describe("inhibition", () => {
  it("asks for each equal label on both sides, since a missing label equals a missing one", () => {
    const { inhibit_rules } = parse(renderAlertmanager(all)) as {
      inhibit_rules: { equal: string[]; source_matchers: string[]; target_matchers: string[] }[];
    };
    expect(inhibit_rules.length).toBeGreaterThan(0);
    for (const rule of inhibit_rules) {
      for (const label of rule.equal) {
        expect(rule.source_matchers).toContain(`${label}=~".+"`);
        expect(rule.target_matchers).toContain(`${label}=~".+"`);
      }
    }
  });
});

describe("secrets", () => {
  it("are named by file, never written", () => {
    const text = renderAlertmanager(all);
    expect(text).toContain("url_file: /run/webhook");
    expect(text).toContain("api_url_file: /run/slack");
    expect(text).toContain("auth_password_file: /run/password");
    expect(text).not.toMatch(/^\s*-?\s*(?:url|api_url|auth_password):/m);
  });
});
