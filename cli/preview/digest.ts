/** A resource as the engine's `preview --json` shows it: secrets and what is not known yet as marks. */
export interface State {
  readonly type: string;
  /** False for what only groups others. */
  readonly custom?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** One step of the engine. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
}

/** A message of the engine about a resource or the program. */
export interface Remark {
  readonly urn?: string;
  readonly message: string;
  readonly severity: string;
}

/** The output of `preview --json`, as far as it is read here. */
export interface Digest {
  readonly steps?: readonly Step[] | null;
  readonly diagnostics?: readonly Remark[] | null;
}

/** A planned change of a resource. */
export type Op = "create" | "delete" | "replace" | "update";

/** A resource that would change. */
export interface Change {
  readonly op: Op;
  readonly urn: string;
  /** As it really is; undefined where it is not there. */
  readonly old: State | undefined;
  readonly next: State | undefined;
  /** Property paths in the engine's syntax: `args[2]`, `files["prometheus.yml"]`. */
  readonly paths: readonly string[];
}

/** A preview as a whole. */
export interface Preview {
  readonly changes: readonly Change[];
  /** Resources as they are, and as they would be, by urn: of what does not change only those looked at. */
  readonly before: ReadonlyMap<string, State>;
  readonly after: ReadonlyMap<string, State>;
  /** Resources as recorded, by urn: what is otherwise in {@link before} was changed by somebody else. */
  readonly recorded: ReadonlyMap<string, State>;
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
}

const ops: Readonly<Record<string, Op>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};

const isOwn = (state: State | undefined): boolean =>
  state?.custom !== false && !/^pulumi:/.test(state?.type ?? "pulumi:");

/** Reads what the engine printed. */
export function readPreview({ steps, diagnostics }: Digest): Preview {
  const recorded = new Map<string, State>();
  const changes = new Map<string, Change>();
  const found = (steps ?? []).flatMap((step) => {
    if (!isOwn(step.newState ?? step.oldState)) return [];
    if (step.op !== "refresh") return [step];
    // Both sides are the record: what was found shows as the old side of what is done about it.
    if (step.oldState !== undefined) recorded.set(step.urn, step.oldState);
    return [];
  });
  const before = new Map(recorded);
  for (const { detailedDiff, newState, oldState, op: name, urn } of found) {
    const op = ops[name];
    if (op === undefined) continue;
    const known = changes.get(urn);
    // The new half of a replacement has no old state either.
    if (oldState !== undefined) before.set(urn, oldState);
    else if (op === "create") before.delete(urn);
    changes.set(urn, {
      op,
      urn,
      old: oldState ?? known?.old,
      next: newState ?? known?.next,
      paths: [...(known?.paths ?? []), ...Object.keys(detailedDiff ?? {})],
    });
  }
  const after = new Map(before);
  for (const { next, urn } of changes.values()) {
    if (next === undefined) after.delete(urn);
    else after.set(urn, next);
  }
  const said = (severity: string): string[] => [
    ...new Set(
      (diagnostics ?? [])
        .filter((remark) => remark.severity === severity)
        .map(({ message }) => message.replace(/^(?:error|warning): /, "").trim()),
    ),
  ];
  return {
    changes: [...changes.values()],
    before,
    after,
    recorded,
    warnings: said("warning"),
    errors: said("error"),
  };
}
