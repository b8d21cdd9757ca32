import { defineAlerts, type Series } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals, withLabel } from "../lib/signal.ts";
import { rabbitmq } from "./common.ts";
import { alwaysANumber } from "../lib/nature.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the node answers its scrape.",
    query: (q) => q.gauge("up", { job: "rabbitmq" }),
  },
  linkLost: {
    unit: "bool",
    about: "1 for each node to which there was a link within the hour, and is none now.",
    // Of a link that is down there is no series, or now and then one for an attempt.
    query: (q) => {
      // A command connects as a node, too, and leaves.
      const link = q.gauge("erlang_vm_dist_node_state", { peer: { not: /rabbitmqcli.*/ } });
      return `(present_over_time(${link}[1h]) unless ${link} == 3)`;
    },
  },
  memoryAlarm: {
    unit: "bool",
    about: "1 while publishers are blocked because memory is above its watermark.",
    query: (q) => q.gauge("rabbitmq_alarms_memory_used_watermark"),
  },
  diskAlarm: {
    unit: "bool",
    about: "1 while publishers are blocked because free disk is below its limit.",
    query: (q) => q.gauge("rabbitmq_alarms_free_disk_space_watermark"),
  },
  fileAlarm: {
    unit: "bool",
    about: "1 while the node is out of file descriptors.",
    query: (q) => q.gauge("rabbitmq_alarms_file_descriptor_limit"),
  },
  memory: {
    unit: "ratio",
    about: "Memory in use as a share of the watermark at which publishers are blocked.",
    query: (q) =>
      `${q.gauge("rabbitmq_process_resident_memory_bytes")} / (${q.gauge("rabbitmq_resident_memory_limit_bytes")} > 0)`,
  },
  diskTomorrow: {
    unit: "bytes",
    about: "Free disk in a day if the last six hours go on.",
    query: (q) => `predict_linear(${q.gauge("rabbitmq_disk_space_available_bytes")}[6h], 86400)`,
  },
  disk: {
    unit: "bytes",
    about: "Free disk of the node.",
    query: (q) => q.gauge("rabbitmq_disk_space_available_bytes"),
  },
  diskLimit: {
    unit: "bytes",
    about: "Free disk below which publishers are blocked.",
    query: (q) => q.gauge("rabbitmq_disk_space_available_limit_bytes"),
  },
  files: {
    unit: "ratio",
    about: "Share of the file descriptors that are open.",
    query: (q) =>
      `${q.gauge("rabbitmq_process_open_fds")} / (${q.gauge("rabbitmq_process_max_fds")} > 0)`,
  },
  sockets: {
    unit: "ratio",
    about: "Share of the sockets that are open.",
    query: (q) =>
      `${q.gauge("rabbitmq_process_open_tcp_sockets")} / (${q.gauge("rabbitmq_process_max_tcp_sockets")} > 0)`,
  },
  processes: {
    unit: "ratio",
    about: "Share of the Erlang processes allowed that exist.",
    query: (q) =>
      `${q.gauge("rabbitmq_erlang_processes_used")} / (${q.gauge("rabbitmq_erlang_processes_limit")} > 0)`,
  },
  runQueue: {
    unit: "count",
    about: "Erlang processes that wait for a processor.",
    query: (q) => q.gauge("rabbitmq_erlang_scheduler_run_queue"),
  },
  uptime: {
    unit: "seconds",
    about: "Time since the node was started.",
    query: (q) => q.gauge("rabbitmq_erlang_uptime_seconds"),
  },
  connections: {
    unit: "opsPerSecond",
    about: "Connections opened per second.",
    query: (q) => q.rate("rabbitmq_connections_opened_total"),
  },
  channels: {
    unit: "count",
    about: "Channels for each connection.",
    query: (q) => `${q.gauge("rabbitmq_channels")} / (${q.gauge("rabbitmq_connections")} > 10)`,
  },
  refused: {
    unit: "opsPerSecond",
    about: "Logins refused per second.",
    query: (q) => q.rate("rabbitmq_auth_attempts_failed_total"),
  },
  versions: {
    unit: "count",
    about: "Different versions among the nodes of each cluster, by the name it has for itself.",
    query: (q) => {
      // From a node's cluster to its version: of two names of one cluster each node would choose its own.
      const nodes = withLabel(q, q.gauge("rabbitmq_identity_info"), {
        metric: "rabbitmq_build_info",
        by: ["cluster", "env", "job", "instance"],
        label: "rabbitmq_version",
      });
      const cluster = "cluster, env, job, rabbitmq_cluster";
      return `count by (${cluster}) (count by (${cluster}, rabbitmq_version) (${nodes}))`;
    },
  },
});

