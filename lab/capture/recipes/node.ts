import { cp, symlink } from "node:fs/promises";
import { run } from "../../../lib/process.ts";
import { go, tools } from "../../../tools/tools.ts";
import { noted } from "../notes.ts";
import type { Binaries, Recipe } from "../recipe.ts";
import type { Session } from "../session.ts";

/** Settings that add series to a collector which is on. */
const extras = [
  "--collector.cpu.info",
  "--collector.cpu.info.bugs-include=.+",
  "--collector.cpu.info.flags-include=.+",
  "--collector.stat.softirq",
  "--collector.systemd.enable-restarts-metrics",
  "--collector.systemd.enable-start-time-metrics",
  "--collector.systemd.enable-task-metrics",
  "--collector.sysctl.include=fs.file-nr",
  "--collector.sysctl.include=fs.file-nr:total,current,max",
  "--collector.sysctl.include=kernel.threads-max",
  "--collector.sysctl.include-info=kernel.seccomp.actions_avail",
];

/** Series that need one of them. */
const needs: readonly (readonly [RegExp, string])[] = [
  [/^node_cpu_info$/, "off by default: --collector.cpu.info"],
  [/^node_cpu_bug_info$/, "needs --collector.cpu.info.bugs-include"],
  [/^node_cpu_flag_info$/, "needs --collector.cpu.info.flags-include"],
  [/^node_softirqs_total$/, "off by default: --collector.stat.softirq"],
  [/^node_systemd_service_restart_total$/, "needs --collector.systemd.enable-restarts-metrics"],
  [/^node_systemd_unit_start_time/, "needs --collector.systemd.enable-start-time-metrics"],
  [/^node_systemd_unit_tasks_/, "needs --collector.systemd.enable-task-metrics"],
];

/** The collectors by whether they are on by default, as `--help` tells. */
export function collectorsOf(help: string): { readonly on: string[]; readonly off: string[] } {
  const found = [
    ...help.matchAll(
      /--(?:\[no-\])?collector\.(\w+)\s+Enable the \w+ collector\s+\(default:\s+(enabled|disabled)\)/g,
    ),
  ].map(([, name = "", state]) => ({ name, state }));
  const those = (wanted: string) =>
    found.filter(({ state }) => state === wanted).map(({ name }) => name);
  return { on: those("enabled"), off: those("disabled") };
}

/** Scrapes with the collectors that are on, then with each other one alone, so that it is noted. */
async function scrapeAll(
  session: Session,
  binary: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { off, on } = collectorsOf(await run(binary, ["--help"]));
  const address = `127.0.0.1:${await session.port()}`;
  const url = `http://${address}/metrics`;
  const all = [...on, ...off].map((name) => `--collector.${name}`);
  await session.start(
    `node_exporter-${address}`,
    binary,
    [`--web.listen-address=${address}`, ...all, ...extras, ...flags],
    { ready: `http://${address}/`, env },
  );
  const extraOf = (name: string) => needs.find(([pattern]) => pattern.test(name))?.[1];
  await session.scrape(url); // with what it says of itself, which a choice of collectors leaves out
  const usual = await session.scrape(
    `${url}?${on.map((name) => `collect[]=${name}`).join("&")}`,
    (metrics) => noted(metrics, extraOf),
  );
  for (const name of off)
    await session.scrape(`${url}?collect[]=${name}`, (metrics) =>
      noted(metrics, (metric) =>
        metric in usual ? undefined : (extraOf(metric) ?? `off by default: --collector.${name}`),
      ),
    );
}

/** This machine, with a file for the textfile collector. */
export async function captureMachine(session: Session, binaries: Binaries): Promise<void> {
  await session.file("textfile/empty.prom", "");
  const flags = [`--collector.textfile.directory=${session.path("textfile")}`];
  await scrapeAll(session, binaries["node_exporter"] ?? "", flags);
}

/**
 * Hardware this machine lacks (RAID, ECC, bonds, sensors …), as the exporter's own tests hold it.
 *
 * @returns the folder, and the flags with which the exporter looks there.
 */
export async function hardware(
  session: Session,
  binaries: Binaries,
): Promise<{ readonly fixtures: string; readonly paths: readonly string[] }> {
  const version = tools.node_exporter.version;
  const asked = await run(binaries["go"] ?? "go", [
    "mod",
    "download",
    "-json",
    `github.com/prometheus/node_exporter@v${version}`,
  ]);
  const { Dir } = JSON.parse(asked.slice(asked.indexOf("{"))) as { Dir: string };
  const fixtures = session.path("fixtures");
  await cp(`${Dir}/collector/fixtures`, fixtures, { recursive: true });
  // Go's archives of modules hold no links.
  await symlink("10", `${fixtures}/proc/self`);
  for (const archive of ["sys", "udev"])
    await run("bash", [`${Dir}/ttar`, "-C", fixtures, "-x", "-f", `${fixtures}/${archive}.ttar`]);
  const paths = [
    `--path.rootfs=${fixtures}`,
    `--path.procfs=${fixtures}/proc`,
    `--path.sysfs=${fixtures}/sys`,
    `--path.udev.data=${fixtures}/udev/data`,
  ];
  return { fixtures, paths };
}

async function captureFixtures(session: Session, binaries: Binaries): Promise<void> {
  const { fixtures, paths } = await hardware(session, binaries);
  await scrapeAll(session, binaries["node_exporter"] ?? "", [
    ...paths,
    "--collector.bcache.priorityStats",
    "--collector.netclass.ignore-invalid-speed",
    "--no-collector.arp.netlink",
    `--collector.qdisc.fixtures=${fixtures}/qdisc/`,
    `--collector.textfile.directory=${session.path("textfile")}`,
    `--collector.wifi.fixtures=${fixtures}/wifi`,
  ]);
}

export const node: Recipe = {
  exporter: "node_exporter",
  tools: [tools.node_exporter, go],
  reference: ({ node_exporter = "" }) =>
    `node_exporter ${node_exporter} on Linux with every collector on (${extras.join(" ")}), on a machine and on the fixtures of prometheus/node_exporter@v${tools.node_exporter.version}: collector/fixtures`,
  async capture(session, binaries) {
    await captureMachine(session, binaries);
    await captureFixtures(session, binaries);
  },
};
