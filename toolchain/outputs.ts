import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Unwrap } from "@pulumi/pulumi";
import type { VigilOutputs } from "../components/outputs.ts";
import { forStack } from "../rules/lib/command.ts";
import { type Engine, targetOf } from "./engine.ts";
import { UserError } from "./errors.ts";
import { unrecorded } from "./reality.ts";
import { stackFolder } from "./state/home.ts";

/** The outputs of a stack with their secrets in clear. */
export type Outputs = Unwrap<VigilOutputs>;

/** Files with which a person gets in; see {@link writeAccess}. */
export interface Access {
  /** In the format of `curl --netrc-file`. */
  readonly login: string;
  readonly authority: string;
  /** Certificate and key for what asks for one. */
  readonly certificate: string;
  readonly key: string;
}

/** Reads the outputs of a stack that is up. */
export async function readOutputs({ capture, home }: Engine): Promise<Outputs> {
  const text = await capture([
    "stack",
    "output",
    "--json",
    "--show-secrets",
    "--stack",
    home.stack,
    "--non-interactive",
  ]);
  const { vigil } = JSON.parse(text) as { vigil?: Outputs };
  if (vigil !== undefined) return vigil;
  const lost = await unrecorded(home, await targetOf(home.root, home.stack));
  if (lost !== undefined) throw lost;
  throw new UserError(`Stack ${home.stack} is not up`, {
    advice: [forStack("make up", home.stack)],
  });
}

/** Where the access files of a stack are. */
export function accessPaths(root: string, stack: string): Access {
  const folder = join(stackFolder(root, stack), "access");
  const file = (name: string): string => join(folder, name);
  return {
    authority: file("ca.crt"),
    certificate: file("client.crt"),
    key: file("client.key"),
    login: file("login"),
  };
}

const urlsOf = (outputs: Outputs): string[] =>
  [outputs.prometheus, outputs.grafana, outputs.processor].flatMap((one) => one?.url ?? []);

/** A word as .netrc has it: in quotes, which curl understands from 7.84 on, only where it must be. */
const netrcWord = (text: string): string =>
  /^[\w.~+/=-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

/** Lines of a .netrc file that sign in at these hosts. */
export const netrc = (hosts: readonly string[], { password, username }: Outputs["login"]): string =>
  hosts
    .map((host) => `machine ${host} login ${username} password ${netrcWord(password)}\n`)
    .join("");

/** Writes login, certificates and key to files that only this user can read. The password is never printed. */
export async function writeAccess(root: string, stack: string, outputs: Outputs): Promise<Access> {
  const paths = accessPaths(root, stack);
  const hosts = [...new Set(urlsOf(outputs).map((url) => new URL(url).hostname))].sort();
  await mkdir(join(stackFolder(root, stack), "access"), { recursive: true, mode: 0o700 });
  // An older file keeps its mode when written to, so it goes first.
  await Promise.all(Object.values(paths).map((path: string) => rm(path, { force: true })));
  await writeFile(paths.login, netrc(hosts, outputs.login), { mode: 0o600 });
  await writeFile(paths.authority, outputs.authority, { mode: 0o600 });
  await writeFile(paths.certificate, outputs.client.certificate, { mode: 0o600 });
  await writeFile(paths.key, outputs.client.key, { mode: 0o600 });
  return paths;
}

/** Removes the access files. */
export async function removeAccess(root: string, stack: string): Promise<void> {
  await rm(join(stackFolder(root, stack), "access"), { recursive: true, force: true });
}
