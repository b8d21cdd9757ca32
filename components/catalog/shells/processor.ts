import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { Login } from "../../../provider/resources.ts";
import type { ProcessorSettings } from "../../config/processor-schema.ts";
import { peopleOf } from "../../people.ts";
import { processorFiles, processorSecrets } from "../../render/processor.ts";
import type { Shell } from "../service.ts";
import { secretFiles } from "./secrets.ts";

const folder = join(import.meta.dirname, "../../../services/alert-processor");

/** Of the program's files: a supervised process is started again when they change. */
function versionOf(): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (file) =>
        /\.(?:css|html|js|json|png|svg|ts|webmanifest)$/.test(file) &&
        !/^(?:test|node_modules)\b/.test(file),
    )
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(file.replaceAll(sep, "/")).update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

/** Remembers every alert, shows what is open and who has it. */
export const processorShell: Shell<ProcessorSettings> = {
  process: ({ child, estate, name, place, settings, texts, trust }) => {
    const signing = new Login(`${name}-signing-key`, { username: name }, child);
    const { act, look } = peopleOf(settings);
    const people = [...act, ...look].map((username) =>
      trust.person(username, `${name}-person-${username}`, child),
    );
    return {
      // An image brings its program compiled, and is one version of it.
      env: estate.traits.images
        ? {}
        : { NODE_COMPILE_CACHE: `${place.data}/compiled`, PROCESSOR_VERSION: versionOf() },
      files: {
        ...texts,
        [processorFiles.authority]: trust.authority,
        [processorFiles.metricsPassword]: trust.login("prometheus", name).password,
        ...trust.askerFiles(name),
        [processorFiles.secret]: signing.password,
        [processorFiles.tokens]: trust.token("alertmanager", name).password,
        ...secretFiles(processorSecrets(settings, estate.common)),
        ...(settings.postgres?.authority !== undefined && {
          [processorFiles.postgresAuthority]: settings.postgres.authority,
        }),
        ...trust.listener(place, [trust.operator, ...people], child),
      },
      // It reads its files when it starts.
      onChange: {},
      health: trust.health("/-/ready", 30, trust.access("prometheus", name)),
    };
  },
};
