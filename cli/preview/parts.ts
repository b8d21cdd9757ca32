import { unmarked } from "../../provider/process/legible.ts";
import { hasUnknown, isRecord } from "../../provider/values.ts";
import type { State } from "./digest.ts";

/** Text files by path; only those whose text is known and no secret. */
export type Texts = ReadonlyMap<string, string>;

/** Something that runs: what people mean by "Prometheus". */
export interface Part {
  readonly name: string;
  readonly what: "container" | "process";
  /** Where it answers, as far as it does on this machine. */
  readonly at: string;
}

/** Whether a resource only carries the files of a container; see docs/decisions/0005. */
const isCarrier = ({ inputs, type }: State): boolean =>
  type === "docker:index/container:Container" && /-files$/.test(text(inputs?.["name"]));

/** Name of the part that a resource is, or is of; undefined where it is not a part. */
export function partName({ inputs, type }: State): string | undefined {
  const name = text(inputs?.["name"]);
  if (type === "vigil:index:Process") return name;
  if (type !== "docker:index/container:Container") return undefined;
  return /^vigil-.+?-(?<service>[a-z]+)(?:-files)?$/.exec(name)?.groups?.["service"] ?? name;
}

/** The part that a resource is; undefined for all else. */
export function partOf(state: State): Part | undefined {
  const name = partName(state);
  if (name === undefined || isCarrier(state)) return undefined;
  const { health, ports } = state.inputs ?? {};
  if (state.type === "vigil:index:Process") {
    const url = isRecord(health) ? text(health["url"]) : "";
    return { name, what: "process", at: URL.canParse(url) ? new URL(url).origin : "" };
  }
  const [published] = Array.isArray(ports) ? (ports as unknown[]) : [];
  const at = isRecord(published)
    ? `https://${text(published["ip"])}:${String(published["external"])}`
    : "for the others only";
  return { name, what: "container", at };
}

/** The files that a resource gives to its part. */
export interface Given {
  readonly texts: Texts;
  /** Whether these are all of them: none is secret, or becomes known only when it is made. */
  readonly complete: boolean;
}

const nothing: Given = { texts: new Map(), complete: true };

/** The files that a resource gives to its part. */
export function textsOf(state: State | undefined): Given {
  const { files, command: carried } = state?.inputs ?? {};
  if (state?.type === "vigil:index:Process") {
    if (!isRecord(files)) return { ...nothing, complete: false };
    const all = Object.entries(files);
    const known = all.flatMap(([path, value]) =>
      isKnown(value) ? [[path, unmarked(value)] as const] : [],
    );
    const complete = all.every(([path, value]) => isKnown(value) || !isRule(path));
    return { texts: new Map(known), complete };
  }
  if (state === undefined || !isCarrier(state)) return nothing;
  if (!Array.isArray(carried)) return { ...nothing, complete: false };
  const titled = (carried as unknown[]).filter(isKnown).map((one) => {
    const end = one.indexOf("\n");
    return [one.slice(0, end), one.slice(end + 1)] as const;
  });
  return { texts: new Map(titled), complete: titled.length === carried.length };
}

/** Whether a file of Prometheus holds rules. */
export const isRule = (path: string): boolean => /^rules\/.*\.ya?ml$/.test(path);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const isKnown = (value: unknown): value is string =>
  typeof value === "string" && value !== "[secret]" && !hasUnknown(value);
