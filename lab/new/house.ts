/** What the house has of a service already, and what its names are. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { services } from "../../components/catalog/index.ts";
import { allFields } from "../../components/config/fields-of.ts";
import { UsageError, UserError } from "../../lib/errors.ts";
import type { AlertGroup } from "../../rules/lib/alert.ts";
import { groups } from "../../rules/index.ts";
import { readDeployed } from "../../rules/lint/files.ts";
import { shelves } from "../../rules/loading.ts";

/** What is there before anything is written. */
export interface House {
  readonly root: string;
  /** As it is typed: `kube-proxy`. */
  readonly name: string;
  /** In code and as section of the configuration: `kubeProxy`. */
  readonly camel: string;
  /** The groups of alerts that are about it already. */
  readonly groups: readonly AlertGroup[];
  /** Exporters whose metrics are known, with their versions. */
  readonly inventories: readonly string[];
}

const camelOf = (name: string): string =>
  name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Whether a word can be the name of a constant. */
function isFree(word: string): boolean {
  try {
    new Script(`"use strict"; const ${word} = 0;`);
    return word !== "await";
  } catch {
    return false;
  }
}

/** @throws UsageError where a name cannot be one, UserError where it is taken. */
export function houseFor(root: string, name: string): House {
  const camel = camelOf(name);
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) || name.length > 30 || !isFree(camel)) {
    throw new UsageError(`${JSON.stringify(name)} cannot be the name of a service`, {
      details: [
        "It becomes a file, a scrape job and a name in code: small letters, digits and single hyphens, not a word of TypeScript.",
      ],
      advice: ["For example: make new SERVICE=memcached"],
    });
  }
  const taken = takenBy(root, name, camel);
  if (taken !== undefined) {
    throw new UserError(`${name} is taken: ${taken}; nothing was written`, {
      advice: ["Choose another name, or change what is there."],
    });
  }
  const inventories = readdirSync(join(root, "rules", "metrics"))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replace(/\.json$/, ""));
  return { root, name, camel, groups: groups.filter(({ job }) => job === name), inventories };
}

function takenBy(root: string, name: string, camel: string): string | undefined {
  const service = services.find((one) => one.name === name || one.key === camel);
  if (service !== undefined) return `components/catalog has the service ${service.name}`;
  if (name in readDeployed(root)) return "a service of the catalogue has a job of that name";
  const section = allFields().some(({ key }) => key.split(/[.:]/)[1] === camel);
  if (section) return `the configuration has a section vigil:${camel}`;
  const other = shelves.find((one) => one.service === name && !one.jobs?.includes(name));
  if (other !== undefined) {
    return `rules/ has alerts of that service, about ${other.jobs?.join(" and ") ?? "no job"}`;
  }
  // Files that no list names: somebody's work that is not finished.
  const paths = [`components/catalog/${name}.ts`, `dashboards/${name}.ts`];
  return paths.find((path) => existsSync(join(root, path)))?.concat(" exists");
}
