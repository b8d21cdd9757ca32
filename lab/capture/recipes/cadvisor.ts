import { pins } from "../../../lib/pins.ts";
import { existsSync } from "node:fs";
import { copyFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ask } from "../../../lib/ask.ts";
import { run } from "../../../lib/process.ts";
import { onlyWith } from "../notes.ts";
import { type Binaries, debianTool, goTool, serverTool, type Recipe } from "../recipe.ts";
import type { Session } from "../session.ts";

const version = pins.cadvisor;
const tool = goTool(
  "cadvisor",
  version,
  { from: "0.50", before: "1" },
  {
    main: "vigil/tools",
    variables: { "github.com/google/cadvisor/version.Version": `v${version}` },
  },
);
const engine = serverTool("docker", "20.10", "docker.io (its engine must run)", ["docker"]);
/** Static, for an image of nothing else. */
const busybox = debianTool("busybox-static", "1.36", "busybox-static", "usr/bin/busybox");

/** Which of the kernel's two kinds this machine has: some metrics are shown by one only. */
export const cgroups = (): number => (existsSync("/sys/fs/cgroup/cgroup.controllers") ? 2 : 1);

/** What cAdvisor leaves out on its own, as its documentation tells. */
const usuallyDisabled = [
  "advtcp",
  "cpu_topology",
  "cpuset",
  "hugetlb",
  "memory_numa",
  "process",
  "referenced_memory",
  "resctrl",
  "sched",
  "tcp",
  "udp",
];

/** Writes, wants more memory than it may have, and then more of a processor. */
const work = `while true; do
  echo text >> /written; tail /dev/zero; timeout 1 sh -c 'while true; do true; done'
done`;

/** Starts a container with limits and a health check that works too hard; gives back its name. */
export async function hardWorker(session: Session, binaries: Binaries): Promise<string> {
  const docker = (...args: readonly string[]): Promise<string> =>
    run(binaries["docker"] ?? "", args, { timeout: 60_000 });
  const name = `vigil-capture-${process.pid}`;
  const root = await session.dir("image/bin");
  await copyFile(binaries["busybox-static"] ?? "", join(root, "busybox"));
  for (const applet of ["sh", "tail", "timeout"]) await symlink("busybox", join(root, applet));
  const image = session.path("image.tar");
  await run("tar", ["-C", session.path("image"), "-cf", image, "."]);
  session.later(() => docker("image", "rm", "--force", name));
  await docker("import", image, name);
  session.later(() => docker("rm", "--force", name).catch(() => undefined));
  await docker(
    ...["run", "--detach", "--rm", "--name", name],
    ...["--memory=32m", "--memory-reservation=16m", "--cpus=0.5", "--pids-limit=32"],
    ...["--health-cmd=true", "--health-interval=1s"],
    // Ends on its own where nobody is left to stop it.
    ...[name, "timeout", "300", "sh", "-c", work],
  );
  return name;
}

export const cadvisor: Recipe = {
  exporter: "cadvisor",
  tools: [tool, engine, busybox],
  reference: ({ cadvisor = "", docker = "" }) =>
    `cAdvisor ${cadvisor} (the collectors of its library) with --store_container_labels=false on Docker ${docker} with control groups of version ${cgroups()}: a container with limits and a health check that runs out of memory; as it is, and with everything of --enable_metrics`,
  async capture(session, binaries) {
    const name = await hardWorker(session, binaries);
    const watch = async (disabled: readonly string[]): Promise<string> => {
      const port = await session.port();
      const url = `http://127.0.0.1:${port}/metrics`;
      await session.start(
        `cadvisor-${port}`,
        binaries["cadvisor"] ?? "",
        [
          `--disable_metrics=${disabled.join(",")}`,
          ...["--listen_ip=127.0.0.1", `--port=${port}`, "--store_container_labels=false"],
          ...["--housekeeping_interval=1s", "--global_housekeeping_interval=5s"],
        ],
        { ready: url },
      );
      const counted = (metric: string): RegExp =>
        new RegExp(`^${metric}{[^}]*name="${name}"[^}]*} [1-9]`, "m");
      await session.until("cAdvisor has seen the container at work", async () => {
        const { body: text } = await ask(url);
        return ["container_fs_usage_bytes", "container_health_state", "container_memory_failcnt"]
          .map(counted)
          .every((one) => one.test(text));
      });
      return url;
    };
    const usual = await session.scrape(await watch(usuallyDisabled));
    await session.scrape(await watch([]), onlyWith("--enable_metrics", usual));
  },
};
