import { toYaml } from "../../lib/yaml.ts";

/** How an address is probed. */
export const probeModule = "http_2xx";

/** The text of blackbox.yml. */
export function renderBlackbox(): string {
  return toYaml({
    modules: {
      [probeModule]: {
        prober: "http",
        timeout: "5s",
        http: { preferred_ip_protocol: "ip4", follow_redirects: true },
      },
    },
  });
}
