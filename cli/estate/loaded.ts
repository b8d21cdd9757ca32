/** The alerts of the catalogue that a stack loads. */
import { loadGroups } from "../../rules/loading.ts";
import { leftOut, type Selection } from "../../rules/selection.ts";
import { count } from "../preview/words.ts";
import type { Loaded, Unseen } from "./unseen.ts";

/** The alerts that a stack loads. */
export async function loadedBy(selection: Selection): Promise<Loaded[]> {
  const groups = await loadGroups(selection);
  return groups.flatMap((group) =>
    Object.values(group.alerts)
      .filter((alert) => leftOut(alert, group, selection) === undefined)
      .map((alert) => ({ alert, group })),
  );
}

/** The line that a running estate adds: empty if every alert has had its series. */
export function unseenLine(loaded: number, unseen: readonly Unseen[]): string {
  const missing = unseen.filter(({ kind }) => kind !== "event").length;
  const told =
    missing === 0 ? "" : `, of which ${missing} had no series within a day; make reach says why`;
  return `${count(loaded, "alert")} loaded${told}.`;
}