const node = (cluster: string, version: string, labels = ""): Series => ({
  [`rabbitmq_build_info{rabbitmq_version="${version}"${labels}}`]: "1x80",
  [`rabbitmq_identity_info{rabbitmq_cluster="${cluster}"${labels}}`]: "1x80",
});
const link = 'erlang_vm_dist_node_state{peer="rabbit@mq-2"}';

export const group = defineAlerts({ ...rabbitmq, name: "rabbitmq-node" }, signals, {
  RabbitmqNodeDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "RabbitMQ on {{ $labels.host }} does not answer",
    description:
      "The node has not answered its scrape for three minutes: queues that live only there cannot be used.",
    fires: { series: { up: "1 0x10" }, from: "4m" },
    quiet: { series: { up: "1 0 0 0 1x10", 'up{job="other"}': "0x20" }, at: "8m" },
  },
  RabbitmqNodeNotDistributed: {
    severity: "critical",
    when: ({ linkLost, up }) => `${linkLost} and ignoring (peer, probe) ${up} == 1`,
    for: "5m",
    summary: "{{ $labels.host }} has lost a node of its cluster",
    description:
      "The link to {{ $labels.peer }} has not been up for five minutes: the cluster may be split.",
    fires: {
      series: { [link]: "3x2 stale 1x2 stale", up: "1x20" },
      from: "8m",
      labels: { peer: "rabbit@mq-2" },
    },
    quiet: {
      series: {
        [link]: "3 1 3x20",
        up: "1x20",
        'erlang_vm_dist_node_state{instance="mq-2:15692",peer="rabbit@mq-1"}': "3x2 stale",
        'up{instance="mq-2:15692"}': "1x2 0x20",
      },
      at: "10m",
    },
    byNature: {
      removed: "A node without its links is alone, whoever took the others away.",
      unknown: alwaysANumber,
    },
  },
  RabbitmqMemoryAlarm: {
    severity: "critical",
    family: "RabbitmqMemory",
    when: ({ memoryAlarm }) => `${memoryAlarm} == 1`,
    for: "0s",
    keepFiringFor: "5m",
    summary: "RabbitMQ on {{ $labels.host }} blocks publishers for want of memory",
    description: "Memory is above the watermark: nobody in the whole cluster can publish.",
    fires: { series: { rabbitmq_alarms_memory_used_watermark: "0x5 1x10" }, from: "6m" },
    quiet: { series: { rabbitmq_alarms_memory_used_watermark: "0x20" }, at: "10m" },
  },
  RabbitmqMemoryHigh: {
    severity: "warning",
    family: "RabbitmqMemory",
    threshold: { value: 0.85, unit: "share of the memory watermark" },
    when: ({ memory }, threshold) => `${memory} > ${threshold}`,
    for: "10m",
    summary: "RabbitMQ on {{ $labels.host }} is close to its memory watermark",
    description:
      "{{ $value | humanizePercentage }} of the watermark is in use; at all of it every publisher is blocked.",
    fires: {
      series: {
        rabbitmq_process_resident_memory_bytes: "95x20",
        rabbitmq_resident_memory_limit_bytes: "100x20",
      },
      from: "10m",
      value: "95%",
    },
    quiet: {
      series: {
        rabbitmq_process_resident_memory_bytes: "80x20",
        rabbitmq_resident_memory_limit_bytes: "100x20",
      },
      at: "15m",
    },
  },
  RabbitmqDiskAlarm: {
    severity: "critical",
    family: "RabbitmqDisk",
    when: ({ diskAlarm }) => `${diskAlarm} == 1`,
    for: "0s",
    keepFiringFor: "5m",
    summary: "RabbitMQ on {{ $labels.host }} blocks publishers for want of disk",
    description: "Free disk is below the limit: nobody in the whole cluster can publish.",
    fires: { series: { rabbitmq_alarms_free_disk_space_watermark: "0x5 1x10" }, from: "6m" },
    quiet: { series: { rabbitmq_alarms_free_disk_space_watermark: "0x20" }, at: "10m" },
  },
  RabbitmqDiskHitsWatermarkIn24h: {
    severity: "warning",
    family: "RabbitmqDisk",
    threshold: { value: 10, unit: "times the limit, below which a prediction counts" },
    when: ({ disk, diskLimit, diskTomorrow }, threshold) =>
      `${disk} < ${threshold} * ${diskLimit} and ${diskTomorrow} < ${diskLimit}`,
    for: "1h",
    summary: "RabbitMQ on {{ $labels.host }} will run out of disk within a day",
    description:
      "{{ $value | humanize1024 }}B are free; at the pace of the last six hours publishers are blocked within a day.",
    step: "5m",
    fires: {
      series: {
        rabbitmq_disk_space_available_bytes: "340-2x60",
        rabbitmq_disk_space_available_limit_bytes: "36x60",
      },
      from: "1h5m",
      value: "314",
    },
    quiet: {
      series: {
        rabbitmq_disk_space_available_bytes: "440-2x60",
        rabbitmq_disk_space_available_limit_bytes: "36x60",
      },
      at: "2h30m",
    },
    resolves: {
      series: {
        rabbitmq_disk_space_available_bytes: "9000x20",
        rabbitmq_disk_space_available_limit_bytes: "36x20",
      },
      at: "10m",
    },
  },
  RabbitmqFdAlarm: {
    severity: "critical",
    family: "RabbitmqFiles",
    when: ({ fileAlarm }) => `${fileAlarm} == 1`,
    for: "1m",
    summary: "RabbitMQ on {{ $labels.host }} is out of file descriptors",
    description: "The node takes no new connections and may fail to write its queues.",
    fires: { series: { rabbitmq_alarms_file_descriptor_limit: "1x10" }, from: "1m" },
    quiet: { series: { rabbitmq_alarms_file_descriptor_limit: "0 1 0x10" }, at: "5m" },
  },
  RabbitmqFdHigh: {
    severity: "warning",
    family: "RabbitmqFiles",
    threshold: { value: 0.85, unit: "share of the file descriptors" },
    when: ({ files }, threshold) => `${files} > ${threshold}`,
    for: "10m",
    summary: "RabbitMQ on {{ $labels.host }} has few file descriptors left",
    description: "{{ $value | humanizePercentage }} of the file descriptors are open.",
    fires: {
      series: { rabbitmq_process_open_fds: "95x20", rabbitmq_process_max_fds: "100x20" },
      from: "10m",
      value: "95%",
    },
    quiet: {
      series: { rabbitmq_process_open_fds: "80x20", rabbitmq_process_max_fds: "100x20" },
      at: "15m",
    },
  },
  RabbitmqSocketsHigh: {
    severity: "warning",
    threshold: { value: 0.85, unit: "share of the sockets" },
    when: ({ sockets }, threshold) => `${sockets} > ${threshold}`,
    for: "10m",
    summary: "RabbitMQ on {{ $labels.host }} can take few more connections",
    description:
      "{{ $value | humanizePercentage }} of the sockets are in use; then clients are refused.",
    fires: {
      series: {
        rabbitmq_process_open_tcp_sockets: "95x20",
        rabbitmq_process_max_tcp_sockets: "100x20",
      },
      from: "10m",
      value: "95%",
    },
    quiet: {
      series: {
        rabbitmq_process_open_tcp_sockets: "80x20",
        rabbitmq_process_max_tcp_sockets: "100x20",
      },
      at: "15m",
    },
  },
  RabbitmqErlangProcessesHigh: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of the Erlang processes allowed" },
    when: ({ processes }, threshold) => `${processes} > ${threshold}`,
    for: "10m",
    summary: "RabbitMQ on {{ $labels.host }} nears its limit of processes",
    description:
      "{{ $value | humanizePercentage }} of the Erlang processes exist: each connection, channel and queue is some. At the limit the node stops.",
    fires: {
      series: {
        rabbitmq_erlang_processes_used: "90x20",
        rabbitmq_erlang_processes_limit: "100x20",
      },
      from: "10m",
      value: "90%",
    },
    quiet: {
      series: {
        rabbitmq_erlang_processes_used: "75x20",
        rabbitmq_erlang_processes_limit: "100x20",
      },
      at: "15m",
    },
  },
  RabbitmqRunQueueLong: {
    severity: "warning",
    threshold: { value: 50, unit: "Erlang processes that wait" },
    when: ({ runQueue }, threshold) => `${runQueue} > ${threshold}`,
    for: "15m",
    summary: "RabbitMQ on {{ $labels.host }} has too little processor time",
    description:
      "{{ $value | humanize }} Erlang processes have waited for a processor for 15 minutes.",
    fires: { series: { rabbitmq_erlang_scheduler_run_queue: "60x30" }, from: "15m", value: "60" },
    quiet: { series: { rabbitmq_erlang_scheduler_run_queue: "42x30" }, at: "20m" },
  },
  RabbitmqNodeRestarted: {
    severity: "info",
    threshold: { value: 300, unit: "seconds since the start" },
    when: ({ uptime }, threshold) => `${uptime} < ${threshold}`,
    for: "0s",
    keepFiringFor: "10m",
    summary: "RabbitMQ on {{ $labels.host }} was started",
    description:
      "It has been up for {{ $value | humanizeDuration }}; messages that were not persistent are gone.",
    fires: {
      series: { rabbitmq_erlang_uptime_seconds: "9000x5 250+60x5" },
      from: "6m",
      value: "4m 10s",
    },
    quiet: { series: { rabbitmq_erlang_uptime_seconds: "350+60x10" }, at: "5m" },
  },
  RabbitmqConnectionChurn: {
    severity: "warning",
    threshold: { value: 10, unit: "connections opened per second" },
    when: ({ connections }, threshold) => `${connections} > ${threshold}`,
    for: "15m",
    summary: "Clients of RabbitMQ on {{ $labels.host }} connect again and again",
    description:
      "{{ $value | humanize }} connections a second have been opened for 15 minutes; each costs processes and a login.",
    fires: { series: { rabbitmq_connections_opened_total: "0+720x40" }, from: "20m", value: "12" },
    quiet: { series: { rabbitmq_connections_opened_total: "0+510x40" }, at: "30m" },
  },
  RabbitmqChannelsHigh: {
    severity: "warning",
    threshold: { value: 50, unit: "channels for each connection" },
    when: ({ channels }, threshold) => `${channels} > ${threshold}`,
    for: "15m",
    summary: "Clients of RabbitMQ on {{ $labels.host }} leak channels",
    description:
      "{{ $value | humanize }} channels for each connection: somebody opens and does not close.",
    fires: {
      series: { rabbitmq_channels: "1200x30", rabbitmq_connections: "20x30" },
      from: "15m",
      value: "60",
    },
    quiet: {
      series: {
        rabbitmq_channels: "840x30",
        rabbitmq_connections: "20x30",
        'rabbitmq_channels{instance="small:15692"}': "900x30",
        'rabbitmq_connections{instance="small:15692"}': "9x30",
      },
      at: "20m",
    },
  },
  RabbitmqLoginsRefused: {
    severity: "warning",
    team: "security",
    threshold: { value: 0.5, unit: "refused logins per second" },
    when: ({ refused }, threshold) => `${refused} > ${threshold}`,
    for: "10m",
    summary: "Logins to RabbitMQ on {{ $labels.host }} are refused",
    description:
      "{{ $value | printf `%.1f` }} logins a second by {{ $labels.protocol }} have failed for 10 minutes: an old password, or somebody who guesses.",
    fires: {
      series: { 'rabbitmq_auth_attempts_failed_total{protocol="amqp091"}': "0+36x40" },
      from: "15m",
      labels: { protocol: "amqp091" },
      value: "0.6",
    },
    quiet: {
      series: { 'rabbitmq_auth_attempts_failed_total{protocol="amqp091"}': "0+26x40" },
      at: "25m",
    },
  },
  RabbitmqVersionSkew: {
    severity: "info",
    scope: "cluster",
    board: estateBoard,
    when: ({ versions }) => `${versions} > 1`,
    for: "1h",
    summary: "Nodes of RabbitMQ cluster {{ $labels.rabbitmq_cluster }} run different versions",
    description:
      "{{ $value | humanize }} versions have run side by side for an hour: an upgrade has not ended.",
    fires: {
      series: {
        ...node("shop", "3.13.1"),
        ...node("shop", "4.0.2", ',instance="mq-2:15692",host="mq-2"'),
      },
      from: "1h",
      labels: { instance: "", host: "", rabbitmq_cluster: "shop" },
      value: "2",
    },
    quiet: {
      series: {
        ...node("shop", "4.0.2"),
        ...node("shop", "4.0.2", ',instance="mq-2:15692",host="mq-2"'),
        // Another cluster, which is not upgraded yet.
        ...node("mail", "3.13.1", ',instance="mq-3:15692",host="mq-3"'),
      },
      at: "70m",
    },
  },
});
