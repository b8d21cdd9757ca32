import * as pulumi from "@pulumi/pulumi";
import { againstPlan } from "./against-plan.ts";
import { Alertmanager } from "./alertmanager.ts";
import { Cadvisor } from "./cadvisor.ts";
import { ConfigError } from "./config.ts";
import { removeCommand, setCommand } from "./config/commands.ts";
import { mistake } from "./config/mistakes.ts";
import type { Config } from "./config/schema.ts";
import { Exporter } from "./exporter.ts";
import { blackboxExporter, nodeExporter } from "./exporters.ts";
import { readExtraRules } from "./extra-rules.ts";
import { GrafanaContent } from "./grafana-content.ts";
import { Grafana } from "./grafana.ts";
import { grafanaOutput, serviceOutput, type VigilOutputs, watchedOutput } from "./outputs.ts";
import { type Plan, planEstate } from "./plan.ts";
import { Processor } from "./processor.ts";
import { Prometheus } from "./prometheus.ts";
import { toldOf } from "./render/alertmanager.ts";
import { channelNames } from "./render/processor-channels.ts";
import { forStack } from "../rules/lib/command.ts";
import { createTarget } from "./targets/index.ts";
import type { Place, Target } from "./targets/target.ts";
import { Login } from "../provider/resources.ts";
import { Trust } from "./trust.ts";

/** Where the content goes: a Grafana of the estate's own, one that somebody else runs, or nowhere. */
type GrafanaChoice = { readonly own: boolean; readonly elsewhere?: string };

/** A stack without Grafana is watched and alerted all the same, so what is lacking is only said. */
function chooseGrafana(
  { grafana }: Config,
  absent: ReadonlySet<string>,
  target: Target,
  parent: pulumi.Resource,
): GrafanaChoice {
  if (!grafana.enabled) return { own: false };
  const needed = grafana.url === undefined ? ["grafana", "grafana-plugin"] : ["grafana-plugin"];
  const missing = needed.find((part) => absent.has(part));
  const reason =
    missing === undefined
      ? grafana.url === undefined && target.lacks("grafana")
      : `${missing} is not available on this machine`;
  if (reason) {
    void pulumi.log.warn(`Grafana is left out: ${reason}.`, parent);
    return { own: false };
  }
  return grafana.url === undefined ? { own: true } : { own: false, elsewhere: grafana.url };
}

/** Ways to people: Alertmanager's own, and those of the processor. */
function toldBy({ processor, receivers }: Config, { places }: Plan): string[] {
  const names = places.processor ? channelNames(processor) : [];
  return [...toldOf(receivers), ...names.map((name) => `processor-${name}`)].sort();
}

/** Said rather than passed over: nobody should believe that a host is watched which is not. */
const hostsToCome = mistake(
  ["hosts"],
  "is valid, but hosts over SSH are not there yet",
  removeCommand(["hosts"]),
);

export interface MonitoringArgs {
  readonly config: Config;
  /** What cannot be obtained on this machine and is done without. */
  readonly absent: ReadonlySet<string>;
}

/** The whole estate of one environment. */
export class Monitoring extends pulumi.ComponentResource {
  readonly outputs: VigilOutputs;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Monitoring", name, {}, opts);
    const child = { parent: this };
    const { absent, config } = args;
    const target = createTarget(config, pulumi.getStack(), child);
    if (Object.keys(config.hosts).length > 0) throw new ConfigError([hostsToCome]);
    const lacking = target.lacks("prometheus");
    if (lacking !== undefined) throw new pulumi.RunError(`${lacking}\nNothing was changed.`);
    const { environment, login, receivers, tls } = config;
    const { elsewhere, own } = chooseGrafana(config, absent, target, this);
    const extra = readExtraRules(config.rules.extra);
    const plan = planEstate(config, target, own, extra.texts);
    const { places } = plan;
    const problems = [...extra.problems, ...againstPlan(config, plan)];
    if (problems.length > 0) throw new ConfigError(problems);

    if (config.processor.enabled && !places.processor) {
      void pulumi.log.warn(
        forStack(
          "The alert processor is left out: it has no image. " +
            `make processor-image && ${setCommand(["processor", "image"])}`,
          pulumi.getStack(),
        ),
        this,
      );
    }

