import type { Bench } from "./lib/report.ts";

/** One line of the list of benches. */
export interface BenchEntry {
  readonly name: string;
  readonly summary: string;
  /** Runs only where it is named: it takes an hour. */
  readonly long?: true;
  readonly load: () => Promise<Bench>;
}

/** Every figure the README claims, each as one command: `./vigil bench <name>`. */
export const benches: readonly BenchEntry[] = [
  {
    name: "program-load",
    summary: "Loading and running the program, against an empty one",
    load: () => import("./program-load.ts"),
  },
  {
    name: "noop-up",
    summary: "An up that changes nothing, against an empty program's",
    load: () => import("./noop-up.ts"),
  },
  {
    name: "commands",
    summary: "What `make status` and `make explain` take, against `./vigil help`",
    load: () => import("./commands.ts"),
  },
  {
    name: "stack-size",
    summary: "Resources of the local stack, and the size of its state",
    load: () => import("./stack-size.ts"),
  },
  {
    name: "warm-up",
    summary: "From `./vigil up` on a new stack until every target answers",
    load: () => import("./warm-up.ts"),
  },
  {
    name: "scrape",
    summary: "One scrape of this host, against the exporter's defaults",
    load: () => import("./scrape.ts"),
  },
  {
    name: "rules",
    summary: "Every rule over a hundred thousand series, rendering, and the tests of the alerts",
    load: () => import("./rules.ts"),
  },
  {
    name: "alertmanager-pair",
    summary: "A pair whose leader is killed, until people are notified",
    load: () => import("./alertmanager-pair.ts"),
  },
  {
    name: "alert-latency",
    summary: "From an event to the webhook, against kube-prometheus-stack's timings",
    load: () => import("./alert-latency.ts"),
  },
  {
    name: "processor",
    summary: "Alerts into the durable memory, against a commit for each message",
    load: () => import("./processor.ts"),
  },
  {
    name: "processor-storm",
    summary: "Fifty thousand new alerts in ten seconds, and the memory that takes",
    load: () => import("./processor-storm.ts"),
  },
  {
    name: "processor-open",
    summary: "Thirty thousand open alerts, and the memory that a comparison takes",
    load: () => import("./processor-open.ts"),
  },
  {
    name: "processor-page",
    summary: "Five thousand open alerts in a slow browser, and a phone in a storm",
    load: () => import("./processor-page.ts"),
  },
  {
    name: "processor-restart",
    summary: "From the start of a killed processor until it notifies people again",
    load: () => import("./processor-restart.ts"),
  },
  {
    name: "chain",
    summary: "An hour of faults by chance, from Prometheus to people (MINUTES=… for another time)",
    long: true,
    load: () => import("./chain.ts"),
  },
];
