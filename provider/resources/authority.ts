import { newAuthority } from "../pki.ts";
import type { AuthorityInputs } from "../types.ts";
import { renewable } from "./renewable.ts";

/** A certificate authority; a renewed one has a new key, and its certificates follow. */
export const authority = renewable<AuthorityInputs>({
  properties: ["commonName", "days", "renewBeforeDays"],
  problems: () => [],
  make: newAuthority,
});
