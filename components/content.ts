import type { BoardOptions } from "../dashboards/lib/panels.ts";
import type { AlertGroup } from "../rules/lib/alert.ts";
import { loadGroups } from "../rules/loading.ts";
import type { Selection } from "../rules/selection.ts";
import type { Service } from "./catalog/service.ts";

/** What rules and boards are made of: the larger part of the program, of which a stack needs little. */
export interface Content {
  readonly groups: readonly AlertGroup[];
  /** JSON of every board by uid. */
  readonly renderBoards: (options: BoardOptions) => Record<string, string>;
}

/** For a plan whose rules and boards nobody asks for. */
export const notLoaded: Content = {
  get groups(): never {
    throw new Error("The rules of the plan were not loaded");
  },
  renderBoards: () => {
    throw new Error("The boards of the plan were not loaded");
  },
};

/** The part of a plan that decides which content it has. */
interface Planned {
  readonly selection: Selection;
  readonly deployments: readonly { readonly service: Service }[];
}

/** Loads what a plan can have use for, and nothing else. */
export async function loadContent({ deployments, selection }: Planned): Promise<Content> {
  const shown = deployments.some(({ service }) => service.boardsAt !== undefined);
  const [groups, boards] = await Promise.all([
    loadGroups(selection),
    shown ? import("../dashboards/index.ts") : undefined,
  ]);
  return { groups, renderBoards: boards?.renderBoards ?? notLoaded.renderBoards };
}
