import { join } from "node:path";
import { fromWhere } from "../lib/command.ts";

const root = join(import.meta.dirname, "..");

/** Shows a text that may offer commands, each as it works from where the reader stands. */
export function tell(text: string, to: { write(text: string): unknown } = process.stdout): void {
  to.write(fromWhere(text, root));
}
