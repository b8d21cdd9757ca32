import * as pulumi from "@pulumi/pulumi";
import { HostProcess, type HostProcessArgs } from "../../../provider/resources.ts";
import { anyKey, type Host, type Ssh } from "./fields.ts";
import { hostGround, nameThere } from "./place.ts";
import type { Collector, Placed, Target } from "../target.ts";

/** The key that must be shown; none where any will do. */
const hostKeyOf = (hostKey: string) => (hostKey === anyKey ? {} : { hostKey });

/** How a host is reached: what it says itself, and what all have in common. */
export function connectionOf(host: Host, ssh: Ssh): HostProcessArgs["connection"] {
  const { bastion, key, passphrase, port, user } = ssh;
  const signing = {
    ...(key !== undefined && { key: pulumi.secret(key.reveal()) }),
    ...(passphrase !== undefined && { passphrase: pulumi.secret(passphrase.reveal()) }),
  };
  return {
    address: host.address,
    port: host.port ?? port,
    user: host.user ?? user,
    ...hostKeyOf(host.hostKey),
    ...signing,
    ...(bastion !== undefined &&
      !host.direct && {
        bastion: {
          address: bastion.address,
          port: bastion.port,
          user: bastion.user ?? user,
          ...hostKeyOf(bastion.hostKey),
          ...signing,
        },
      }),
  };
}

/** How Prometheus is asked what it sees. */
function collectorArgs({ workload }: Collector): HostProcessArgs["collector"] {
  const { health, place } = workload;
  return place.url === undefined ? undefined : { url: place.url, ca: health.ca, ...health.access };
}

/** Runs workloads on a host, each as a unit of its systemd. */
export function hostTarget(
  name: string,
  host: Host,
  { environment, ssh }: { readonly environment: string; readonly ssh: Ssh },
): Target {
  const connection = connectionOf(host, ssh);
  const start = ({ opts, workload }: Placed, collector: Collector | undefined): HostProcess => {
    const { args, binary, env, files, memoryMegabytes, place, port, sees } = workload;
    const asked = collector && collectorArgs(collector);
    return new HostProcess(
      place.name,
      {
        name: nameThere(name, place.name),
        host: name,
        environment,
        connection,
        binary,
        args: [...args],
        env,
        files,
        port,
        memoryMegabytes,
        seesHost: sees === "host",
        address: place.address,
        timeoutSeconds: workload.health.timeoutSeconds,
        ...(asked !== undefined && { collector: asked }),
      },
      { ...opts, dependsOn: [...(collector?.running.resources ?? [])], deleteBeforeReplace: true },
    );
  };
  return {
    ...hostGround(name, host),
    // What it lacks is found out there.
    lacks: () => undefined,
    deploy: (group, collector) => ({ resources: group.map((one) => start(one, collector)) }),
  };
}
