import { serverTool, type Binaries } from "../recipe.ts";
import type { Session } from "../session.ts";

/** To ask for the version: without Erlang's port mapper, which would stay, and a cookie file. */
const alone = "-start_epmd false -erl_epmd_port 0 -setcookie capture";

/** The broker with what starts it. */
export const rabbitmqTool = serverTool(
  "rabbitmq",
  "3.8",
  "rabbitmq-server",
  ["rabbitmqctl", "rabbitmq-server", "epmd"],
  { versionArgs: ["version"], versionEnv: { ERL_AFLAGS: alone } },
);

/** Starts Erlang's port mapper, which the first node would start for good; gives back its port. */
export async function startMapper(session: Session, binaries: Binaries): Promise<string> {
  const port = `${await session.port()}`;
  await session.start("epmd", binaries["epmd"] ?? "", ["-port", port, "-address", "127.0.0.1"], {
    modest: true,
  });
  return port;
}

/** A node to start. */
export interface NodeOptions {
  readonly name: string;
  /** Port of Erlang's port mapper. */
  readonly mapper: string;
  readonly plugins: readonly string[];
  /** Lines of its configuration beside where it listens. */
  readonly settings: readonly string[];
}

/** Starts a node; gives back the address of its metrics. */
export async function startNode(
  session: Session,
  binaries: Binaries,
  { mapper, name, plugins, settings }: NodeOptions,
): Promise<string> {
  const [amqp, web] = [await session.port(), await session.port()];
  const config = [
    `listeners.tcp.1 = 127.0.0.1:${amqp}`,
    "prometheus.tcp.ip = 127.0.0.1",
    `prometheus.tcp.port = ${web}`,
    "collect_statistics_interval = 1000",
    ...settings,
    "",
  ].join("\n");
  const url = `http://127.0.0.1:${web}/metrics`;
  await session.start(name, binaries["rabbitmq-server"] ?? "", [], {
    modest: true,
    ready: url,
    env: {
      ERL_AFLAGS: "-setcookie capture -kernel inet_dist_use_interface {127,0,0,1}",
      ERL_EPMD_PORT: mapper,
      RABBITMQ_CONFIG_FILE: await session.file(`${name}/rabbitmq.conf`, config),
      RABBITMQ_CONF_ENV_FILE: "/dev/null",
      RABBITMQ_DIST_PORT: `${await session.port()}`,
      RABBITMQ_ENABLED_PLUGINS_FILE: await session.file(
        `${name}/plugins`,
        `[${plugins.join(",")}].`,
      ),
      RABBITMQ_LOGS: "-",
      RABBITMQ_LOG_BASE: await session.dir(`${name}/log`),
      RABBITMQ_MNESIA_BASE: await session.dir(`${name}/data`),
      RABBITMQ_NODENAME: `${name}@localhost`,
      RABBITMQ_PID_FILE: session.path(name, "pid"),
    },
  });
  return url;
}
