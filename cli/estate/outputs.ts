import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Unwrap } from "@pulumi/pulumi";
import type { VigilOutputs } from "../../components/outputs.ts";
import { forStack } from "../../lib/command.ts";
import { type Engine, targetOf } from "../engine.ts";
import { UserError } from "../../lib/errors.ts";
import { unrecorded } from "../reality.ts";
import { stackFolder } from "../state/home.ts";
import { recordedOutputs } from "../state/outputs.ts";
import { readRecord, recordFile } from "../state/record.ts";

/** The outputs of a stack with their secrets in clear. */
export type Outputs = Unwrap<VigilOutputs>;

/** Files with which a person gets in; see {@link writeAccess}. */
export interface Access {
  /** In the format of `curl --netrc-file`. */
  readonly login: string;
  readonly authority: string;
  /** Folder with a file like it for each of the people who sign in at the processor's page alone. */
  readonly people: string;
  /** Certificate and key for what asks for one. */
  readonly certificate: string;
  readonly key: string;
}

async function askEngine({ capture, home: { stack } }: Engine): Promise<unknown> {
  const output = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  return JSON.parse(await capture([...output, "--non-interactive"]));
}

/** Reads the outputs of a stack that is up. */
export async function readOutputs(engine: Engine): Promise<Outputs> {
  const { home, recordKey } = engine;
  const found = await readRecord(recordFile(home));
  const recorded = recordedOutputs(found, recordKey) ?? (await askEngine(engine));
  const { vigil } = recorded as { vigil?: Outputs };
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
    people: file("people"),
  };
}

const urlsOf = (outputs: Outputs): string[] =>
  [outputs.prometheus, outputs.grafana, outputs.processor].flatMap((one) => one?.url ?? []);

/** A word as .netrc has it: in quotes, which curl understands from 7.84 on, only where it must be. */
const netrcWord = (text: string): string =>
  /^[\w.~+/=-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

const hostsOf = (urls: readonly string[]): string[] =>
  [...new Set(urls.map((url) => new URL(url).hostname))].sort();

/** Lines of a .netrc file that sign in at these hosts. */
export const netrc = (hosts: readonly string[], { password, username }: Outputs["login"]): string =>
  hosts
    .map((host) => `machine ${host} login ${username} password ${netrcWord(password)}\n`)
    .join("");

/** Writes logins, certificates and key to files that only this user can read. No password is ever printed. */
export async function writeAccess(root: string, stack: string, outputs: Outputs): Promise<Access> {
  const paths = accessPaths(root, stack);
  // An older file keeps its mode when written to, and who is no longer named has no file: all goes first.
  await removeAccess(root, stack);
  await mkdir(paths.people, { recursive: true, mode: 0o700 });
  const write = (path: string, text: string) => writeFile(path, text, { mode: 0o600 });
  await write(paths.login, netrc(hostsOf(urlsOf(outputs)), outputs.login));
  await write(paths.authority, outputs.authority);
  await write(paths.certificate, outputs.client.certificate);
  await write(paths.key, outputs.client.key);
  const page = outputs.processor ? [outputs.processor.url] : [];
  for (const [username, password] of Object.entries(outputs.people)) {
    await write(join(paths.people, username), netrc(hostsOf(page), { username, password }));
  }
  return paths;
}

/** Removes the access files. */
export async function removeAccess(root: string, stack: string): Promise<void> {
  await rm(join(stackFolder(root, stack), "access"), { recursive: true, force: true });
}
