import { spawnSync } from "node:child_process";

/** Asks the engine's `/_ping` and prints why it does not answer; Node's own client is there sooner than another. */
const ping = `
const [scheme, value] = process.argv.slice(1);
const url = scheme === "tcp" ? new URL("http://" + value) : undefined;
const where = url ? { host: url.hostname, port: url.port || 2375 } : { socketPath: value };
const options = { ...where, path: "/_ping", timeout: 3000 };
const request = require("node:http").get(options, (answer) => {
  if (answer.statusCode !== 200) process.stdout.write("it answers " + answer.statusCode);
  answer.resume();
});
request.on("timeout", () => request.destroy(new Error("no answer within 3 s")));
request.on("error", (error) => process.stdout.write(error.code || error.message));
`;

/**
 * Why no Docker engine can be used, in words that say what to do; undefined where one answers.
 *
 * Synchronous, in a child process of 50 ms, because constructors cannot wait and the provider's own
 * error comes in the middle of an update. Looked for where the provider looks: DOCKER_CONTEXT,
 * DOCKER_HOST, then the usual socket. What needs a context, SSH or client certificates is left to
 * the provider, which has them.
 */
export function engineProblem(configured?: string): string | undefined {
  const { DOCKER_CONTEXT, DOCKER_HOST, DOCKER_CERT_PATH } = process.env;
  if (configured === undefined && DOCKER_CONTEXT) return undefined;
  const host = configured ?? (DOCKER_HOST || "unix:///var/run/docker.sock");
  const [, scheme, rest] = /^([a-z]+):\/\/(.*)$/.exec(host) ?? [];
  if (scheme === "tcp" && DOCKER_CERT_PATH) return undefined;
  if (rest === undefined || (scheme !== "unix" && scheme !== "tcp")) return undefined;
  const asked = spawnSync(process.execPath, ["-e", ping, scheme, rest], {
    encoding: "utf8",
    timeout: 5000,
    env: { PATH: process.env["PATH"] },
  });
  const problem = asked.stdout || (asked.status === 0 ? undefined : "no answer");
  if (problem === undefined) return undefined;
  return `no Docker engine answers at ${host} (${problem}). ${remedy(problem)}`;
}

function remedy(problem: string): string {
  if (problem === "EACCES") {
    return "Let this account use it: sudo usermod -aG docker $USER, then log in again.";
  }
  return (
    "Start Docker, or set DOCKER_HOST to its address: " +
    "docker context inspect --format '{{.Endpoints.docker.Host}}' prints it."
  );
}
