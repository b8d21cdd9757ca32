import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { clusterArgs } from "../../components/render/cluster.ts";
import { freePort } from "../../lib/free-port.ts";
import { type ChannelActor, mailChannel, webhookChannel } from "./actors/channels.ts";
import { Clock } from "./actors/clock.ts";
import { DatabaseActor } from "./actors/database.ts";
import { type Disk, endless, limitOf, mayMount, tmpfsAt } from "./actors/disk.ts";
import { Exporter } from "./actors/exporter.ts";
import { type Command, ProcessActor } from "./actors/process.ts";
import { Proxy } from "./actors/proxy.ts";
import { Relay } from "./actors/relay.ts";
import { heartbeat, silence } from "./judge.ts";
import {
  alertmanagerFiles,
  type Identity,
  newIdentity,
  processorFiles,
  prometheusFiles,
  sharedFiles,
  speed,
} from "./place.ts";
import { alertmanagers, links, type Shape } from "./shape.ts";
import type { Timeline } from "./timeline.ts";

/** What can be started and ended hard. */
export type Server = Pick<ProcessActor, "start" | "kill" | "signal" | "remove">;

const root = join(import.meta.dirname, "../..");
const processorProgram = join(root, "services/alert-processor/bin/alert-processor");

/** What an alert is about, by its labels. */
export function objectOf(labels: Readonly<Record<string, string>>): string {
  if (labels["alertname"] === "WatchdogSilent") return silence;
  if (labels["alertname"] === "Watchdog") return heartbeat;
  return labels["object"] ?? `unknown ${JSON.stringify(labels)}`;
}

/** A chain that runs: every part by its name, as a schedule names it. */
export interface Estate {
  readonly folder: string;
  readonly identity: Identity;
  readonly exporter: Exporter;
  readonly servers: ReadonlyMap<string, Server>;
  readonly processes: ReadonlyMap<string, ProcessActor>;
  readonly disks: ReadonlyMap<string, Disk>;
  readonly clocks: ReadonlyMap<string, Clock>;
  readonly proxies: ReadonlyMap<string, Proxy>;
  readonly relays: ReadonlyMap<string, Relay>;
  readonly channels: ReadonlyMap<string, ChannelActor>;
  /** Where to ask the parts past all proxies, by name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Takes away what a server keeps on its disk. */
  forget(name: string): void;
  remove(): Promise<void>;
}

/** Undoes what was made, last first, also where making it failed in the middle. */
class Undo {
  readonly #work: (() => unknown)[] = [];

  add<T extends { stop(): Promise<void> } | { remove(): unknown }>(one: T): T {
    this.#work.push(() => ("stop" in one ? one.stop() : one.remove()));
    return one;
  }

