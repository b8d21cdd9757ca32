/** Contradictions in `vigil:channels` and about which program speaks there, between fields that are each valid. */
import { processor as service } from "../catalog/processor.ts";
import { channelKinds, configured } from "../channels/index.ts";
import { calmKinds } from "../tellings.ts";
import { traitsOf } from "../targets/kinds.ts";
import { configKey, removeCommand, setCommand } from "./commands.ts";
import type { Path } from "./fields.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import type { Config } from "./schema.ts";

/** Moves channels from where they were configured before to `vigil:channels`. */
export const moveCommand = "./vigil channels";

type Parts = Pick<Config, "channels" | "processor" | "receivers" | "target">;

/** Where a stack still has its channels in the old place, and where they belong now. */
export function saidBefore({
  processor = {} as never,
  receivers = {},
}: Partial<Pick<Config, "processor" | "receivers">>): (readonly [before: Path, now: Path])[] {
  const kinds = channelKinds.map(({ name }) => name);
  const below = (section: object, path: Path, keys: readonly string[]) =>
    Object.entries(section)
      .filter(([key, one]) => keys.includes(key) && one !== undefined)
      .map(([key]) => [...path, key]);
  const before = [
    ...below(receivers, ["receivers"], [...kinds, "heartbeat", "hours"]),
    ...Object.entries(receivers.teams ?? {}).flatMap(([team, one]) =>
      below(one, ["receivers", "teams", team], kinds),
    ),
    ...below(processor, ["processor"], [...kinds, "heartbeat"]),
  ];
  return before.map((path) => [path, ["channels", ...path.slice(1)]] as const);
}

const isSaid = (section: unknown, path: Path): boolean =>
  path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], section) !==
  undefined;

/** Of one channel in two places nobody could say which one is meant. */
const saidTwice = ({ channels, ...before }: Parts): ConfigProblem[] =>
  saidBefore(before)
    .filter(([, now]) => isSaid(channels, now.slice(1)))
    .map(([path, now]) => mistake(now, `is also set in ${configKey(path)}`, moveCommand));

/**
 * The setting that keeps the processor out of the estate, as a command that fixes it; undefined where it is part of it.
 */
function processorMissing({ processor, target }: Parts): string | undefined {
  const wanted = service.wanted?.(processor, traitsOf(target));
  if (wanted === true || wanted === undefined || wanted === "elsewhere") return undefined;
  if (wanted === false) return setCommand(["processor", "enabled"], "true");
  return `${wanted.first} && ${setCommand(["processor", wanted.field])}`;
}

/** Whether the alert processor is part of the estate. */
export const hasProcessor = (parts: Parts): boolean => processorMissing(parts) === undefined;

function nobodySpeaks(parts: Parts): ConfigProblem[] {
  const fix = processorMissing(parts);
  if (fix === undefined) return [];
  return configured(parts.channels).flatMap(([{ alertmanager, name }]) => {
    const reason = "needs the alert processor, which this stack does not have";
    return alertmanager === undefined ? [mistake(["channels", name], reason, fix)] : [];
  });
}

/** The processor tells at any hour. */
function atAnyHour(parts: Parts): ConfigProblem[] {
  const { hours } = parts.channels;
  if (hours === undefined || !hasProcessor(parts)) return [];
  const { alone, hearAll, kept } = calmKinds(parts);
  // A channel that gets everything has no hours; but somebody must be there to keep them.
  const names = [...alone, ...(kept ? [] : hearAll)].map(({ name }) => name);
  if (names.length === 0) return [];
  const path = ["channels", "hours"];
  const reason = `cannot be kept by ${names.join(", ")}: the alert processor sends warnings there at any hour`;
  return [mistake(path, reason, removeCommand(path))];
}

/** Mistakes in the channels of a stack. */
export function channelProblems(config: Partial<Config>): ConfigProblem[] {
  const { channels, processor, receivers, target } = config;
  if (!channels || !processor || !receivers || target === undefined) return [];
  const parts = { channels, processor, receivers, target };
  return [...saidTwice(parts), ...nobodySpeaks(parts), ...atAnyHour(parts)];
}
