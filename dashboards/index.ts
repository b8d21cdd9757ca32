import { board as host } from "./host.ts";
import { board as processor } from "./processor.ts";
import { board as slo } from "./slo.ts";
import { buildBoard, type BoardDefinition } from "./lib/board.ts";
import type { BoardOptions } from "./lib/panels.ts";

/** Every board. */
export const boards: readonly BoardDefinition[] = [host, processor, slo];

/** JSON of every board by uid, in one line each: the state of the stack keeps it. */
export function renderBoards(options: BoardOptions): Record<string, string> {
  return Object.fromEntries(
    boards.map((board) => [board.uid, JSON.stringify(buildBoard(board, options))]),
  );
}
