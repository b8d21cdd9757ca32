import type { Answers } from "./answers.ts";
import type { House } from "./house.ts";

/** What the texts of a new service are written from. */
export interface Facts {
  readonly name: string;
  readonly camel: string;
  /** Start of the names of its alerts: `KubeProxy`. */
  readonly pascal: string;
  readonly title: string;
  readonly binary: string;
  readonly version: string;
  /** Undefined where it is not written in Go. */
  readonly module: string | undefined;
  readonly image: string;
  readonly port: number;
  readonly up: string;
  readonly tls: string;
  readonly beside: boolean;
  /** What makes its arguments and its process. */
  readonly shell: string;
  readonly watches: string;
  readonly probePath: string;
  readonly health: string;
  readonly certFlag: string;
  readonly keyFlag: string;
  readonly clientsFlag: string;
}

const shells: Readonly<Record<string, string>> = {
  "web-config": "exporter",
  flags: "exporterByFlags",
  beside: "exporterBeside",
};

/** What follows from answers and names. */
export const factsOf = ({ camel, name }: House, answers: Answers): Facts => ({
  name,
  camel,
  pascal: camel.charAt(0).toUpperCase() + camel.slice(1),
  title: answers.title,
  binary: answers.binary,
  version: answers.version,
  module: answers.module === "-" ? undefined : answers.module,
  image: answers.image,
  port: Number(answers.port),
  up: answers.up,
  tls: answers.tls,
  beside: answers.tls === "beside",
  shell: shells[answers.tls] ?? "",
  watches: answers.watches,
  probePath: answers["probe-path"],
  health: answers.health,
  certFlag: answers["cert-flag"],
  keyFlag: answers["key-flag"],
  clientsFlag: answers["clients-flag"],
});