  readonly all = async (): Promise<void> => {
    for (let work = this.#work.pop(); work; work = this.#work.pop()) await work();
  };
}

export async function startEstate(shape: Shape, timeline: Timeline): Promise<Estate> {
  const undo = new Undo();
  try {
    return await build(shape, timeline, undo);
  } catch (error) {
    await undo.all();
    throw error;
  }
}

async function build(shape: Shape, timeline: Timeline, undo: Undo): Promise<Estate> {
  const folder = mkdtempSync(join(tmpdir(), "vigil-chain-"));
  undo.add({
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  });
  const identity = await newIdentity();
  const processes = new Map<string, ProcessActor>();
  const servers = new Map<string, Server>();
  const disks = new Map<string, Disk>();
  const clocks = new Map<string, Clock>();
  const proxies = new Map<string, Proxy>();
  const relays = new Map<string, Relay>();
  const channels = new Map<string, ChannelActor>();
  const addresses = new Map<string, string>();

  const place = (name: string, files: Readonly<Record<string, string>>): string => {
    const own = join(folder, name);
    mkdirSync(join(own, "data"), { recursive: true });
    for (const [file, text] of Object.entries({ ...sharedFiles(identity), ...files })) {
      mkdirSync(dirname(join(own, file)), { recursive: true });
      writeFileSync(join(own, file), text, { mode: 0o600 });
    }
    return own;
  };
  const run = (name: string, command: Command): void => {
    const one = new ProcessActor(name, command, timeline);
    const data = join(command.cwd, "data");
    const bears = shape.processors.includes(name);
    const limited = bears ? limitOf(() => one.pid) : endless;
    disks.set(name, undo.add(mayMount() ? tmpfsAt(data) : limited));
    processes.set(name, undo.add(one));
    servers.set(name, one);
  };
  const proxy = async (name: string, to: number, datagrams = false): Promise<number> => {
    const one = undo.add(await Proxy.start(to, datagrams));
    proxies.set(name, one);
    return one.port;
  };

  const exporter = undo.add(await Exporter.start(shape.objects));
  const listeners = await Promise.all(
    shape.listeners.map(async ({ channel }) => {
      const words = Object.fromEntries([
        ...shape.objects.map(({ object }) => [object, new RegExp(`with ${object}\\b`)] as const),
        [silence, /Alertmanager is silent/] as const,
      ]);
      const one = undo.add(
        await (channel === "mail"
          ? mailChannel(channel, identity, words)
          : webhookChannel(channel, objectOf)),
      );
      channels.set(channel, one);
      return [channel, await proxy(links.channel(channel), one.port)] as const;
    }),
  );

  const ports = {
    processors: await Promise.all(shape.processors.map(() => freePort())),
    alertmanagers: await Promise.all(alertmanagers.map(() => freePort())),
    gossip: await Promise.all(alertmanagers.map(() => freePort())),
    prometheus: await freePort(),
  };

  const gossip = await Promise.all(
    alertmanagers.map((name, index) => proxy(links.gossip(name), ports.gossip[index] ?? 0, true)),
  );
  const receivers: number[] = [];
  const lists: number[] = [];
  for (const [index, name] of alertmanagers.entries()) {
    const port = ports.alertmanagers[index] ?? 0;
    addresses.set(name, `https://127.0.0.1:${port}`);
    const alerts = undo.add(await Relay.start(identity, [port]));
    relays.set(links.alerts(name), alerts);
    receivers.push(await proxy(links.alerts(name), alerts.port));
    lists.push(await proxy(links.list(name), port));
    const webhook = undo.add(await Relay.start(identity, ports.processors));
    relays.set(links.webhook(name), webhook);
    const entry = await proxy(links.webhook(name), webhook.port);
    const own = gossip[index] ?? 0;
    const other = gossip[1 - index] ?? 0;
    run(name, {
      program: "alertmanager",
      args: [
        "--config.file=alertmanager.yml",
        "--storage.path=data",
        "--web.config.file=web.yml",
        `--web.listen-address=127.0.0.1:${port}`,
        ...clusterArgs({
          name,
          listen: `127.0.0.1:${ports.gossip[index] ?? 0}`,
          peers: [`127.0.0.1:${other}`],
        }),
        `--cluster.advertise-address=127.0.0.1:${own}`,
        "--cluster.settle-timeout=2s",
      ],
      cwd: place(name, alertmanagerFiles(entry)),
    });
  }

  addresses.set("prometheus", `https://127.0.0.1:${ports.prometheus}`);
  run("prometheus", {
    program: "prometheus",
    args: [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      "--web.config.file=web.yml",
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
      `--rules.alert.resend-delay=${30 / speed}s`,
      // The times of rules that wait two seconds, as those of minutes are in an estate.
      "--rules.alert.for-grace-period=1s",
    ],
    cwd: place("prometheus", prometheusFiles(await proxy(links.scrape, exporter.port), receivers)),
  });

  let database: DatabaseActor | undefined;
  let url = "";
  if (shape.memory === "postgres") {
    database = undo.add(await DatabaseActor.start(timeline));
    servers.set(database.name, database);
    disks.set(database.name, database.disk);
    url = await database.server.fresh();
  }
  for (const [index, name] of shape.processors.entries()) {
    const listen = ports.processors[index] ?? 0;
    addresses.set(name, `https://127.0.0.1:${listen}`);
    const clock = new Clock(folder, name);
    clocks.set(name, clock);
    const files = processorFiles(shape, { listen, lists, channels: Object.fromEntries(listeners) });
    if (database !== undefined) {
      const way = await proxy(links.database(name), database.server.port);
      files["database-url"] = url
        .replace("127.0.0.1", "localhost")
        .replace(`:${database.server.port}/`, `:${way}/`);
      files["database-ca.crt"] = readFileSync(database.server.caFile, "utf8");
    }
    run(name, {
      program: processorProgram,
      args: ["serve", "--config", "processor.yml"],
      cwd: place(name, files),
      env: {
        ...clock.env,
        CHAIN_SPEED: String(speed),
        PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
        NODE_COMPILE_CACHE: join(folder, "compiled"),
      },
    });
  }
  chmodSync(folder, 0o755);

  return {
    folder,
    identity,
    exporter,
    servers,
    processes,
    disks,
    clocks,
    proxies,
    relays,
    channels,
    addresses,
    forget: (name) => {
      const data = join(folder, name, "data");
      for (const one of readdirSync(data)) rmSync(join(data, one), { recursive: true });
    },
    remove: undo.all,
  };
}
