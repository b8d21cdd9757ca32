import type { AlertGroup } from "../../rules/lib/alert.ts";

/** A stack's configuration, by section. */
interface Said {
  readonly values: Readonly<Record<string, string>>;
}

/** Sections that name alerts, their services, or values of their labels. */
const naming = ["maintenance", "rules"] as const;

/** Whether a stack says anything that is held against the catalogue of alerts. */
export const namesAlerts = ({ values }: Said): boolean =>
  naming.some((section) => section in values);

/** Loads the catalogue where a stack names anything of it: it is most of the program, and few stacks do. */
export async function catalogueFor(raw: Said): Promise<readonly AlertGroup[] | undefined> {
  return namesAlerts(raw) ? (await import("../../rules/index.ts")).groups : undefined;
}
