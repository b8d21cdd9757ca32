/** Explains a failure of npm to somebody who did not call it. Pure. */
import { quote } from "../lib/command.ts";
import { FatalError } from "../lib/errors.ts";

/** The facts about a failure of npm. */
export interface NpmFailure {
  /** All that it printed. */
  readonly output: string;
  /** Text of package-lock.json. */
  readonly lock: string;
  /** Address of the registry that was asked. */
  readonly registry: string;
  /** The checkout. */
  readonly root: string;
}

/** Lines that say nothing about this failure. */
const idle =
  /^(?:A complete log|code |errno |syscall |type |network (?:In most cases|If you are behind|This is a problem)|$)/;

/** By these codes of npm, of Node and of HTTP the registry was not reached, or not well enough. */
const unreached =
  /^(?:E(?:401|403|404|407|5\d\d)|EAI_AGAIN|ECONN\w+|EHOSTUNREACH|EMAXREDIRECT|ENETUNREACH|ENOTFOUND|EPIPE|ERR_\w+|E?SOCKET\w*|E\w*TIMEDOUT|FETCH_ERROR|\w*CERT\w*|\w*SIGNED\w*)$/;

interface Lock {
  readonly packages?: Readonly<Record<string, { integrity?: string; version?: string }>>;
}

/** Name and version of the package that the lock file has one of these checksums of, and which it is. */
function pinnedBy(
  lock: string,
  sums: readonly string[],
): { readonly name: string; readonly sum: string } {
  const entries = Object.entries((JSON.parse(lock) as Lock).packages ?? {});
  const found = entries.find(([, { integrity = "" }]) => sums.includes(integrity));
  if (found === undefined) return { name: "a package", sum: sums[0] ?? "" };
  const [path, { integrity = "", version = "" }] = found;
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  return { name: `${name} ${version}`, sum: integrity };
}

/** The error with what was asked, what came, and what to do about it. */
export function explainNpm({ lock, output, registry, root }: NpmFailure): FatalError {
  const said = output
    .split("\n")
    .flatMap((line) => /^npm error ?(.*)$/.exec(line.trim())?.[1] ?? []);
  const code = said.flatMap((line) => /^code (\S+)/.exec(line)?.[1] ?? [])[0] ?? "";
  const reason = said.find((line) => !idle.test(line)) ?? output.trim().split("\n").at(-1) ?? "";
  const asked = `Registry: ${registry}`;
  const untouched = "None of it was run, and nothing was kept.";
  if (code === "EINTEGRITY") {
    // Which of them came depends on whether npm asked for the package at all.
    const sums = [...reason.matchAll(/sha\d+-[\w+/]+=*/g)].map(([sum]) => sum);
    const pinned = pinnedBy(lock, sums);
    const came = sums.find((sum) => sum !== pinned.sum) ?? "";
    return new FatalError(`The download of ${pinned.name} is not what package-lock.json pins`, {
      details: [asked, `pinned  ${pinned.sum}`, `came    ${came}`, untouched],
      advice: [
        "A network that wants you to sign in first answers with its own page: sign in, and run it again.",
        "If that does not help, the package was changed in transit: ask whoever runs that registry.",
      ],
    });
  }
  return new FatalError("The npm packages of package-lock.json could not be installed", {
    details: [
      code === "" ? reason : `${code}: ${reason.replace(/^network /, "")}`,
      asked,
      untouched,
    ],
    advice: [
      unreached.test(code)
        ? "Let this machine reach that registry, or set npm_config_registry to one that it can reach."
        : `To see more: cd ${quote(root)} && npm ci`,
    ],
  });
}
