import { createPrivateKey, X509Certificate } from "node:crypto";
import type { AlertGroup } from "../../rules/lib/alert.ts";
import { services } from "../catalog/index.ts";
import type { Listening, Service } from "../catalog/service.ts";
import { channelKinds, configured } from "../channels/index.ts";
import { traitsOf } from "../targets/kinds.ts";
import { channelProblems, hasProcessor } from "./channels.ts";
import { encryptedSecret } from "./fields.ts";
import { addressesInside } from "./inside.ts";
import { maintenanceProblems } from "./maintenance.ts";
import { configKey, removeCommand, setCommand } from "./commands.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import { proxyProblems } from "./processor-proxy.ts";
import { peopleOf } from "../people.ts";
import { nameOf, runsOf } from "../runs.ts";
import { receiverProblems } from "./receivers.ts";
import { ruleProblems } from "./rules.ts";
import type { Config } from "./schema.ts";
import { targetProblems, wantedBy } from "./targets.ts";

const all: readonly Service[] = services;

/** What a service is told, where that is valid. */
const settingsOf = (config: Partial<Config>, { key }: Service): Listening | undefined =>
  config[key as keyof Config] as never;

/** A process, and where its port is configured. */
interface Runs {
  readonly name: string;
  readonly service: Service;
  readonly on: string;
  readonly port: number;
  readonly path: readonly (string | number)[];
}

/** The processes that a stack runs itself. */
function running(config: Partial<Config>): Runs[] {
  const { target } = config;
  if (target === undefined) return [];
  return all.flatMap((service) => {
    const settings = settingsOf(config, service);
    if (settings === undefined) return [];
    const wanted = service.wanted?.(settings as never, traitsOf(target)) ?? true;
    if (wanted === false || wanted === "elsewhere") return [];
    return runsOf(service, settings).map((run) => ({
      name: nameOf(service, run),
      service,
      on: run.on,
      port: run.settings.port,
      path: [service.key, ...(run.portAt ?? ["port"])],
    }));
  });
}

/** Whether both listen on one machine, or one on the loopback of the other. */
const meet = (one: Runs, other: Runs): boolean =>
  one.on === other.on &&
  one.name !== other.name &&
  (one.service.beside === undefined
    ? other.service.beside === undefined
    : other.service.name === one.service.beside);

function portsTakenTwice(config: Partial<Config>): ConfigProblem[] {
  const here = running(config);
  const taken = new Set<number | undefined>(here.map(({ port }) => port));
  return here.flatMap((one, index) => {
    const owner = here.slice(0, index).find((other) => other.port === one.port && meet(one, other));
    if (owner === undefined) return [];
    const reason = `is ${one.port}, which ${configKey(owner.path)} already uses`;
    return [mistake(one.path, reason, setCommand(one.path, String(freePort(taken))))];
  });
}

/** What services say is wrong in their own sections. */
function withinSections(config: Partial<Config>): ConfigProblem[] {
  const found = wantedBy(config).flatMap(({ run, service, traits }) => {
    const complaints = traits && service.complaints?.(run.settings as never, traits);
    return (complaints ?? []).map(
      ({ path, reason, value, mend = { path, value: value ?? "" } }) => {
        const where = [service.key, ...mend.path];
        const fix =
          mend.value === undefined
            ? removeCommand(where)
            : setCommand(where, mend.value || undefined);
        return mistake([service.key, ...path], reason, fix);
      },
    );
  });
  // Of several processes each may say the same.
  return [...new Map(found.map((one) => [`${one.path} ${one.reason}`, one])).values()];
}

/** A port that none of them has; it is taken from then on. */
function freePort(taken: Set<number | undefined>): number {
  let port = 9090;
  while (taken.has(port)) port += 1;
  taken.add(port);
  return port;
}

function certificates({ tls }: Partial<Config>, now: Date): ConfigProblem[] {
  if (tls === undefined) return [];
  const problems: ConfigProblem[] = [];
  const certificate = new X509Certificate(tls.certificate);
  const authority = new X509Certificate(tls.authority);
  const complain = (field: string, reason: string): void => {
    problems.push(mistake(["tls", field], reason));
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

/** Whom an emergency is told that nobody takes is reached over a mail server of the processor's. */
function escalationToNobody({ channels, processor }: Partial<Config>): ConfigProblem[] {
  if (processor?.escalation === undefined || channels === undefined) return [];
  const all = [...configured(processor), ...configured(channels)];
  if (all.some(([{ escalation }]) => escalation !== undefined)) return [];
  return channelKinds.flatMap(({ escalation, name }) =>
    escalation === undefined
      ? []
      : mistake(
          ["processor", "escalation"],
          `has no mail server: its mail would go over that of vigil:channels.${name}`,
          setCommand(["channels", name, escalation.field]),
        ),
  );
}

/** Services that call the processor must find it. */
function hooksUnheard(config: Partial<Config>): ConfigProblem[] {
  const { channels, processor } = config;
  if (processor === undefined || channels === undefined || processor.url !== undefined) return [];
  const speaks = config.target !== undefined && hasProcessor(config as Config);
  return [
    ...configured(processor).map((one) => ["processor", ...one] as const),
    ...configured(speaks ? channels : {}).map((one) => ["channels", ...one] as const),
  ].flatMap(([where, kind, settings]) => {
    const service = kind.calls?.(settings);
    if (service === undefined) return [];
    const reason = `is missing: vigil:${where}.${kind.name}.webhookSecret has ${service} call the processor, which it finds by this address`;
    return [mistake(["processor", "url"], reason)];
  });
}

/** What the processor tells must not be told by Alertmanager as well, where that does harm. */
function toldTwice({ processor, receivers }: Partial<Config>): ConfigProblem[] {
  if (receivers === undefined) return [];
  return configured(processor)
    .flatMap(([kind, settings]) => kind.against?.(settings, receivers) ?? [])
    .map(({ path, reason }) => mistake(path, reason, removeCommand(path)));
}

/** A name stands for one password and for what its owner may do. */
function namedTwice({ login, processor }: Partial<Config>): ConfigProblem[] {
  if (processor === undefined) return [];
  const people = peopleOf(processor);
  const path = ["processor", "people"];
  const ours = (["act", "look"] as const).flatMap((field) =>
    people[field]
      .filter((one) => one === login?.username || one === "prometheus")
      .map((one) =>
        mistake(
          [...path, field],
          `names ${one}, which the estate itself signs in as; choose another name`,
        ),
      ),
  );
  const twice = people.act.filter((one) => people.look.includes(one));
  if (twice.length === 0) return ours;
  return [...ours, mistake(path, `has ${twice.join(", ")} in act and in look; choose one`)];
}

/**
 * What is wrong between fields that are each valid.
 *
 * @param groups - What names of alerts are held against.
 */
export function contradictions(
  config: Partial<Config>,
  now: Date,
  groups: readonly AlertGroup[],
): ConfigProblem[] {
  return [
    ...portsTakenTwice(config),
    ...targetProblems(config),
    ...certificates(config, now),
    ...ruleProblems(config, groups),
    ...withinSections(config),
    ...receiverProblems(config),
    ...channelProblems(config),
    ...escalationToNobody(config),
    ...hooksUnheard(config),
    ...toldTwice(config),
    ...namedTwice(config),
    ...proxyProblems(config),
    ...addressesInside(config),
    ...maintenanceProblems(config, groups),
  ];
}
