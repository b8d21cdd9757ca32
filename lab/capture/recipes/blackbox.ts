import { ask } from "../../../lib/ask.ts";
import { tools } from "../../../tools/tools.ts";
import { answerDns, answerGrpc, answerHttps, answerTcp, tlsFiles } from "../answers.ts";
import type { Recipe } from "../recipe.ts";

/** Modules by name; the configuration is YAML, of which JSON is a part. */
const modules = (authority: string): Record<string, unknown> => {
  const tls = { ca_file: authority };
  const expect = [
    {
      expect: "^SSH-2.0-([^ -]+)(?: (.*))?$",
      labels: [{ name: "ssh_version", value: "${1}" }],
    },
  ];
  return {
    http: {
      prober: "http",
      http: {
        preferred_ip_protocol: "ip4",
        tls_config: tls,
        fail_if_body_not_matches_regexp: ["page"],
      },
    },
    http_wrong: {
      prober: "http",
      http: {
        preferred_ip_protocol: "ip4",
        tls_config: tls,
        fail_if_body_matches_regexp: ["page"],
      },
    },
    http_cel: {
      prober: "http",
      http: {
        preferred_ip_protocol: "ip4",
        tls_config: tls,
        fail_if_body_json_matches_cel: "body.down",
      },
    },
    tcp: { prober: "tcp", tcp: { preferred_ip_protocol: "ip4", query_response: expect } },
    tcp_bytes: {
      prober: "tcp",
      tcp: { preferred_ip_protocol: "ip4", query_response: [{ expect_bytes: "nothing of this" }] },
    },
    tls: { prober: "tcp", tcp: { preferred_ip_protocol: "ip4", tls: true, tls_config: tls } },
    dns: {
      prober: "dns",
      dns: { query_name: "example.org", query_type: "SOA", preferred_ip_protocol: "ip4" },
    },
    icmp: { prober: "icmp", icmp: { preferred_ip_protocol: "ip4" } },
    grpc: {
      prober: "grpc",
      grpc: { preferred_ip_protocol: "ip4", tls: true, tls_config: tls },
    },
  };
};

export const blackbox: Recipe = {
  exporter: "blackbox_exporter",
  tools: [tools.blackbox_exporter],
  reference: ({ blackbox_exporter = "" }) =>
    `blackbox_exporter ${blackbox_exporter}: /metrics, and /probe of http (redirect, TLS), tcp (with a greeting, with TLS), dns (SOA), icmp and grpc (TLS) on servers of its own`,
  async capture(session, binaries) {
    const files = await tlsFiles(session);
    const [https, grpc, tcp, dns] = [
      await answerHttps(session, files.pair),
      await answerGrpc(session, files.pair),
      await answerTcp(session),
      await answerDns(session),
    ];
    const config = await session.file(
      "blackbox.yml",
      JSON.stringify({ modules: modules(files.authority) }),
    );
    const address = `127.0.0.1:${await session.port()}`;
    await session.start(
      "blackbox_exporter",
      binaries["blackbox_exporter"] ?? "",
      [`--web.listen-address=${address}`, `--config.file=${config}`],
      { ready: `http://${address}/-/healthy` },
    );
    const probes: readonly (readonly [module: string, target: string])[] = [
      ["http", `https://127.0.0.1:${https}/`],
      ["http_wrong", `https://127.0.0.1:${https}/`],
      ["http_cel", `https://127.0.0.1:${https}/json`],
      ["tcp", `127.0.0.1:${tcp}`],
      ["tcp_bytes", `127.0.0.1:${tcp}`],
      ["tls", `127.0.0.1:${https}`],
      ["dns", `127.0.0.1:${dns}`],
      ["icmp", "127.0.0.1"],
      ["grpc", `127.0.0.1:${grpc}`],
    ];
    for (const [module, target] of probes)
      await session.scrape(
        `http://${address}/probe?module=${module}&target=${encodeURIComponent(target)}`,
      );
    await ask(`http://${address}/probe?module=unknown&target=127.0.0.1`);
    await session.scrape(`http://${address}/metrics`);
  },
};
