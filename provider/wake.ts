import { runtime } from "@pulumi/pulumi";
import { awake } from "./types.ts";

/**
 * Has the engine start the provider: it does when it is first asked for something, and a resource would wait for it.
 * Whether that worked is found out, and said, by the first resource.
 */
export function wake(): void {
  runtime.invoke(awake, {}).catch(() => undefined);
}
