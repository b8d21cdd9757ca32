import type { TargetKind } from "../../components/targets/kinds.ts";
import { docker } from "./docker/index.ts";
import { local } from "./local/index.ts";
import { checkers, type Operations } from "./operations.ts";

/** A kind that is not there yet, or a word that the configuration refuses: only what was before it can be there. */
const absent: Operations = {
  tools: checkers,
  images: true,
  takesOver: local.takesOver,
  claims: () => [],
  parts: local.parts,
  stop: local.stop,
  holder: local.holder,
  data: local.data,
  logs: local.logs,
};

const kinds = { docker, kubernetes: absent, local } satisfies Record<TargetKind, Operations>;

/** Operations on a stack on this kind of target. */
export const operationsOf = (kind: string): Operations =>
  Object.hasOwn(kinds, kind) ? kinds[kind as TargetKind] : absent;
