import { ask } from "../../lib/ask.ts";
import type { Claim } from "../claim.ts";
import { connect } from "./client.ts";
import { reasonOf } from "../../lib/errors.ts";
import type { Outputs } from "./outputs.ts";
import { watchingNow } from "./watching.ts";

function closed(name: string, url: string, authority: string): Claim {
  return {
    claim: `${name} speaks TLS and turns strangers away`,
    ask: async () => {
      const { status } = await ask(url, { authority });
      return status === 401 ? undefined : `${url} answers ${status} without a login, not 401`;
    },
  };
}

/** How TLS ends the handshake with somebody who has no certificate, or only reads that it was ended. */
const refused = /^(?:ERR_SSL_|ECONNRESET$|EPIPE$|UND_ERR_SOCKET$)/;

function closedToHolders(name: string, url: string, authority: string): Claim {
  return {
    claim: `${name} speaks TLS and turns strangers away`,
    ask: async () => {
      try {
        const { status } = await ask(url, { authority });
        return `${url} answers ${status} to somebody without a certificate`;
      } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        return refused.test(code) ? undefined : reasonOf(error);
      }
    },
  };
}

/** Everything `vigil verify` asks of an estate. */
export function claimsFor(outputs: Outputs): Claim[] {
  const { alertmanager, authority, grafana, processor, prometheus, watched } = outputs;
  const estate = connect(outputs);
  const wanted = Object.values(watched).flat().length;
  return [
    ...(prometheus
      ? [closed("Prometheus", `${prometheus.url}/api/v1/query?query=up`, authority)]
      : []),
    ...(alertmanager
      ? [closedToHolders("Alertmanager", `${alertmanager.url}/api/v2/status`, authority)]
      : []),
    ...(grafana && !grafana.elsewhere
      ? [closed("Grafana", `${grafana.url}/api/org`, authority)]
      : []),
    ...(processor ? [closed("The processor", `${processor.url}/v1/alerts`, authority)] : []),
    {
      claim: `All ${wanted} targets answer their scrapes`,
      ask: async () => {
        const targets = await watchingNow(estate, watched);
        const waited = targets.filter(({ state }) => state !== "up");
        if (waited.length === 0) {
          return targets.length === wanted
            ? undefined
            : `Prometheus scrapes ${targets.length - wanted} more: make up updates what it scrapes`;
        }
        return waited
          .map(({ instance, job, why }) => `${job} ${instance}: ${why || "does not answer"}`)
          .join("; ");
      },
    },
    {
      claim: "All rules can be evaluated",
      ask: async () => {
        const broken = await estate.brokenRules();
        return broken.length === 0 ? undefined : broken.join(", ");
      },
    },
    {
      claim: "An alert gets from Prometheus to Alertmanager",
      ask: async () => {
        const held = await estate.alerts();
        return held.some(({ labels }) => labels["alertname"] === "Watchdog")
          ? undefined
          : "Alertmanager does not hold the Watchdog, which always fires";
      },
    },
    ...(processor
      ? [
          {
            claim: "An alert gets from Alertmanager to the processor",
            ask: async () => {
              const { heartbeats } = await estate.processor();
              return heartbeats.length > 0 ? undefined : "The processor has not heard the Watchdog";
            },
          },
        ]
      : []),
  ];
}
