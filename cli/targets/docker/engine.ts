import { existsSync } from "node:fs";
// Asked by doctor and by down too, before npm's packages are there: Node's own client.
import { request, type RequestOptions } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "../../../lib/errors.ts";

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
  const text = await call(engineAt(env), "GET", `/volumes?filters=${labelled(stack)}`);
  const { Volumes } = JSON.parse(text) as { Volumes: { Name: string }[] | null };
  return (Volumes ?? []).map(({ Name }) => Name).sort();
}

/** Removes a volume with the data in it. */
export async function removeVolume(name: string, env = process.env): Promise<void> {
  await call(engineAt(env), "DELETE", `/volumes/${encodeURIComponent(name)}`);
}

/** A container of a stack as the engine has it. */
export interface StackContainer {
  readonly id: string;
  /** `vigil-dev-prometheus`. */
  readonly name: string;
  /** `created`, `running`, `restarting`, `exited`, … */
  readonly state: string;
  /** In words: `Up 3 minutes (unhealthy)`. */
  readonly status: string;
  /** Checkout that it was made from, where it says so. */
  readonly folder: string | undefined;
}

const labelled = (stack: string): string =>
  encodeURIComponent(JSON.stringify({ label: [`vigil.stack=${stack}`] }));

/** Every container of a stack, whatever its state, by name. */
export async function stackContainers(stack: string, env = process.env): Promise<StackContainer[]> {
  const text = await call(
    engineAt(env),
    "GET",
    `/containers/json?all=1&filters=${labelled(stack)}`,
  );
  const found = JSON.parse(text) as {
    Id: string;
    Labels: Readonly<Record<string, string>>;
    Names: string[];
    State: string;
    Status: string;
  }[];
  return found
    .map(({ Id: id, Labels: labels, Names: [name = ""], State: state, Status: status }) => ({
      id,
      name: name.replace(/^\//, ""),
      state,
      status,
      folder: labels["vigil.folder"],
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** How a container is doing, as the engine knows it. */
export interface ContainerHealth {
  /** `vigil-dev-prometheus`. */
  readonly name: string;
  /** `created`, `running`, `restarting`, `paused`, `exited`, `dead`. */
  readonly state: string;
  /** The result of its health check: `healthy`, `starting`, `unhealthy`; undefined where it has none. */
  readonly health: string | undefined;
  readonly exitCode: number;
  /** Why it could not be started. */
  readonly error: string;
  readonly restarts: number;
  readonly image: string;
  /** Whether the image could be started from again. */
  readonly imageThere: boolean;
}

/** Every container of a stack, whatever its state, looked at closely. */
export async function stackHealth(stack: string, env = process.env): Promise<ContainerHealth[]> {
  const at = engineAt(env);
  const containers = await stackContainers(stack, env);
  return Promise.all(
    containers.map(async ({ id, name }) => {
      const found = JSON.parse(await call(at, "GET", `/containers/${id}/json`)) as {
        Config: { Image: string };
        RestartCount: number;
        State: { Status: string; Error: string; ExitCode: number; Health?: { Status: string } };
      };
      const { Config, RestartCount: restarts, State } = found;
      const image = Config.Image;
      const imageThere = await call(at, "GET", `/images/${encodeURIComponent(image)}/json`).then(
        () => true,
        () => false,
      );
      const { Error: error, ExitCode: exitCode, Health, Status: state } = State;
      return { name, state, health: Health?.Status, exitCode, error, restarts, image, imageThere };
    }),
  );
}

/** The container that publishes a port of the machine; undefined where none does, or nobody can say. */
export async function publishedBy(port: number, env = process.env): Promise<string | undefined> {
  const filters = encodeURIComponent(JSON.stringify({ publish: [String(port)] }));
  const text = await call(engineAt(env), "GET", `/containers/json?filters=${filters}`).catch(
    () => "[]",
  );
  const [found] = JSON.parse(text) as { Names: string[] }[];
  return found?.Names[0]?.replace(/^\//, "");
}

/** Seconds a container has to end on its own. */
const grace = 20;

/**
 * Stops and removes the containers and networks of a stack. Volumes, which hold the data, stay.
 *
 * @param which - Those of its containers that are meant; its networks go with the last. @default all
 * @returns the names of what was removed.
 */
export async function removeContainers(
  stack: string,
  which: (container: StackContainer) => boolean = () => true,
  env = process.env,
): Promise<string[]> {
  const at = engineAt(env);
  const all = await stackContainers(stack, env);
  const containers = all.filter(which);
  await Promise.all(
    containers.map(async ({ id }) => {
      await call(at, "POST", `/containers/${id}/stop?t=${grace}`, grace + 10).catch(
        () => undefined,
      );
      await call(at, "DELETE", `/containers/${id}?force=true`, grace + 10);
    }),
  );
  if (containers.length < all.length) return containers.map(({ name }) => name);
  const networks = await call(at, "GET", `/networks?filters=${labelled(stack)}`);
  for (const { Id } of JSON.parse(networks) as { Id: string }[]) {
    await call(at, "DELETE", `/networks/${Id}`, grace);
  }
  return containers.map(({ name }) => name);
}

function addressOf(at: string): RequestOptions {
  const { protocol, hostname, port, pathname } = new URL(at);
  if (protocol === "unix:") return { socketPath: pathname };
  if (protocol === "tcp:") return { hostname, port: port || "2375" };
  throw new Error(`${protocol} is not supported here`);
}

async function call(
  at: string,
  method: "DELETE" | "GET" | "POST",
  path: string,
  seconds = 3,
): Promise<string> {
  const address = addressOf(at);
  return new Promise((resolve, reject) => {
    const asked = request({ ...address, method, path, timeout: seconds * 1000 }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 400) resolve(text);
        else reject(new Error(`it answered ${status}`));
      });
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${seconds} s`)));
    asked.on("error", reject).end();
  });
}
