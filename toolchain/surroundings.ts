import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { request, type RequestOptions } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "./errors.ts";

/** Whether a container engine answers. */
export type Docker =
  | { readonly at: string; readonly version: string }
  | { readonly at: string; readonly reason: string };

/** Asks the Docker engine for its version, where Docker's own tools would look for it. */
export async function askDocker(env: NodeJS.ProcessEnv = process.env): Promise<Docker> {
  const home = env["HOME"] ?? homedir();
  const sockets = ["/var/run/docker.sock", join(home, ".docker/run/docker.sock")];
  const socket = sockets.find((path) => existsSync(path)) ?? sockets[0] ?? "";
  const at = env["DOCKER_HOST"] ?? `unix://${socket}`;
  try {
    const { Version } = JSON.parse(await get(addressOf(at))) as { Version: string };
    return { at, version: Version };
  } catch (error) {
    return { at, reason: reasonOf(error) };
  }
}

function addressOf(at: string): RequestOptions {
  const { protocol, hostname, port, pathname } = new URL(at);
  if (protocol === "unix:") return { socketPath: pathname };
  if (protocol === "tcp:") return { hostname, port: port || "2375" };
  throw new Error(`${protocol} is not looked at from here`);
}

function get(address: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...address, path: "/version", timeout: 3000 }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`it answered ${response.statusCode ?? "?"}`));
      });
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer within 3 s")));
    asked.on("error", reject).end();
  });
}

/** A provider plugin of Pulumi the program can use. */
export interface Plugin {
  readonly name: string;
  /** Versions installed, oldest first; empty when there is none. */
  readonly versions: readonly string[];
}

/** Which versions of provider plugins are installed for this user. */
export async function findPlugins(
  names: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Plugin[]> {
  const home = env["PULUMI_HOME"] ?? join(env["HOME"] ?? homedir(), ".pulumi");
  const folders = await readdir(join(home, "plugins")).catch((): string[] => []);
  return names.map((name) => ({
    name,
    versions: folders
      // Beside a folder there may be its lock or a mark that it is only half-way there.
      .filter((folder) => !folders.includes(`${folder}.partial`))
      .map((folder) => /^resource-(.+)-v(\d+\.\d+\.\d+[^.]*)$/.exec(folder))
      .flatMap((match) => (match?.[1] === name && match[2] ? [match[2]] : []))
      .sort((a, b) => a.localeCompare(b, "en", { numeric: true })),
  }));
}
