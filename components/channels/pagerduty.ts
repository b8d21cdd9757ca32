import { about, encryptedSecret, secretText } from "../config/fields.ts";
import { defineChannel, file, hookSecret } from "./channel.ts";

/** It knows four severities and refuses every other word. */
const fourSeverities =
  '{{ if eq .CommonLabels.severity "warning" "info" }}{{ .CommonLabels.severity }}{{ else }}critical{{ end }}';

export const pagerduty = defineChannel({
  name: "pagerduty",
  temper: "pager",
  fields: {
    routingKey: about(secretText(), {
      description: "Integration key (Events API v2): triggers, acknowledges and resolves.",
      secret: true,
    }),
    webhookSecret: hookSecret(
      "Signing secret of a PagerDuty webhook to `<vigil:processor.url>/v1/hooks/pagerduty`: actions taken there are applied here.",
    ),
  },
  ways: ({ routingKey, webhookSecret }) => ({
    pagerduty: {
      channel: {
        kind: "pagerduty",
        keyFile: file("pagerduty-key"),
        ...(webhookSecret && { webhookSecretFile: file("pagerduty-webhook") }),
      },
      secrets: {
        [file("pagerduty-key")]: routingKey,
        ...(webhookSecret && { [file("pagerduty-webhook")]: webhookSecret }),
      },
      hears: "urgent",
    },
  }),
  calls: ({ webhookSecret }) => webhookSecret && "PagerDuty",
  // PagerDuty's webhooks must be about incidents that the processor began.
  against: ({ routingKey }, receivers) => {
    const key = routingKey.reveal();
    if (key === encryptedSecret || key !== receivers.pagerduty?.routingKey.reveal()) return [];
    const reason =
      "has the key of vigil:processor.pagerduty: each alert would open two incidents in one service";
    return [{ path: ["receivers", "pagerduty"], reason }];
  },
  alertmanager: {
    section: "pagerduty_configs",
    team: ["routingKey"],
    settings: ({ routingKey }, file) => ({
      routing_key_file: file("pagerduty-key", routingKey),
      severity: fourSeverities,
    }),
  },
});
