import { writeFile } from "node:fs/promises";
import { ask } from "../../../lib/ask.ts";
import type { Metrics } from "../../../rules/metrics/format.ts";
import { corefile, names, parts, type Ports } from "./corefile.ts";
import { askName, question } from "./dns.ts";
import { noted } from "../notes.ts";
import { goTool, type Recipe } from "../recipe.ts";

const tool = goTool(
  "coredns",
  "1.15.0",
  { from: "1.15", before: "2" },
  { main: "github.com/coredns/coredns" },
  { versionArgs: ["-version"] },
);

/** More than the cache of the Corefile holds. */
const many = Array.from({ length: 1500 }, (_, n) => `name${n}.test`);

/** What appears only once it has happened. */
const events = [
  "cache_evictions_total",
  "cache_prefetch_total",
  "cache_served_stale_total",
  "grpc_responses_total",
  "kubernetes_rest_client_requests_total",
  "nomad_failed_requests_total",
  "proxy_healthcheck_failures_total",
];

/** Says which plugin brings a metric. */
const byPlugin = (metrics: Metrics): Metrics =>
  noted(metrics, (name) => {
    if (name.startsWith("coredns_proxy_"))
      return "with plugin forward or grpc, see proxy_name; coredns_forward_* before 1.11";
    if (name === "coredns_dns_responses_total")
      return "plugin is the one that answered, rcode a name such as SERVFAIL";
    const [, owner = "dns"] = /^coredns_([a-z0-9]+)_/.exec(name) ?? [];
    return ["build", "dns", "panics", "plugin"].includes(owner)
      ? undefined
      : `with plugin ${owner}`;
  });

export const coredns: Recipe = {
  exporter: "coredns",
  tools: [tool],
  reference: ({ coredns = "" }) =>
    `CoreDNS ${coredns} with acl, cache, dns64, forward, grpc, health, hosts, kubernetes, local, nomad, reload, siit and template, asked over UDP and HTTPS: one of two upstream servers, Kubernetes and Nomad are down, and a new Corefile is broken`,
  async capture(session, binaries) {
    const found = parts.map(async (part) => [part, await session.port()] as const);
    const ports = Object.fromEntries(await Promise.all(found)) as Ports;
    const text = corefile(ports, await session.file("hosts", "192.0.2.1 hosts.test\n"));
    const file = await session.file("Corefile", text);
    const url = `http://127.0.0.1:${ports.metrics}/metrics`;
    await session.start("coredns", binaries["coredns"] ?? "", ["-conf", file], { ready: url });
    await session.until("questions are answered over HTTPS", async () => {
      const { status } = await ask(`http://127.0.0.1:${ports.https}/dns-query`, {
        method: "POST",
        headers: { "content-type": "application/dns-message" },
        body: question("https.test", "A"),
      });
      return status === 200;
    });
    for (const name of many) await askName(ports.main, name, "A");
    await session.until("everything has happened once", async () => {
      for (const name of names)
        for (const port of [ports.main, ports.six, ports.siit])
          for (const type of ["A", "AAAA"] as const) await askName(port, name, type);
      const seen = await session.scrape(url, byPlugin);
      return events.every((name) => `coredns_${name}` in seen);
    });
    await writeFile(file, `${text}broken.test {\n  nonsense\n}\n`);
    await session.until("the broken Corefile is refused", async () =>
      /^coredns_reload_failed_total [1-9]/m.test((await ask(url)).body),
    );
    await session.scrape(url, byPlugin);
  },
};
