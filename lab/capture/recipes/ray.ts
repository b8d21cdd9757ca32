import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../../../lib/ask.ts";
import type { Metrics } from "../../../rules/metrics/format.ts";
import { noted, only } from "../notes.ts";
import { serverTool, type Recipe } from "../recipe.ts";
import type { Session } from "../session.ts";

const rayTools = serverTool("ray", "2.53", "ray", ["ray", "serve"], {
  advice: "pip install 'ray[default,serve]' and put its ray and serve on PATH",
});

/** A driver that leaves work of every state, and a deployment that answers, fails and is asked. */
const work = (port: number): string => `
import os, time
import ray
from ray import serve

serve.start(http_options={"host": "127.0.0.1", "port": ${port}})

@ray.remote(max_retries=0)
def succeed(x=None): return bytes(1_000_000)

@ray.remote(max_retries=0)
def fail(): raise ValueError("as it should")

@ray.remote(max_retries=0)
def crash(): os._exit(1)

@ray.remote(max_retries=1, resources={"tight": 0.1})
def hoard():
    kept = bytearray(50_000_000)
    time.sleep(600)

@ray.remote(num_cpus=0.1)
def last(): time.sleep(600)

@ray.remote(num_cpus=1000)
def impossible(): pass

@ray.remote(num_cpus=0.1, max_restarts=1)
class Actor:
    def answer(self): return 1
    def crash(self): os._exit(1)

kept = [f.remote() for f in (succeed, fail, crash, last, impossible, hoard)]
ready, _ = ray.wait([succeed.remote(ray.put(bytes(1_000_000))) for _ in range(4)])
actors = [Actor.remote() for _ in range(3)]
ray.get([actor.answer.remote() for actor in actors])
actors[0].crash.remote()
ray.kill(actors[1])
group = ray.util.placement_group([{"CPU": 0.1}])
never = ray.util.placement_group([{"CPU": 1000}])

@serve.deployment(num_replicas=2, ray_actor_options={"num_cpus": 0.1})
class Answer:
    def __call__(self, request):
        if request.url.path == "/fail": raise ValueError("as it should")
        return "answer"

app = Answer.bind()
`;

const notes: Readonly<Record<string, string>> = {
  ray_node_cpu_utilization: "percent",
  ray_node_disk_utilization_percentage: "percent",
  ray_node_mem_used: "bytes, of the container where there is a limit",
  ray_serve_deployment_queued_queries: "per handle and actor: sum them",
  ray_serve_deployment_replica_healthy: "1 or 0; the series of a replica that is gone is dropped",
  ray_tasks: "finished and failed tasks are counted since the start, by State",
};

/** Calls between Ray's own processes that fail in some runs and not in others. */
const byChance = /^ray_grpc_(?:client|server)_req_failed_total$/;

/** Of a scrape, what every run shows, explained. */
const steady = (metrics: Metrics): Metrics =>
  noted(only((name) => !byChance.test(name))(metrics), (name) => notes[name]);

/** What only work, trouble and its end bring. */
const wanted: readonly string[] = [
  "autoscaler_pending_nodes",
  "ray_actors",
  "ray_cluster_active_nodes",
  "ray_gcs_storage_operation_latency_ms",
  "ray_io_context_event_loop_lag_ms",
  "ray_job_duration_s",
  "ray_memory_manager_worker_eviction_total",
  "ray_node_manager_unexpected_worker_failure_total",
  "ray_placement_groups",
  "ray_scheduler_unscheduleable_tasks",
  "ray_serve_application_status",
  "ray_serve_deployment_queued_queries",
  "ray_serve_deployment_replica_healthy",
  "ray_serve_health_check_latency_ms",
  "ray_serve_http_request_latency_ms",
  "ray_serve_num_http_error_requests_total",
  "ray_tasks",
];

const portsOf = async (session: Session, count: number): Promise<readonly number[]> => {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await session.port());
  return ports;
};

export const ray: Recipe = {
  exporter: "ray",
  tools: [rayTools],
  reference: ({ ray = "" }) =>
    `Ray ${ray}: the metrics ports of two nodes, the autoscaler and the dashboard, with tasks, actors, placement groups and a Serve deployment that succeed, fail, wait and are ended for their memory; then the second node and the driver end`,
  async capture(session, binaries) {
    const [gcs, dashboard, head, second, autoscaler, board, web, client, agent, other] =
      await portsOf(session, 10);
    const env = {
      AUTOSCALER_METRIC_PORT: `${autoscaler}`,
      DASHBOARD_METRIC_PORT: `${board}`,
      RAY_USAGE_STATS_ENABLED: "0",
      RAY_metrics_report_interval_ms: "1000",
    };
    const start = ["start", "--block", "--object-store-memory=100000000"];
    await session.start(
      "head",
      binaries["ray"] ?? "",
      [
        ...[...start, "--head", `--port=${gcs}`, `--metrics-export-port=${head}`, "--num-cpus=4"],
        ...[`--temp-dir=${await session.dir("ray")}`, `--dashboard-port=${dashboard}`],
        ...[`--ray-client-server-port=${client}`, `--dashboard-agent-listen-port=${agent}`],
      ],
      { env, ready: `http://127.0.0.1:${dashboard}/api/version` },
    );
    const address = `127.0.0.1:${gcs}`;
    await session.start(
      "second",
      binaries["ray"] ?? "",
      [
        ...[...start, `--address=${address}`, `--metrics-export-port=${second}`, "--num-cpus=1"],
        ...[`--dashboard-agent-listen-port=${other}`, '--resources={"tight": 1}'],
      ],
      // More is in use than may be: what runs there is ended for its memory.
      { env: { ...env, RAY_memory_usage_threshold: "0.01", RAY_memory_monitor_refresh_ms: "100" } },
    );
    await session.file("work.py", work(web ?? 0));
    await session.start("work", binaries["serve"] ?? "", ["run", "work:app"], {
      env: { ...env, RAY_ADDRESS: address },
    });
    const statusOf = async (path: string): Promise<number> =>
      (await ask(`http://127.0.0.1:${web}${path}`)).status;
    const names = new Set<string>();
    const look = async (...ports: readonly (number | undefined)[]): Promise<void> => {
      for (const port of ports) {
        const seen = await session.scrape(`http://127.0.0.1:${port}/metrics`, steady);
        for (const name of Object.keys(seen)) names.add(name);
      }
    };
    await session.until("the deployment answers", async () => (await statusOf("/")) === 200);
    let still = 0;
    await session.until("nothing new is shown any more", async () => {
      const before = names.size;
      await Promise.all([statusOf("/"), statusOf("/fail")]);
      await look(head, second, autoscaler, board);
      await sleep(1000);
      still = names.size === before ? still + 1 : 0;
      return still > 15 && wanted.every((name) => names.has(name));
    });
    await session.stop("second");
    await session.stop("work");
    await session.until("the loss of a node is counted", async () => {
      await look(head, autoscaler, board);
      return names.has("ray_node_failure_total");
    });
  },
};
