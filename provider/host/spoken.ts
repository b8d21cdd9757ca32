import { defaultStack, forStack } from "../../lib/command.ts";

/** A text with its commands for the stack that is worked on, which the one who runs the engine knows. */
export const spoken = (text: string): string =>
  forStack(text, process.env["VIGIL_STACK"] ?? defaultStack);
