import * as pulumi from "@pulumi/pulumi";
import type { Secret } from "../../config/fields.ts";

/** Secrets of the configuration as files of a process, by path. */
export const secretFiles = (
  secrets: Readonly<Record<string, Secret>>,
): Record<string, pulumi.Output<string>> =>
  Object.fromEntries(
    Object.entries(secrets).map(([path, one]) => [path, pulumi.secret(one.reveal())]),
  );
