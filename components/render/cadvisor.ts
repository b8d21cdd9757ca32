/**
 * Left out: what is too much, and what cAdvisor cannot see of a container without root or the
 * engine's socket. Of that it would tell an eternal 0 (`cpuLoad`, `oom_event`) or only what is the
 * machine's (`disk`, `network`), which node_exporter measures.
 */
const unmeasured = [
  "advtcp",
  "cpuLoad",
  "cpu_topology",
  "cpuset",
  "disk",
  "hugetlb",
  "memory_numa",
  "network",
  "oom_event",
  "percpu",
  "process",
  "referenced_memory",
  "resctrl",
  "sched",
  "tcp",
  "udp",
];

/** Metrics of a cAdvisor, for every container. */
export const cadvisorSelection = [
  `--disable_metrics=${unmeasured.join(",")}`,
  "--docker_only=false",
];
