import { startCluster, store } from "./cluster.ts";
import { makeNode, podSpec, sawAll, startComponent } from "./components.ts";
import { kubernetes } from "./tools.ts";
import type { Recipe } from "../../recipe.ts";

const name = "kube-scheduler";

export const kubeScheduler: Recipe = {
  exporter: name,
  tools: [kubernetes, store],
  reference: ({ etcd = "", kubernetes = "" }) =>
    `kube-scheduler ${kubernetes} on kube-apiserver and etcd ${etcd}, with a node, pods that fit, one that fits nowhere, one that waits for a gate and one that drives another away`,
  async capture(session, binaries) {
    const cluster = await startCluster(session, binaries);
    const url = await startComponent(session, binaries, cluster, name);
    await makeNode(cluster, "node-1");
    await cluster.make("/apis/scheduling.k8s.io/v1/priorityclasses", {
      metadata: { name: "urgent" },
      value: 1000,
    });
    await cluster.make("/api/v1/namespaces/default/serviceaccounts", {
      metadata: { name: "default" },
    });
    const pod = (of: string, cpu: string, more: object = {}) =>
      cluster.make("/api/v1/namespaces/default/pods", {
        metadata: { name: of },
        spec: { ...podSpec(cpu), ...more },
      });
    const seen = (
      line: RegExp,
      work: (turn: number) => Promise<unknown> = () => Promise.resolve(),
    ) => {
      let turn = 0;
      return session.until(`${line.source} is seen`, async () => {
        await work(turn++);
        return line.test(await cluster.metrics(`${url}/metrics`));
      });
    };
    await pod("fits", "2");
    await seen(/^scheduler_schedule_attempts_total\{.*result="scheduled"\} [1-9]/m);
    await pod("too-large", "99");
    await pod("gated", "1", { schedulingGates: [{ name: "quota" }] });
    await seen(/^scheduler_schedule_attempts_total\{.*result="unschedulable"\} [1-9]/m);
    // Of these, one in ten is measured.
    await seen(/^scheduler_plugin_execution_duration_seconds_count\{/m, (turn) =>
      pod(`small-${turn}`, "1m"),
    );
    await seen(/^scheduler_queueing_hint_execution_duration_seconds_count\{/m, (turn) =>
      cluster.ask("/api/v1/nodes/node-1/status", {
        method: "PATCH",
        body: { status: { allocatable: { cpu: `${4000 + (turn % 9)}m` } } },
      }),
    );
    await pod("urgent", "3", { priorityClassName: "urgent" });
    await seen(/^scheduler_preemption_victims_count [1-9]|^scheduler_preemption_victims_count\{/m);
    await sawAll(session, cluster, url, ["/metrics/resources", "/metrics/slis"]);
  },
};
