import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { isCache, ofTarget, redis } from "./common.ts";

export const signals = defineSignals({
  memoryUsed: {
    unit: "ratio",
    about: "Used share of maxmemory; absent where no limit is set.",
    query: (q) =>
      `${q.gauge("redis_memory_used_bytes")} / (${q.gauge("redis_memory_max_bytes")} > 0)`,
  },
  cache: {
    unit: "bool",
    about: "1 for each server that may drop any key to make room.",
    query: isCache,
  },
  systemMemoryUsed: {
    unit: "ratio",
    about: "Share of the host's memory that Redis holds.",
    query: (q) =>
      `${q.gauge("redis_memory_used_rss_bytes")} / (${q.gauge("redis_total_system_memory_bytes")} > 0)`,
  },
  limit: {
    unit: "bytes",
    about: "The limit maxmemory; 0 means none.",
    query: (q) => q.gauge("redis_memory_max_bytes"),
  },
  fragmentation: {
    unit: "count",
    about: "Memory held from the system for each byte that is used.",
    query: (q) => q.gauge("redis_mem_fragmentation_ratio"),
  },
  used: {
    unit: "bytes",
    about: "Memory that data, buffers and bookkeeping use.",
    query: (q) => q.gauge("redis_memory_used_bytes"),
  },
  evictions: {
    unit: "opsPerSecond",
    about: "Keys dropped to make room, per second.",
    query: (q) => q.rate("redis_evicted_keys_total"),
  },
  clientBuffers: {
    unit: "ratio",
    about: "Share of the used memory that ordinary clients' buffers hold.",
    query: (q) =>
      `${q.gauge("redis_mem_clients_normal")} / (${q.gauge("redis_memory_used_bytes")} > 1e8)`,
  },
});

const fullCache = {
  'redis_memory_used_bytes{instance="b:9121"}': "99x30",
  'redis_memory_max_bytes{instance="b:9121"}': "100x30",
  'redis_instance_info{instance="b:9121",role="master",maxmemory_policy="allkeys-lru"}': "1x30",
};

