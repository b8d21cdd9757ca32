import { services } from "../catalog/index.ts";
import type { Account, Service } from "../catalog/service.ts";
import { channelFields } from "../channels/index.ts";
import { allFields, type Field } from "./fields-of.ts";
import { setCommand } from "./commands.ts";

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

function defaultCell(field: Field): string {
  if (field.secret === true) return "secret";
  if (field.default !== undefined) return code(field.default.replaceAll('"', ""));
  return field.required && !field.key.includes("<name>") ? "required" : "";
}

/** Keys that went on working when another section took their place. */
const isBefore = ({ key }: Field): boolean => {
  const [section = "", name = ""] = key.replace("vigil:", "").split(".");
  if (section === "receivers") return true;
  return section === "processor" && (name === "heartbeat" || name in channelFields);
};

/** The fields that a stack is offered. */
const offered = (): Field[] => allFields().filter((field) => !isBefore(field));

/** Every configuration key as a Markdown table, in the order of the schema. */
export function configTable(): string {
  const rows = offered().map(
    (field) => `| ${code(field.key)} | ${defaultCell(field)} | ${field.description} |`,
  );
  return ["| Key | Default | Meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

const commandsText = ({ commands }: Account): string =>
  Object.entries(commands)
    .map(([at, command]) => `${at}:\n\n\`\`\`\n${command}\n\`\`\``)
    .join("\n\n");

/** The accounts that exporters need where they look, each with the command that makes it. */
export function accountsText(): string {
  const all: readonly Service[] = services;
  return all
    .flatMap(({ account, key, name }) =>
      account === undefined
        ? []
        : [
            `### ${name}\n\n${account.about} Its settings: \`vigil:${key}\`.\n\n${commandsText(account)}`,
          ],
    )
    .join("\n\n");
}

/** A script with the command that sets each secret. The values are asked for, never written down. */
export function secretsExample(): string {
  const secrets = offered().filter(({ secret }) => secret === true);
  const commands = secrets.flatMap(({ description, key }) => [
    "",
    `# ${key.replace("vigil:", "")}: ${description}`,
    `# ${setCommand(key.replace("vigil:", "").split("."))}`,
  ]);
  return [
    "#!/bin/sh",
    "# Every secret a stack can have, with the command that sets it. Each asks for the value; a file",
    "# works as well: … < file. None is needed to start: what is absent is generated or left out.",
    "# Choose the stack with STACK=dev in front.",
    ...commands,
    "",
  ].join("\n");
}
