import type { Difference } from "./difference.ts";
import type { Raw } from "./values.ts";

/** An input that cannot be accepted. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** The present state of a resource; an empty id says that it is gone. */
export interface Found {
  readonly id: string;
  readonly props: Raw;
  readonly inputs: Raw;
}

/**
 * One kind of resource, with the engine's raw values on both sides. `olds` of `check` are the
 * previous inputs, elsewhere the previous state.
 */
export interface Resource {
  check(olds: Raw, news: Raw): Promise<{ readonly inputs: Raw; readonly failures: Failure[] }>;
  diff(olds: Raw, news: Raw): Promise<Difference>;
  create(inputs: Raw): Promise<{ readonly id: string; readonly outs: Raw }>;
  update(id: string, olds: Raw, news: Raw): Promise<Raw>;
  /** `inputs` are those of the last update: what a refresh finds is compared with them. */
  read(id: string, state: Raw, inputs: Raw): Promise<Found>;
  delete(state: Raw): Promise<void>;
}
