import type { Alert, Occasion } from "../../core/alert.ts";
import type { Channel, Links, Message } from "../../channels/channel.ts";
import { channelsSchema, openChannels } from "../../channels/index.ts";
import { minute, start } from "../examples.ts";

/** An alert as the memory holds it. */
export const alertOf = (fields: Partial<Alert> = {}): Alert => ({
  fingerprint: "00000000000000a1",
  status: "firing",
  severity: "critical",
  alertname: "DiskFull",
  instance: "db-1:9100",
  service: "host",
  team: "platform",
  environment: "production",
  startsAt: start,
  endsAt: null,
  lastSeenAt: start,
  updatedAt: start,
  labels: { alertname: "DiskFull", instance: "db-1:9100", severity: "critical" },
  annotations: {
    summary: "The disk of db-1 is full",
    description: "No byte is left on /var.",
    runbook_url: "https://runbooks.example/disk-full",
    dashboard_url: "https://dashboards.example/host",
  },
  owner: null,
  snoozedUntil: null,
  closedBy: null,
  version: 1,
  ...fields,
});

export const links: Links = {
  page: "https://vigil.example/",
  alert: ({ fingerprint }) => `https://vigil.example/alerts/${fingerprint}`,
  acknowledge: (...alerts) =>
    `https://vigil.example/acknowledge/${alerts.map(({ fingerprint }) => fingerprint).join("+")}?once=1`,
};

export const messageOf = (fields: Partial<Message> = {}): Message => ({
  key: "0123456789abcdef0123456789abcdef0123",
  occasion: "firing",
  alerts: [alertOf()],
  links,
  ...fields,
});

/** Of a storm. */
export const manyAlerts = (count: number): Alert[] =>
  Array.from({ length: count }, (_, n) =>
    alertOf({
      fingerprint: n.toString(16).padStart(16, "0"),
      severity: n % 4 === 0 ? "critical" : "warning",
      instance: `db-${n}:9100`,
    }),
  );

export const occasions: readonly Occasion[] = ["firing", "reminder", "acknowledged", "resolved"];

/** The alert as it is when it is told. */
export const alertAt = (occasion: Occasion): Alert => {
  if (occasion === "acknowledged") return alertOf({ status: "acknowledged", owner: "ada" });
  if (occasion === "resolved") return alertOf({ status: "resolved", endsAt: start + minute });
  return alertOf();
};

/** Files that hold secrets, by name. */
export type Files = Readonly<Record<string, string>>;

export function readFrom(files: Files): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
    return text;
  };
}

/** One channel as its configuration is written. */
export function open(config: object, files: Files = {}): Channel {
  const [channel] = openChannels(channelsSchema.parse({ "on-call": config }), readFrom(files));
  if (channel === undefined) throw new Error("No channel was opened");
  return channel;
}

/** Longer than any test takes. */
export const enough = (): AbortSignal => AbortSignal.timeout(30_000);

/** Labels that are written to do harm. */
export const hostile = [
  "<!channel> <!here|all> <@U1> <https://evil.example|Acknowledge>",
  '<script>alert(1)</script><img src=x onerror="alert(1)">\'"',
  "Subject: forged\r\nBcc: eve@evil.example\r\n\r\nforged body",
  "\u202egnp.exe \u2066hidden\u2069 \u200b\ufeff \u0000\u0007\u001b[31m\u2028\u2029",
  "*bold* _italic_ ~gone~ `code` &lt;!channel&gt;",
  "\ud800 half a character",
  "🔥".repeat(2000),
];

/** An alert all of whose texts are written to do harm. */
export const hostileAlert = (text: string): Alert =>
  alertOf({
    severity: text,
    alertname: text,
    instance: text,
    service: text,
    team: text,
    environment: text,
    owner: text,
    labels: { [text]: text },
    annotations: {
      summary: text,
      description: text,
      runbook_url: `javascript:${text}`,
      dashboard_url: text,
    },
  });
