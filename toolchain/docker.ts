import { existsSync } from "node:fs";
import { request, type RequestOptions } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "./errors.ts";

/** Whether a container engine answers. */
export type Docker =
  | { readonly at: string; readonly version: string }
  | { readonly at: string; readonly reason: string };

/** Where Docker's own tools would look for the engine. */
function engineAt(env: NodeJS.ProcessEnv): string {
  const home = env["HOME"] ?? homedir();
  const sockets = ["/var/run/docker.sock", join(home, ".docker/run/docker.sock")];
  const socket = sockets.find((path) => existsSync(path)) ?? sockets[0] ?? "";
  return env["DOCKER_HOST"] ?? `unix://${socket}`;
}

/** Asks the Docker engine for its version. */
export async function askDocker(env: NodeJS.ProcessEnv = process.env): Promise<Docker> {
  const at = engineAt(env);
  try {
    const { Version } = JSON.parse(await call(at, "GET", "/version")) as { Version: string };
    return { at, version: Version };
  } catch (error) {
    return { at, reason: reasonOf(error) };
  }
}

/** Names of the volumes that hold the data of a stack, sorted. */
export async function stackVolumes(stack: string, env = process.env): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`vigil.stack=${stack}`] }));
  const text = await call(engineAt(env), "GET", `/volumes?filters=${filters}`);
  const { Volumes } = JSON.parse(text) as { Volumes: { Name: string }[] | null };
  return (Volumes ?? []).map(({ Name }) => Name).sort();
}

/** Removes a volume with the data in it. */
export async function removeVolume(name: string, env = process.env): Promise<void> {
  await call(engineAt(env), "DELETE", `/volumes/${encodeURIComponent(name)}`);
}

function addressOf(at: string): RequestOptions {
  const { protocol, hostname, port, pathname } = new URL(at);
  if (protocol === "unix:") return { socketPath: pathname };
  if (protocol === "tcp:") return { hostname, port: port || "2375" };
  throw new Error(`${protocol} is not looked at from here`);
}

async function call(at: string, method: "GET" | "DELETE", path: string): Promise<string> {
  const address = addressOf(at);
  return new Promise((resolve, reject) => {
    const asked = request({ ...address, method, path, timeout: 3000 }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(text);
        else reject(new Error(`it answered ${status}`));
      });
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer within 3 s")));
    asked.on("error", reject).end();
  });
}
