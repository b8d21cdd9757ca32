import { X509Certificate } from "node:crypto";
import type { AlertGroup } from "../../rules/lib/alert.ts";
import { channelKinds, configured } from "../channels/index.ts";
import { traitsOf } from "../targets/kinds.ts";
import { channelProblems, hasProcessor } from "./channels.ts";
import { encryptedSecret, type Path } from "./fields.ts";
import { belongsTo } from "./key-pair.ts";
import { addressesInside } from "./channel-addresses.ts";
import { maintenanceProblems } from "./maintenance.ts";
import { configKey, removeCommand, setCommand } from "./commands.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import { proxyProblems } from "./processor-proxy.ts";
import { peopleOf } from "../people.ts";
import { receiverProblems } from "./receivers.ts";
import { ruleProblems } from "./rules.ts";
import type { Config } from "./schema.ts";
import { targetProblems, type Wanted, wantedBy } from "./targets.ts";

/** The processes that a stack runs itself. */
const running = (config: Partial<Config>): Wanted[] =>
  wantedBy(config).filter(({ service, settings }) => {
    if (config.target === undefined) return false;
    const wanted = service.wanted?.(settings as never, traitsOf(config.target)) ?? true;
    return wanted !== false && wanted !== "elsewhere";
  });

const portOf = ({ run }: Wanted): number => run.settings.port;

/** Where the port of a process is configured. */
const portPath = ({ run, service }: Wanted): Path => [service.key, ...(run.portAt ?? ["port"])];

/** Whether both listen on one machine, or one on the loopback of the other. */
const meet = (one: Wanted, other: Wanted): boolean =>
  one.run.on === other.run.on &&
  one.name !== other.name &&
  (one.service.beside === undefined
    ? other.service.beside === undefined
    : other.service.name === one.service.beside);

function portsTakenTwice(config: Partial<Config>): ConfigProblem[] {
  const here = running(config);
  const taken = new Set<number | undefined>(here.map(portOf));
  return here.flatMap((one, index) => {
    const owner = here
      .slice(0, index)
      .find((other) => portOf(other) === portOf(one) && meet(one, other));
    if (owner === undefined) return [];
    const reason = `is ${portOf(one)}, which ${configKey(portPath(owner))} already uses`;
    return [mistake(portPath(one), reason, setCommand(portPath(one), String(freePort(taken))))];
  });
}

/** Mistakes that services find in their own sections. */
function withinSections(config: Partial<Config>): ConfigProblem[] {
  const found = wantedBy(config).flatMap(({ run, service, traits }) => {
    const complaints = traits && service.complaints?.(run.settings as never, traits);
    return (complaints ?? []).map(({ mend, path, reason, value }) => {
      const full = [service.key, ...path];
      if (mend === undefined) return mistake(full, reason, setCommand(full, value));
      const where = [service.key, ...mend.path];
      const fix = mend.value === undefined ? removeCommand(where) : setCommand(where, mend.value);
      return mistake(full, reason, fix);
    });
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
  if (key !== encryptedSecret && belongsTo(certificate, key) !== true) {
    complain("key", "does not belong to vigil:tls.certificate");
  }
  if (!certificate.verify(authority.publicKey)) {
    complain("authority", "did not sign vigil:tls.certificate");
  }
  return problems;
}

/** Escalations of emergencies that nobody takes go over a mail server of the processor's. */
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

/** Alertmanager must not notify of the same alerts as the processor where that does harm. */
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
 * Contradictions between fields that are each valid.
 *
 * @param groups - Alerts that names are checked against.
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
