import { renderBoards } from "../dashboards/index.ts";
import { groupsFor, type Selection } from "../rules/index.ts";
import { renderAlertmanager, type Receivers } from "../rules/lib/alertmanager.ts";
import { renderRuleFile, type RuleOptions } from "../rules/lib/rule-file.ts";
import { sectionOf } from "./config/listeners.ts";
import type { Config } from "./config/schema.ts";
import { lacksOf } from "./lacks.ts";
import { receiverFiles } from "./render/alertmanager.ts";
import { certificateRules } from "./render/certificates.ts";
import { probeModule } from "./render/blackbox.ts";
import { processorReceiver, renderProcessor } from "./render/processor.ts";
import { renderPrometheus, type ScrapeJob } from "./render/prometheus.ts";
import type { Place, Target } from "./targets/target.ts";

/** What of a target decides where things stand. */
type Ground = Pick<Target, "host" | "kind" | "place">;

/** Where every service of an estate stands; a service that is left out has no place. */
export interface Places {
  readonly alertmanager: Place;
  readonly blackbox: Place;
  readonly cadvisor?: Place;
  readonly grafana?: Place;
  readonly node: Place;
  readonly processor?: Place;
  readonly prometheus: Place;
}

/** Everything that is decided before anything is created. Same input, same bytes. */
export interface Plan {
  readonly places: Places;
  readonly jobs: readonly ScrapeJob[];
  /** What decides which rules are loaded, and how. */
  readonly selection: RuleOptions & Selection;
  readonly prometheus: string;
  readonly alertmanager: string;
  /** Whom Alertmanager tells: the processor, and people. Secrets are files. */
  readonly receivers: Receivers;
  /** Text of processor.yml; undefined where there is no processor. */
  readonly processor: string | undefined;
  /** YAML by path: `rules/general.yml`. */
  readonly rules: Readonly<Record<string, string>>;
  /** Dashboard JSON by uid. */
  readonly boards: Readonly<Record<string, string>>;
}

/** Where containers are run the processor needs an image, and there is none to download. */
const hasProcessor = ({ processor }: Config, { kind }: Ground): boolean =>
  processor.enabled && (kind === "local" || processor.image !== undefined);

function placesOf(config: Config, target: Ground, withGrafana: boolean): Places {
  return {
    alertmanager: target.place("alertmanager", config.alertmanager.port),
    blackbox: target.place("blackbox", config.blackboxExporter.port),
    ...(target.kind === "docker" &&
      config.cadvisor.enabled && {
        cadvisor: target.place("cadvisor", config.cadvisor.port, "host", "prometheus"),
      }),
    ...(withGrafana && { grafana: target.place("grafana", config.grafana.port) }),
    node: target.place("node", config.nodeExporter.port, "host"),
    ...(hasProcessor(config, target) && {
      processor: target.place("processor", config.processor.port),
    }),
    prometheus: target.place("prometheus", config.prometheus.port),
  };
}

/** Parts know each other by certificates; what people open asks for a password. */
const accessOf: Record<keyof Places, ScrapeJob["access"]> = {
  alertmanager: "certificate",
  blackbox: "certificate",
  cadvisor: "open",
  grafana: "login",
  node: "certificate",
  processor: "login",
  prometheus: "login",
};

/**
 * Five to twenty times what each part brings on a large machine. Who took over an exporter cannot make
 * Prometheus hold more for it. Of containers and dashboards there may be any number.
 */
const mostSamplesOf: Partial<Record<keyof Places, number>> = {
  alertmanager: 5_000,
  blackbox: 2_000,
  node: 10_000,
  processor: 5_000,
  prometheus: 10_000,
};

/** One job per service: the service itself is its only target. */
function ownJobs(config: Config, host: string, places: Places): ScrapeJob[] {
  const portOf = (name: string): number => config[sectionOf[name as keyof Places]].port;
  return Object.entries(places).map(([name, place]: [string, Place]) => ({
    name,
    // The address says how Prometheus gets there; the instance says which one it is.
    targets: [
      {
        address: place.address,
        labels: { host, instance: `${host}:${portOf(name)}` },
      },
    ],
    access: accessOf[name as keyof Places],
    mostSamples: mostSamplesOf[name as keyof Places],
  }));
}

/** What is watched from outside. No `host` label: the prober's host being down says nothing about it. */
function probeJob(config: Config, prober: Place): ScrapeJob {
  const targets = Object.entries(config.probes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([probe, { url }]) => ({ address: url, labels: { instance: url, probe } }));
  const access = accessOf.blackbox;
  return {
    name: "probe",
    access,
    mostSamples: 500,
    targets,
    prober: { address: prober.address, module: probeModule },
  };
}

/**
 * Decides the estate: where things stand, what is scraped, every text that is no secret. Pure.
 *
 * @param extraRules - Rule files of the stack's own by name.
 */
export function planEstate(
  config: Config,
  target: Ground,
  withGrafana: boolean,
  extraRules: Readonly<Record<string, string>> = {},
): Plan {
  const places = placesOf(config, target, withGrafana);
  const jobs = [...ownJobs(config, target.host, places), probeJob(config, places.blackbox)].filter(
    (job) => job.targets.length > 0,
  );
  const selection = {
    ...config.rules,
    evaluationInterval: config.prometheus.evaluationInterval,
    jobs: jobs.map(({ name }) => name).sort(),
    grafanaBase: config.grafana.url ?? places.grafana?.url,
    lacks: lacksOf(config, target),
  };
  const rules = Object.fromEntries([
    ...groupsFor(selection).map((group) => [
      `rules/${group.name}.yml`,
      renderRuleFile(group, selection),
    ]),
    ...Object.entries(extraRules).map(([name, text]) => [`rules/extra-${name}.yml`, text]),
  ]) as Record<string, string>;
  const receivers = {
    ...receiverFiles(config.receivers, places.alertmanager.config),
    ...(places.processor && {
      processor: processorReceiver(places.processor, places.alertmanager.config),
    }),
  };
  return {
    places,
    jobs,
    selection,
    prometheus: renderPrometheus({
      environment: config.environment,
      settings: config.prometheus,
      jobs,
      alertmanager: places.alertmanager.address,
      ruleFiles: [...Object.keys(rules), certificateRules],
    }),
    receivers,
    alertmanager: renderAlertmanager(receivers, config.maintenance),
    processor: places.processor && renderProcessor(config, places.processor, places.alertmanager),
    rules,
    boards: renderBoards({ thresholds: config.rules.thresholds }),
  };
}
