import { join } from "node:path";

/** The checkout this program belongs to. */
export const checkout = join(import.meta.dirname, "..");
