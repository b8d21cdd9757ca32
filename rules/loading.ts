import type { AlertGroup } from "./lib/alert.ts";
import type { Need } from "./lib/needs.ts";
import type { Selection } from "./selection.ts";

/** Groups that are loaded together, and when: `test/rules/loading.test.ts` holds them against what they load. */
interface Shelf {
  readonly service: string;
  /** Where one of these jobs is scraped. */
  readonly jobs?: readonly string[];
  /** Where the stack has this: groups that are about no job. With neither, always. */
  readonly needs?: Need;
  readonly load: () => Promise<readonly AlertGroup[]>;
}

/** In the order of `index.ts`. */
// prettier-ignore
export const shelves: readonly Shelf[] = [
  { service: "alertmanager", jobs: ["alertmanager"], load: async () => (await import("./alertmanager/index.ts")).alertmanager },
  { service: "general", needs: "application metrics", load: async () => [(await import("./application.ts")).group] },
  { service: "business", needs: "business metrics", load: async () => [(await import("./business.ts")).group] },
  { service: "celery", jobs: ["celery"], load: async () => [(await import("./celery.ts")).group] },
  { service: "container", jobs: ["cadvisor"], load: async () => (await import("./container/index.ts")).container },
  { service: "etcd", jobs: ["etcd"], load: async () => (await import("./etcd/index.ts")).etcd },
  { service: "general", jobs: ["blackbox"], load: async () => [(await import("./general.ts")).group] },
  { service: "gpu", jobs: ["dcgm"], load: async () => (await import("./gpu/index.ts")).gpu },
  { service: "grafana", jobs: ["grafana"], load: async () => [(await import("./grafana.ts")).group] },
  { service: "host", jobs: ["node"], load: async () => (await import("./host/index.ts")).host },
  { service: "inference", jobs: ["triton", "vllm"], needs: "inference metrics", load: async () => (await import("./inference/index.ts")).inference },
  { service: "kafka", jobs: ["kafka", "kafka-jmx"], load: async () => (await import("./kafka/index.ts")).kafka },
  { service: "kubernetes", jobs: ["apiserver", "cert-manager", "coredns", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kube-state-metrics", "kubelet"], load: async () => (await import("./kubernetes/index.ts")).kubernetes },
  { service: "loki", jobs: ["alloy", "loki"], load: async () => (await import("./loki/index.ts")).loki },
  { service: "macos", jobs: ["node"], load: async () => [(await import("./macos.ts")).group] },
  { service: "mongodb", jobs: ["mongodb"], load: async () => (await import("./mongodb/index.ts")).mongodb },
  { service: "mysql", jobs: ["mysql"], load: async () => (await import("./mysql/index.ts")).mysql },
  { service: "pgbouncer", jobs: ["pgbouncer"], load: async () => [(await import("./pgbouncer.ts")).group] },
  { service: "postgres", jobs: ["postgres"], load: async () => (await import("./postgres/index.ts")).postgres },
  { service: "probe", jobs: ["probe"], load: async () => [(await import("./probe.ts")).group] },
  { service: "probe", jobs: ["probe"], load: async () => [(await import("./probe-uptime.ts")).group] },
  { service: "processor", jobs: ["processor"], load: async () => (await import("./processor/index.ts")).processor },
  { service: "prometheus", jobs: ["prometheus"], load: async () => (await import("./prometheus/index.ts")).prometheus },
  { service: "rabbitmq", jobs: ["rabbitmq"], load: async () => (await import("./rabbitmq/index.ts")).rabbitmq },
  { service: "ray", jobs: ["ray"], load: async () => (await import("./ray/index.ts")).ray },
  { service: "redis", jobs: ["redis"], load: async () => (await import("./redis/index.ts")).redis },
  { service: "security", jobs: ["fail2ban", "node", "vault"], load: async () => (await import("./security/index.ts")).security },
  { service: "slo", load: async () => [(await import("./slo.ts")).group] },
  { service: "probe", needs: "journey metrics", load: async () => [(await import("./synthetic.ts")).group] },
  { service: "tls", jobs: ["probe"], load: async () => [(await import("./tls.ts")).group] },
  { service: "windows", jobs: ["windows"], load: async () => (await import("./windows/index.ts")).windows },
];

/** Whether a stack has use for what stands on a shelf. */
export function isWanted(
  { jobs: about, needs, service }: Omit<Shelf, "load">,
  { jobs, lacks, services }: Pick<Selection, "jobs" | "lacks" | "services">,
): boolean {
  if (services.includes(service) || about?.some((job) => jobs.includes(job)) === true) return true;
  return needs === undefined ? about === undefined : lacks[needs] === undefined;
}

/** The groups that a stack may have use for, and the modules of no others. */
export async function loadGroups(
  selection: Pick<Selection, "jobs" | "lacks" | "services">,
): Promise<readonly AlertGroup[]> {
  const wanted = shelves.filter((shelf) => isWanted(shelf, selection));
  return (await Promise.all(wanted.map(({ load }) => load()))).flat();
}