    const told = toldBy(config, plan);
    if (told.length === 0) {
      void pulumi.log.warn(
        forStack(
          "No receiver is configured: alerts are shown and told to nobody. " +
            setCommand(["receivers", "webhook", "url"]),
          pulumi.getStack(),
        ),
        this,
      );
    }

    const trust = new Trust("trust", { environment, login, tls }, child);
    const ground = { target, trust };
    const withGrafana = own || elsewhere !== undefined;

    new Exporter(
      "node",
      { ...ground, place: places.node, ...nodeExporter(config.nodeExporter, places.node) },
      child,
    );
    new Exporter(
      "blackbox",
      {
        ...ground,
        place: places.blackbox,
        ...blackboxExporter(config.blackboxExporter, places.blackbox),
      },
      child,
    );
    const processorToken =
      places.processor && new Login("processor-token", { username: "alertmanager" }, child);
    let people: Processor["people"] = {};
    if (places.processor && processorToken && plan.processor !== undefined) {
      ({ people } = new Processor(
        "processor",
        {
          ...ground,
          place: places.processor,
          settings: config.processor,
          config: plan.processor,
          token: processorToken,
        },
        child,
      ));
    }
    new Alertmanager(
      "alertmanager",
      {
        ...ground,
        place: places.alertmanager,
        settings: config.alertmanager,
        config: plan.alertmanager,
        receivers,
        processorToken,
        withGrafana,
      },
      child,
    );
    if (places.grafana) this.#grafana(config, ground, plan, places.grafana);
    if (elsewhere !== undefined) this.#grafanaElsewhere(config, elsewhere, plan, trust);
    // After all that have certificates, whose ends it watches.
    new Prometheus(
      "prometheus",
      {
        ...ground,
        place: places.prometheus,
        settings: config.prometheus,
        config: plan.prometheus,
        jobs: plan.jobs,
        rules: plan.rules,
        withGrafana,
      },
      child,
    );
    if (places.cadvisor) {
      const settings = config.cadvisor;
      new Cadvisor("cadvisor", { ...ground, place: places.cadvisor, settings }, child);
    }

    this.outputs = {
      version: 1,
      environment,
      target: config.target,
      authority: trust.authority,
      login: { username: trust.person.username, password: trust.person.password },
      people,
      client: trust.asker("operator"),
      prometheus: serviceOutput(places.prometheus),
      alertmanager: serviceOutput(places.alertmanager),
      grafana: grafanaOutput(places.grafana, elsewhere),
      processor: serviceOutput(places.processor),
      watched: watchedOutput(plan),
      receivers: told,
    };
    this.registerOutputs(this.outputs);
  }

  /** The estate's own Grafana server and what people see in it. */
  #grafana(
    config: Config,
    ground: { readonly target: Target; readonly trust: Trust },
    plan: Plan,
    place: Place,
  ): void {
    const { grafana: settings, login } = config;
    const server = new Grafana(
      "grafana",
      { ...ground, place, settings, username: login.username },
      { parent: this },
    );
    if (place.url === undefined) return;
    const { trust } = ground;
    const args = { url: place.url, authority: trust.authority, ...contentOf(config, plan, trust) };
    const dependsOn = [...server.running.resources];
    new GrafanaContent("grafana-content", args, { parent: this, dependsOn });
  }

  /** What people see, in a Grafana somebody else runs. */
  #grafanaElsewhere(config: Config, url: string, plan: Plan, trust: Trust): void {
    const { auth, authority } = config.grafana;
    new GrafanaContent(
      "grafana-content",
      {
        url,
        ...(auth && { auth: pulumi.secret(auth.reveal()) }),
        authority,
        ...contentOf(config, plan, trust),
      },
      { parent: this },
    );
  }
}

const contentOf = ({ prometheus, receivers }: Config, plan: Plan, trust: Trust) => ({
  trust,
  prometheus: plan.places.prometheus.address,
  alertmanager: plan.places.alertmanager.address,
  scrapeInterval: prometheus.scrapeInterval,
  receivers,
  boards: plan.boards,
});
