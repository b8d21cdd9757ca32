import { X509Certificate } from "node:crypto";
import { toYaml } from "../../lib/yaml.ts";

/** The rule file about the estate's own certificates, in the configuration folder of Prometheus. */
export const certificateRules = "rules/certificates.yml";

const day = 86_400;

/** Seconds since 1970 at which a certificate ends; undefined for a text that is not one. */
export function endOf(pem: string): number | undefined {
  try {
    return Math.floor(Date.parse(new X509Certificate(pem).validTo) / 1000);
  } catch {
    return undefined;
  }
}

/** One alert for all certificates; `certificate` says which. */
function alert(name: string, severity: string, days: number, ends: string, then: string): object {
  return {
    alert: name,
    expr: `(${ends}) - time() < ${days * day}`,
    for: "5m",
    labels: { layer: "basic", service: "tls", severity, team: "sre" },
    annotations: {
      summary: `Vigil's own certificate {{ $labels.certificate }} ends within ${days} days`,
      description:
        `It is valid for another {{ $value | humanizeDuration }}. ${then} ` +
        "Run make up in the checkout of this stack: it makes new ones, and the servers load them.",
      runbook: "docs/security.md#certificates",
    },
  };
}

/**
 * The text of the rule file. Its ends are those of the certificates that the estate was given, so that the
 * ones which nobody can see from outside are watched, too: those of who asks, and of the authorities.
 *
 * @param ends - Seconds since 1970 by name of the certificate.
 */
export function renderCertificateRules(ends: Readonly<Record<string, number>>): string {
  const lines = Object.entries(ends)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, end]) => `label_replace(vector(${end}), "certificate", "${name}", "", "")`);
  if (lines.length === 0) return toYaml({ groups: [] });
  const all = lines.join(" or ");
  const rules = [
    alert("EstateCertificateExpires", "warning", 30, all, "Renewal is 90 days late."),
    alert("EstateCertificateEnds", "critical", 5, all, "Then parts no longer accept each other."),
  ];
  return toYaml({ groups: [{ name: "certificates", rules }] });
}
