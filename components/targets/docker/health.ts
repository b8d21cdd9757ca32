import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../target.ts";
import { configFolder } from "./names.ts";

/** A running container as its neighbour knows it. */
export interface Neighbour {
  readonly id: pulumi.Input<string>;
  readonly port: number;
}

/** CA and login for the tools of an image that read a Prometheus HTTP client configuration. */
export const clientFile = "health-client.json";

/** How a container asks itself, and the file it needs for that. */
export interface Probe {
  /** As `docker inspect` shows it to everybody who may ask the engine: never holds a secret. */
  readonly tests: pulumi.Input<string>[];
  /** Uploaded beside the workload's own files. */
  readonly files: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Time between two checks. The first comes after one of them, so it is what `up` waits for. */
export const probeTiming = {
  interval: "3s",
  timeout: "5s",
  startPeriod: "30s",
  retries: 3,
} as const;

/**
 * The best honest check an official image can make of itself.
 *
 * Prometheus and Alertmanager carry tools that read CA and login from a file: they ask for
 * readiness as any client would. The others have busybox wget only. It cannot verify a certificate,
 * which on the container's own loopback nobody can stand between, and it takes a login as an
 * argument only, which every process list would show. So it asks without one: an answer 200 or 401
 * proves a listener that speaks TLS and HTTP; that the login works, Prometheus sees at each scrape.
 * Nor has it a certificate to show: a listener that asks for one is only looked at, in the system's list
 * of them, because it would write each broken handshake into its log.
 */
export function probeOf(workload: Workload, beside?: Neighbour): Probe {
  if (workload.image.bare === true) return { tests: ["NONE"], files: {} };
  if (beside !== undefined) {
    return { tests: ["CMD-SHELL", besideCheck(workload, beside)], files: {} };
  }
  const url = `https://127.0.0.1:${workload.port}`;
  const client = `--http.config.file=${configFolder}/${clientFile}`;
  const { listens: listensBy, ready } = workload.image;
  if (ready !== undefined) {
    return {
      tests: ["CMD", ...ready(client, url)],
      files: { [clientFile]: clientConfig(workload) },
    };
  }
  if (listensBy !== undefined) return { tests: ["CMD", ...listensBy(workload.port)], files: {} };
  if ("certificate" in workload.health.access) {
    return { tests: ["CMD-SHELL", listens(workload.port)], files: {} };
  }
  return { tests: ["CMD-SHELL", wget(`${url}${workload.health.path}`)], files: {} };
}

/** Succeeds where the system's list has a listener (state 0A) on that port; connects to nothing. */
function listens(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return `cat /proc/net/tcp* | grep -q ":${hex} [0-9A-F]*:0000 0A "`;
}

/** Succeeds on 2xx and on 401, of which busybox's wget gives the number and GNU's exits with 6. */
function wget(url: string): string {
  const ask = `wget -q -T 4 -O /dev/null --no-check-certificate ${url}`;
  return `answer=$(${ask} 2>&1) || case "$? $answer" in "6 "*|*" 401 "*) ;; *) false ;; esac`;
}

/**
 * For a program on the loopback of another: without TLS, and bound to that one's life. When the
 * other restarts it gets a new loopback and this one keeps the old, alone, for the engine restarts
 * what has ended and not what is unhealthy. So the check ends it when the other runs again and is
 * out of reach, and the engine starts it again on the new loopback. Not before: the engine tries that
 * once, and where the other does not run it gives up for good. That the other runs is seen by its
 * group of processes, looked for twice lest it be in the course of ending again.
 */
function besideCheck({ health, port }: Workload, neighbour: Neighbour): pulumi.Output<string> {
  const own = `wget -q -T 4 -O /dev/null http://127.0.0.1:${port}${health.path}`;
  const reached = `{ ${wget(`https://127.0.0.1:${neighbour.port}/`)}; }`;
  const runs = `find /sys/fs/cgroup -type d -name "*$id*" 2>/dev/null | grep -q .`;
  return pulumi.interpolate`id=${neighbour.id}; ${reached} || { ${runs} && sleep 1 && ${runs} && kill 1; exit 1; }; ${own}`;
}

/** JSON is YAML, and quoting is settled. */
function clientConfig({ health }: Workload): pulumi.Output<string> {
  const text = pulumi
    .all([health.ca, pulumi.output(health.access)])
    .apply(([ca, access]) =>
      JSON.stringify(
        "username" in access
          ? { basic_auth: access, tls_config: { ca } }
          : { tls_config: { ca, cert: access.certificate, key: access.key } },
        undefined,
        2,
      ),
    );
  return pulumi.secret(text);
}
