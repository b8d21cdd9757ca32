/** Section of the configuration that has the port of a part of the estate, by the part's name. */
export const sectionOf = {
  prometheus: "prometheus",
  alertmanager: "alertmanager",
  grafana: "grafana",
  node: "nodeExporter",
  blackbox: "blackboxExporter",
  processor: "processor",
  cadvisor: "cadvisor",
} as const;
