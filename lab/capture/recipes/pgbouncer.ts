import { ask } from "../../../lib/ask.ts";
import type { Metrics } from "../../../rules/metrics/format.ts";
import { onlyWith } from "../notes.ts";
import {
  initialise,
  postgresTool,
  psqlTool,
  sql,
  startClient,
  startServer,
} from "./postgres-server.ts";
import { goTool, serverTool, type Recipe } from "../recipe.ts";

const exporterTool = goTool(
  "pgbouncer_exporter",
  "0.12.1",
  { from: "0.12", before: "1" },
  {
    main: "github.com/prometheus-community/pgbouncer_exporter",
    variables: { "github.com/prometheus/common/version.Version": "0.12.1" },
  },
);
const bouncerTool = serverTool("pgbouncer", "1.18", "pgbouncer", ["pgbouncer"]);

export const pgbouncer: Recipe = {
  exporter: "pgbouncer_exporter",
  tools: [exporterTool, bouncerTool, postgresTool, psqlTool],
  reference: ({ pgbouncer = "", pgbouncer_exporter = "", postgres = "" }) =>
    `pgbouncer_exporter ${pgbouncer_exporter} on PgBouncer ${pgbouncer} before PostgreSQL ${postgres}: a pool of one connection with a client that works and one that waits; as it is, and with --pgBouncer.pid-file`,
  async capture(session, binaries) {
    const [server, port] = [await session.port(), await session.port()];
    await initialise(session, binaries, "server");
    // Its sessions see that the pooler has left, and do not hold up the end.
    const settings = { client_connection_check_interval: "1s" };
    await startServer(session, binaries, "server", server, settings);
    const pidFile = session.path("pgbouncer.pid");
    const ini = [
      "[databases]",
      `postgres = host=127.0.0.1 port=${server} pool_size=1`,
      `forced = host=127.0.0.1 port=${server} dbname=postgres user=capture`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      `pidfile = ${pidFile}`,
      "auth_type = trust",
      `auth_file = ${await session.file("users", '"capture" ""\n')}`,
      "admin_users = capture",
      "ignore_startup_parameters = extra_float_digits",
      "",
    ].join("\n");
    const config = await session.file("pgbouncer.ini", ini);
    await session.start("pgbouncer", binaries["pgbouncer"] ?? "", [config], { modest: true });
    await session.until("pgbouncer answers", async () => {
      await sql(session, binaries, port, ["SELECT 1"]);
      return true;
    });
    for (const name of ["working", "waiting"])
      await startClient(session, binaries, name, port, ["SELECT pg_sleep(300)"]);

    const scrape = async (
      flags: readonly string[],
      sift?: (metrics: Metrics) => Metrics,
    ): Promise<Metrics> => {
      const address = `127.0.0.1:${await session.port()}`;
      await session.start(
        `pgbouncer_exporter-${address}`,
        binaries["pgbouncer_exporter"] ?? "",
        [`--web.listen-address=${address}`, ...flags],
        {
          ready: `http://${address}/`,
          env: {
            PGBOUNCER_EXPORTER_CONNECTION_STRING: `postgresql://capture@127.0.0.1:${port}/pgbouncer?sslmode=disable`,
          },
        },
      );
      const url = `http://${address}/metrics`;
      await session.until("one client works and one waits", async () => {
        const { body: text } = await ask(url);
        return ["active", "waiting"].every((state) =>
          new RegExp(`^pgbouncer_pools_client_${state}_connections\\{.*\\} 1$`, "m").test(text),
        );
      });
      return session.scrape(url, sift);
    };
    const usual = await scrape([]);
    const flag = "--pgBouncer.pid-file";
    await scrape([`${flag}=${pidFile}`], onlyWith(flag, usual));
  },
};
