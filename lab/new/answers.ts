/** Facts that only the person who adds a service knows. */
import { UsageError } from "../../lib/errors.ts";
import { quote } from "../../lib/command.ts";

/** How the exporter's listener does TLS and knows who asks. */
export const listeners = ["web-config", "flags", "beside"] as const;

/** What the exporter watches: servers that it is asked about, or the one process that it is. */
export const watched = ["many", "itself"] as const;

/** One question: a flag of the command line, or a line on a terminal. */
interface Question {
  readonly about: string;
  readonly example: string;
  readonly accepts: RegExp;
  /** The default. */
  readonly otherwise?: string;
  /** Whether it matters, as far as the others are answered. */
  readonly when?: (answers: Readonly<Record<string, string | undefined>>) => boolean;
}

export type Answers = Readonly<Record<keyof typeof questions, string>>;

const flag = /^--?[a-zA-Z][\w.-]*$/;
const path = /^\/[\w./-]*$/;
const byFlags = ({ tls }: Readonly<Record<string, string | undefined>>): boolean => tls === "flags";

/** In the order in which they are asked. */
const questions = {
  title: {
    about: "Name of the watched program, as people call it",
    example: "Memcached",
    accepts: /^[A-Z][\w .-]*\w$/,
  },
  binary: {
    about: "The exporter's program",
    example: "memcached_exporter",
    accepts: /^[a-z][a-z0-9_-]*$/,
  },
  version: { about: "Its version, without v", example: "0.16.0", accepts: /^\d+\.\d+(?:\.\d+)?$/ },
  module: {
    about: "Import path of its main package in Go; - where it is not written in Go",
    example: "github.com/prometheus/memcached_exporter/cmd/memcached_exporter",
    accepts: /^(?:-|[a-z0-9.-]+\.[a-z]+\/[\w./-]+)$/,
  },
  image: {
    about: "Its image, without a tag",
    example: "docker.io/prom/memcached-exporter",
    accepts: /^[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[a-z0-9._-]+)+$/,
  },
  port: {
    about: "The port that it listens on",
    example: "9150",
    accepts:
      /^(?:102[4-9]|10[3-9]\d|1[1-9]\d\d|[2-9]\d{3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/,
  },
  up: {
    about: "The metric that is 1 while the watched program is up",
    example: "memcached_up",
    accepts: /^[a-z_:][\w:]*$/,
  },
  tls: {
    about:
      "How its listener does TLS: web-config (a web.yml), flags (of its own), beside (not at all)",
    example: "web-config",
    accepts: new RegExp(`^(?:${listeners.join("|")})$`),
  },
  watches: {
    about: "Whether one process asks many servers, or watches itself: many, itself",
    example: "many",
    accepts: new RegExp(`^(?:${watched.join("|")})$`),
  },
  "probe-path": {
    about: "The path at which it probes one server",
    example: "/scrape",
    accepts: path,
    otherwise: "/scrape",
    when: ({ watches }) => watches === "many",
  },
  health: {
    about: "The path that answers when it is ready",
    example: "/healthz",
    accepts: path,
    otherwise: "/",
  },
  "cert-flag": {
    about: "Its flag for the file of its certificate",
    example: "--tls-server-cert-file",
    accepts: flag,
    when: byFlags,
  },
  "key-flag": {
    about: "Its flag for the file of the certificate's key",
    example: "--tls-server-key-file",
    accepts: flag,
    when: byFlags,
  },
  "clients-flag": {
    about: "Its flag for the authority of its clients",
    example: "--tls-server-ca-cert-file",
    accepts: flag,
    when: byFlags,
  },
} as const satisfies Readonly<Record<string, Question>>;

/** Names of the flags. */
export const flags = Object.keys(questions) as readonly (keyof Answers)[];

/** The flags as `--help` lists them. */
export const flagHelp = (): string =>
  Object.entries<Question>(questions)
    .map(([name, { about, example, otherwise }]) => {
      const more = otherwise === undefined ? "" : ` (default: ${otherwise})`;
      return `  --${name} ${example}\n      ${about}${more}`;
    })
    .join("\n");

/** As it must be typed. */
const word = (text: string): string => (/^[\w./:-]+$/.test(text) ? text : quote(text));

/** Asks on a terminal; undefined where there is none. */
export type Ask = ((question: string) => Promise<string>) | undefined;

/**
 * Everything that must be known, from flags and, where there is a terminal, from whoever sits at it.
 *
 * @param known - What need not be asked: it follows from what is there.
 * @throws UsageError naming all that is missing or wrong, with a command line that works.
 */
export async function answersFrom(
  given: Readonly<Partial<Record<keyof Answers, string>>>,
  known: Partial<Answers>,
  ask: Ask,
  name: string,
): Promise<Answers> {
  const answers: Partial<Record<keyof Answers, string>> = { ...known };
  const wrong: string[] = [];
  const wanted: string[] = [];
  for (const key of flags) {
    const question: Question = questions[key];
    const { about, accepts, example, otherwise, when } = question;
    if (known[key] !== undefined) continue;
    if (when?.(answers) === false) {
      answers[key] = "";
      continue;
    }
    const hint = otherwise ?? `for example ${example}`;
    let text = given[key] ?? (ask && (await ask(`${about} (${hint}): `)).trim());
    if (text === undefined || text === "") text = otherwise;
    if (text !== undefined && accepts.test(text)) answers[key] = text;
    else {
      const says = text === undefined ? "is missing" : `${JSON.stringify(text)} is not valid`;
      wrong.push(`--${key}: ${says}. ${about}.`);
    }
    wanted.push(`--${key} ${word(answers[key] ?? example)}`);
  }
  if (wrong.length === 0) return answers as Answers;
  throw new UsageError(`Answers about ${name} are missing or wrong; nothing was written`, {
    details: wrong,
    advice: [["./vigil new", name, ...wanted].join(" ")],
  });
}
