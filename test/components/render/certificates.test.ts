import { parse, stringify } from "yaml";
import { endOf, renderCertificateRules } from "../../../components/render/certificates.ts";
import { throwAway } from "../../kit/pki.ts";
import { inspect } from "../../kit/inspect.ts";

const day = 86_400;

/** What promtool says fires at `at`, of certificates that end on these days. */
function firing(ends: Readonly<Record<string, number>>, at: string, expected: object): string {
  const text = renderCertificateRules(
    Object.fromEntries(Object.entries(ends).map(([name, days]) => [name, days * day])),
  );
  const tests = Object.entries(expected).map(([alertname, exp_alerts]) => ({
    eval_time: at,
    alertname,
    exp_alerts: exp_alerts as unknown,
  }));
  const test = {
    rule_files: ["rules.yml"],
    evaluation_interval: "1h",
    tests: [{ interval: "1h", input_series: [], alert_rule_test: tests }],
  };
  return inspect(
    { "rules.yml": text, "t.yml": stringify(test) },
    "promtool",
    "test",
    "rules",
    "t.yml",
  );
}

describe("the rules about the estate's own certificates", () => {
  it("name the one that ends soon, and no other", () => {
    const labels = { layer: "basic", service: "tls", team: "sre" };
    const ends = { prometheus: 365, "client prometheus": 100 };
    const of = (severity: string) => [
      {
        exp_labels: { ...labels, severity, certificate: "client prometheus" },
        exp_annotations: expectedOf(severity, ends),
      },
    ];
    const quiet = { EstateCertificateExpires: [], EstateCertificateEnds: [] };
    expect(firing(ends, "69d", quiet)).toContain("SUCCESS");
    const late = { EstateCertificateExpires: of("warning"), EstateCertificateEnds: [] };
    expect(firing(ends, "80d", late)).toContain("SUCCESS");
  });

  it("wake somebody five days before the end, and go on after it", () => {
    const text = renderCertificateRules({ node: 10 * day });
    const [, ends] =
      (parse(text) as { groups: { rules: { expr: string; labels: { severity: string } }[] }[] })
        .groups[0]?.rules ?? [];
    expect(ends?.labels.severity).toBe("critical");
    expect(ends?.expr).toMatch(/< 432000$/);
  });

  it("know the end of a real certificate, and leave out what is none", async () => {
    const { server } = await throwAway([]);
    const left = (endOf(server.certificate) ?? 0) - Date.now() / 1000;
    expect(left / day).toBeCloseTo(1, 1);
    expect(endOf("not a certificate")).toBeUndefined();
    expect(renderCertificateRules({})).toBe("groups: []\n");
  });
});

function expectedOf(severity: string, ends: object): Record<string, string> {
  const seconds = Object.fromEntries(Object.keys(ends).map((name) => [name, 1]));
  const { groups } = parse(renderCertificateRules(seconds)) as {
    groups: { rules: { labels: { severity: string }; annotations: Record<string, string> }[] }[];
  };
  const rule = groups[0]?.rules.find(({ labels }) => labels.severity === severity);
  return Object.fromEntries(
    Object.entries(rule?.annotations ?? {}).map(([name, text]) => [
      name,
      text
        .replace("{{ $labels.certificate }}", "client prometheus")
        .replace("{{ $value | humanizeDuration }}", "20d 0h 0m 0s"),
    ]),
  );
}