export const group = defineAlerts({ ...redis, name: "redis-memory" }, signals, {
  RedisMemory: {
    unit: "share of maxmemory",
    when: ({ cache, memoryUsed }, threshold) =>
      `${memoryUsed} > ${threshold} unless on (${ofTarget}) ${cache}`,
    levels: {
      RedisMemoryHigh: {
        severity: "warning",
        threshold: 0.85,
        for: "10m",
        summary: "Redis on {{ $labels.host }} has little memory left",
        description:
          "{{ $value | humanizePercentage }} of maxmemory has been used for 10 minutes; soon writes are refused, or keys go that have an end.",
        fires: { series: 90, from: "10m", value: "90%" },
        quiet: { series: 80, at: "15m" },
      },
      RedisMemoryCritical: {
        severity: "critical",
        // Lua and replicas' buffers may take it above its limit.
        threshold: 0.97,
        range: { max: 2 },
        for: "5m",
        summary: "Redis on {{ $labels.host }} is full",
        description:
          "{{ $value | humanizePercentage }} of maxmemory is used: with the policy noeviction every write fails, with others keys go that have an end.",
        fires: { series: 99, from: "5m", value: "99%" },
        quiet: { series: 95, at: "10m" },
      },
    },
    series: (used) => ({ redis_memory_used_bytes: `${used}x30`, redis_memory_max_bytes: "100x30" }),
    beside: fullCache,
  },
  RedisSystemMemoryHigh: {
    severity: "warning",
    threshold: { value: 0.85, unit: "share of the host's memory" },
    when: ({ limit, systemMemoryUsed }, threshold) =>
      `${systemMemoryUsed} > ${threshold} and ${limit} == 0`,
    for: "10m",
    summary: "Redis without a limit fills the memory of {{ $labels.host }}",
    description:
      "Redis holds {{ $value | humanizePercentage }} of the host's memory and has no maxmemory: the kernel will kill it.",
    fires: {
      series: {
        redis_memory_used_rss_bytes: "90x30",
        redis_total_system_memory_bytes: "100x30",
        redis_memory_max_bytes: "0x30",
      },
      from: "10m",
      value: "90%",
    },
    quiet: {
      series: {
        redis_memory_used_rss_bytes: "80x30",
        redis_total_system_memory_bytes: "100x30",
        redis_memory_max_bytes: "0x30",
        'redis_memory_used_rss_bytes{instance="b:9121"}': "90x30",
        'redis_total_system_memory_bytes{instance="b:9121"}': "100x30",
        'redis_memory_max_bytes{instance="b:9121"}': "95x30",
      },
      at: "15m",
    },
  },
  RedisFragmentationHigh: {
    severity: "warning",
    threshold: { value: 1.5, unit: "bytes held for each byte used" },
    when: ({ fragmentation, used }, threshold) =>
      `${fragmentation} > ${threshold} and ${used} > 1e9`,
    for: "1h",
    summary: "Redis on {{ $labels.host }} wastes memory",
    description:
      "For each byte in use {{ $value | humanize }} are held: the rest is holes between values, which other programs miss.",
    fires: {
      series: { redis_mem_fragmentation_ratio: "1.7x90", redis_memory_used_bytes: "2e9x90" },
      from: "1h",
      value: "1.7",
    },
    quiet: {
      series: {
        redis_mem_fragmentation_ratio: "1.4x90",
        redis_memory_used_bytes: "2e9x90",
        'redis_mem_fragmentation_ratio{instance="small:9121"}': "5x90",
        'redis_memory_used_bytes{instance="small:9121"}': "5e8x90",
      },
      at: "70m",
    },
  },
  RedisSwapping: {
    severity: "warning",
    threshold: { value: 0.9, unit: "bytes held for each byte used" },
    when: ({ fragmentation, used }, threshold) =>
      `${fragmentation} < ${threshold} and ${used} > 1e9`,
    for: "15m",
    summary: "Part of Redis on {{ $labels.host }} lies in swap",
    description:
      'Only {{ $value | printf "%.1f" }} bytes are in memory for each byte in use: the rest was swapped out, and each access to it waits for the disk.',
    fires: {
      series: { redis_mem_fragmentation_ratio: "0.8x30", redis_memory_used_bytes: "2e9x30" },
      from: "15m",
      value: "0.8",
    },
    quiet: {
      series: {
        redis_mem_fragmentation_ratio: "1x30",
        redis_memory_used_bytes: "2e9x30",
        'redis_mem_fragmentation_ratio{instance="small:9121"}': "0.5x30",
        'redis_memory_used_bytes{instance="small:9121"}': "5e8x30",
      },
      at: "20m",
    },
  },
  RedisEvictions: {
    severity: "warning",
    threshold: { value: 10, unit: "keys evicted per second" },
    when: ({ evictions }, threshold) => `${evictions} > ${threshold}`,
    for: "15m",
    summary: "Redis on {{ $labels.host }} evicts keys",
    description:
      "{{ $value | humanize }} keys a second have been dropped for want of memory for 15 minutes; what used them asks the database again.",
    fires: { series: { redis_evicted_keys_total: "0+660x40" }, from: "20m", value: "11" },
    quiet: { series: { redis_evicted_keys_total: "0+540x40" }, at: "30m" },
  },
  RedisClientBuffersLarge: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of the used memory" },
    when: ({ clientBuffers }, threshold) => `${clientBuffers} > ${threshold}`,
    for: "10m",
    summary: "Clients of Redis on {{ $labels.host }} do not read their answers",
    description:
      "Buffers of clients hold {{ $value | humanizePercentage }} of the memory in use: someone asks for much and reads slowly.",
    fires: {
      series: { redis_mem_clients_normal: "24e7x30", redis_memory_used_bytes: "1e9x30" },
      from: "10m",
      value: "24%",
    },
    quiet: {
      series: {
        redis_mem_clients_normal: "17e7x30",
        redis_memory_used_bytes: "1e9x30",
        'redis_mem_clients_normal{instance="small:9121"}': "5e7x30",
        'redis_memory_used_bytes{instance="small:9121"}': "8e7x30",
      },
      at: "15m",
    },
  },
});
