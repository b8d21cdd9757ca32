import { realpathSync } from "node:fs";

/** The stack that commands mean when none is named. */
export const defaultStack = "local";

/** Commands that are about a stack, where nothing names one yet. */
const aboutStack =
  /(?<!STACK=\S+ )(?<![\w./-])(?:make (?:alerts-test|check-hosts|down|explain|logs|preview|reach|refresh|render|status|up|verify)\b|\.\/vigil (?:alerts-test|amtool|channels|check-hosts|down|explain|forget|logs|preview|pulumi|reach|refresh|render|status|up|verify)\b)/g;

/**
 * A text with every command in it as it must be typed for a stack: `make up` becomes `STACK=dev make up`.
 * The default stack needs nothing said.
 */
export function forStack(text: string, stack: string): string {
  return stack === defaultStack ? text : text.replaceAll(aboutStack, `STACK=${stack} $&`);
}

/** A text as one word for a shell. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The folder in which whoever reads this stands. `make -C` works in another one: the Makefile hands on where
 * it was called from.
 */
export function standing(env: NodeJS.ProcessEnv = process.env): string {
  try {
    return realpathSync(env["VIGIL_FROM"] || process.cwd());
  } catch {
    return process.cwd();
  }
}

/** The command after which those of a checkout work as they are shown; undefined where they do already. */
export const goTo = (checkout: string, here = standing()): string | undefined =>
  here === checkout ? undefined : `cd ${quote(checkout)}`;

/** Commands of a checkout, where nothing says yet which one is meant. */
const ofCheckout =
  /(?<![\w./-])(?:make (?=(?:alerts-test|bench|check-hosts|doctor|down|explain|logs|preview|reach|refresh|render|status|up|verify)\b)|\.\/vigil(?= [a-z]))/g;

/** A text with every command in it as it works where the reader stands: `make up` becomes `make -C '/checkout' up`. */
export const fromWhere = (text: string, checkout: string, here = standing()): string =>
  here === checkout
    ? text
    : text.replaceAll(ofCheckout, (command) =>
        command === "make " ? `make -C ${quote(checkout)} ` : quote(`${checkout}/vigil`),
      );
