import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../target.ts";
import { probeOf } from "./health.ts";
import type { DockerTargetConfig } from "./names.ts";
import { configFolder, physicalName } from "./names.ts";

/** Says from which checkout a container was made. */
const folderLabel = "vigil.folder";

/**
 * Inputs of the container that carries a workload's files and never runs.
 *
 * The engine refuses to copy anything into a container with a read-only root, even below a volume.
 * So the files go into an anonymous volume of this one, which the workload mounts read-only. A fresh
 * volume for each change: a file that is no longer wanted cannot stay behind.
 *
 * The provider hides all files of a container as soon as one of them is secret. The command, which
 * nobody ever runs, repeats the others, so that a preview shows what changes in a configuration.
 */
export function filesInputs(config: DockerTargetConfig, workload: Workload) {
  const { name } = workload.place;
  const files = filesOf(workload);
  return {
    name: `${physicalName(config.stack, name)}-files`,
    image: workload.image.reference,
    command: pulumi.output(openFiles(files)).apply((open) => open.map(titled)),
    labels: labelsOf({
      ...(config.folder !== undefined && { [folderLabel]: config.folder }),
      "vigil.service": name,
      "vigil.stack": config.stack,
    }),
    start: false,
    mustRun: false,
    restart: "no",
    networkMode: "none",
    // With the last container that uses it goes the anonymous volume.
    removeVolumes: true,
    volumes: [{ containerPath: configFolder }],
    uploads: files.map(upload),
  };
}

/** True where there is nothing to carry. */
export function isWithoutFiles(workload: Workload): boolean {
  return filesOf(workload).length === 0;
}

/** Sorted by name, as the provider reads them back. */
export function labelsOf(labels: Readonly<Record<string, pulumi.Input<string>>>) {
  return Object.entries(labels)
    .sort(byName)
    .map(([label, value]) => ({ label, value }));
}

type File = readonly [path: string, content: pulumi.Input<string>];

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
  a < b ? -1 : 1;

function filesOf(workload: Workload): File[] {
  return Object.entries({ ...workload.files, ...probeOf(workload).files }).sort(byName);
}

async function openFiles(files: readonly File[]): Promise<File[]> {
  const marks = await Promise.all(files.map(([, text]) => pulumi.isSecret(pulumi.output(text))));
  return files.filter((_, index) => marks[index] === false);
}

function titled([path, content]: readonly [string, string]): string {
  return `${path}\n${content}`;
}

function upload([path, content]: File) {
  return {
    file: `${configFolder}/${path}`,
    // Owner root, group root: the process is in the group and may read, never write.
    permissions: "0440",
    // The provider takes an empty text for a missing one.
    content: pulumi.output(content).apply((text) => (text === "" ? "\n" : text)),
  };
}
