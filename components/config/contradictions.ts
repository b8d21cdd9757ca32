import { createPrivateKey, X509Certificate } from "node:crypto";
import { encryptedSecret } from "./fields.ts";
import { maintenanceProblems } from "./maintenance.ts";
import type { ConfigProblem } from "./parse.ts";
import { receiverProblems } from "./receivers.ts";
import { ruleProblems } from "./rules.ts";
import type { Config } from "./schema.ts";

/** Services with a listener of their own, by the section that configures them. */
const listeners = [
  "prometheus",
  "alertmanager",
  "grafana",
  "nodeExporter",
  "blackboxExporter",
  "processor",
] as const;

function portsTakenTwice(config: Partial<Config>): ConfigProblem[] {
  const owner = new Map<number, string>();
  return listeners.flatMap((service) => {
    const port = config[service]?.port;
    if (port === undefined || (service === "grafana" && !hasGrafanaServer(config))) return [];
    const other = owner.get(port);
    if (other === undefined) {
      owner.set(port, service);
      return [];
    }
    return [
      {
        path: `vigil:${service}.port`,
        reason: `is ${port}, which vigil:${other}.port has already`,
        fix: `pulumi config set --path 'vigil:${service}.port' ${freePort(config)}`,
      },
    ];
  });
}

const hasGrafanaServer = ({ grafana }: Partial<Config>): boolean =>
  grafana?.enabled === true && grafana.url === undefined;

function freePort(config: Partial<Config>): number {
  const taken = new Set(listeners.map((service) => config[service]?.port));
  let port = 9090;
  while (taken.has(port)) port += 1;
  return port;
}

function certificates({ tls }: Partial<Config>, now: Date): ConfigProblem[] {
  if (tls === undefined) return [];
  const problems: ConfigProblem[] = [];
  const certificate = new X509Certificate(tls.certificate);
  const authority = new X509Certificate(tls.authority);
  const complain = (field: string, reason: string): void => {
    const secret = field === "key" ? "--secret " : "";
    const fix = `pulumi config set ${secret}--path 'vigil:tls.${field}' < ${field}.pem`;
    problems.push({ path: `vigil:tls.${field}`, reason, fix });
  };
  for (const [field, one] of [
    ["certificate", certificate],
    ["authority", authority],
  ] as const) {
    if (one.validToDate < now) complain(field, `expired on ${one.validToDate.toISOString()}`);
    else if (one.validFromDate > now)
      complain(field, `is not valid before ${one.validFromDate.toISOString()}`);
  }
  const key = tls.key.reveal();
  if (key !== encryptedSecret && !matches(certificate, key)) {
    complain("key", "does not belong to vigil:tls.certificate");
  }
  if (!certificate.verify(authority.publicKey)) {
    complain("authority", "did not sign vigil:tls.certificate");
  }
  return problems;
}

function matches(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function grafanaOfYourOwn({ grafana }: Partial<Config>): ConfigProblem[] {
  if (grafana?.url === undefined || grafana.auth !== undefined) return [];
  return [
    {
      path: "vigil:grafana.auth",
      reason: "is missing: vigil:grafana.url names a Grafana that wants to know who asks",
      fix: "pulumi config set --secret --path 'vigil:grafana.auth'",
    },
  ];
}

/** Whom an emergency is told that nobody takes is reached over the processor's own mail server. */
function escalationToNobody({ processor }: Partial<Config>): ConfigProblem[] {
  if (processor?.escalation === undefined || processor.email !== undefined) return [];
  return [
    {
      path: "vigil:processor.escalation",
      reason: "has no mail server: its mail would go over that of vigil:processor.email",
      fix: "pulumi config set --path 'vigil:processor.email.smarthost' smtp.example.com:587",
    },
  ];
}

/** What is wrong between fields that are each valid. */
export function contradictions(config: Partial<Config>, now: Date): ConfigProblem[] {
  return [
    ...portsTakenTwice(config),
    ...certificates(config, now),
    ...ruleProblems(config),
    ...grafanaOfYourOwn(config),
    ...receiverProblems(config),
    ...escalationToNobody(config),
    ...maintenanceProblems(config),
  ];
}
