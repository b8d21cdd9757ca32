import type { Signal } from "../../../rules/lib/signal.ts";
import type { Facts } from "../facts.ts";

/** A file of rules and those of its signals that a board can show. */
export interface SignalsFile {
  /** From dashboards/: `../rules/mysql/server.ts`. */
  readonly path: string;
  /** `server` */
  readonly topic: string;
  readonly signals: Readonly<Record<string, Signal>>;
}

/** `longestWait` as a title: `Longest wait`. */
function titleOf(signal: string): string {
  const words = signal.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const pascal = (topic: string): string =>
  topic.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A row of panels of one kind: numbers and lines side by side do not fill a line of the board. */
const rowText = (title: string, panels: readonly string[]): string =>
  panels.length === 0 ? "" : `{ title: ${JSON.stringify(title)}, panels: [${panels.join(" ")}] },`;

/** dashboards/NAME.ts: states as numbers, everything else as lines, a row for each file of rules. */
export function boardText(
  { camel, name, title }: Pick<Facts, "camel" | "name" | "title">,
  files: readonly SignalsFile[],
): string {
  const panelsOf = (kind: "stat" | "timeseries", { signals, topic }: SignalsFile): string[] =>
    Object.entries(signals)
      .filter(([, { unit }]) => (unit === "bool") === (kind === "stat"))
      .map(([one]) => `${kind}(of${pascal(topic)}.${one}, { title: "${titleOf(one)}" }),`);
  const stats = files.flatMap((file) => panelsOf("stat", file));
  const lines = files.map((file) => [file, panelsOf("timeseries", file)] as const);
  const kinds = [
    ...(stats.length > 0 ? ["stat"] : []),
    ...(lines.some(([, panels]) => panels.length > 0) ? ["timeseries"] : []),
  ];
  return `
    ${files.map(({ path, topic }) => `import { signals as of${pascal(topic)} } from "${path}";`).join("\n")}
    import type { BoardDefinition } from "./lib/board.ts";
    import { ${kinds.join(", ")} } from "./lib/panels.ts";

    /** Is ${title} up and at work? */
    export const board: BoardDefinition = {
      uid: "vigil-${name}",
      title: "${title}",
      description: "Is ${title} up and at work?",
      tags: ["${camel.toLowerCase()}"],
      variables: [{ name: "host", label: "Host", query: 'label_values(up{job="${name}"}, host)' }],
      rows: [
        ${rowText("Now", stats)}
        ${lines.map(([{ topic }, panels]) => rowText(topic === name ? "Over time" : titleOf(topic), panels)).join("\n")}
      ],
    };
  `;
}
