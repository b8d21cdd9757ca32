import { relative } from "node:path";
import type { Config } from "../components/config/schema.ts";
import { defaultStack, goTo } from "../lib/command.ts";
import type { Access, Outputs } from "./estate/outputs.ts";
import { formatTable } from "../lib/table.ts";

/** The inputs of the closing text. */
export interface Closing {
  readonly access: Access;
  readonly outputs: Outputs;
  readonly root: string;
  /** The folder that Vigil was called from. @default the one that the reader stands in */
  readonly here?: string;
  readonly stack: string;
  /** The configuration; undefined where it could not be read here. */
  readonly wanted: Pick<Config, "grafana" | "processor"> | undefined;
  /** Parts that are left out, and why. */
  readonly without: ReadonlyMap<string, string>;
}

/** Shown in place of an address: whoever switched a part off misses nothing. */
function absence(enabled: boolean | undefined, reason: string | undefined): string {
  if (enabled === false) return "switched off";
  return reason === undefined ? "left out" : `left out: ${reason}`;
}

function addresses({ access, outputs, root, wanted, without }: Closing): string[][] {
  const { alertmanager, grafana, processor, prometheus } = outputs;
  const reason = without.get("grafana") ?? without.get("grafana-plugin");
  return [
    ["Open alerts", processor?.url ?? absence(wanted?.processor.enabled, undefined)],
    ["Prometheus", prometheus?.url ?? "not published"],
    [
      "Alertmanager",
      alertmanager === null
        ? "not published"
        : `${alertmanager.url} (asks for ${relative(root, access.certificate)}; ./vigil amtool shows it)`,
    ],
    ["Grafana", grafana?.url ?? absence(wanted?.grafana.enabled, reason)],
  ];
}

function watching({ watched }: Outputs): string {
  const jobs = Object.entries(watched).map(
    ([job, instances]) => `${job} (${instances.join(", ")})`,
  );
  return jobs.join(", ");
}

const tellMe = (prefix: string): string =>
  "\nTo be notified of alerts, set where they go (it asks for the URL) and run make up again\n\n" +
  `  ${prefix}./vigil pulumi config set --secret --path vigil:channels.webhook.url\n`;

function peopleRow({ people }: Outputs, folder: string): [string, string][] {
  const names = Object.keys(people).sort();
  return names.length === 0
    ? []
    : [["Page only", `${names.join(", ")}; their passwords are in ${folder}/`]];
}

/** The text for a person once the estate is up: where it is, how to get in, what next. */
export function closing(input: Closing): string {
  const { access, outputs, root, stack } = input;
  const short = (path: string): string => relative(root, path);
  const told = outputs.receivers.join(", ") || "nobody yet";
  const rows = [
    ...addresses(input),
    ["Sign in as", `${outputs.login.username}; the password is in ${short(access.login)}`],
    ...peopleRow(outputs, short(access.people)),
    ["Authority", `${short(access.authority)} (import it, and browsers trust the certificates)`],
    ["Watched", watching(outputs)],
    ["Notifies", told],
  ];
  const prefix = stack === defaultStack ? "" : `STACK=${stack} `;
  const there = goTo(root, input.here);
  const next = [
    ...(there === undefined ? [] : [[there, "where these paths and commands are"]]),
    [`${prefix}make verify`, "prove that every part answers and an alert gets through"],
    [`${prefix}make status`, "what runs, what is watched, what is firing"],
    [`${prefix}make down`, "stop and remove it all, keeping the data"],
  ];
  const indent = (text: string): string => text.replace(/^(?=.)/gm, "  ");
  return [
    `\nVigil watches ${outputs.environment}.\n\n`,
    indent(formatTable(rows)),
    "\nTry next\n\n",
    indent(formatTable(next)),
    ...(outputs.receivers.length === 0 ? [tellMe(prefix)] : []),
    "\n",
  ].join("");
}
