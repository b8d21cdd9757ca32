import type { Labels } from "../../../rules/lib/alert.ts";
import { renderAlertmanager } from "../../../rules/lib/alertmanager.ts";
import { type Alertmanager, type Shown, startAlertmanager, until } from "../../kit/servers.ts";

/** One edge: what silences, what it silences, and what it must leave alone. */
interface Edge {
  readonly by: Labels;
  readonly silenced: readonly Labels[];
  readonly heard: readonly Labels[];
}

const on = (host: string): Labels => ({ host, instance: `${host}:1` });
const a = on("a");
const b = on("b");

/** An alert of family Disk, named after its severity as in the catalogue. */
const disk = (severity: string, object: Labels): Labels => ({
  alertname: `Disk-${severity}`,
  family: "Disk",
  service: "host",
  severity,
  ...object,
});

const chain = ["emergency", "critical", "warning", "info"];

/** Every pair of severities, the worse first. */
const pairs = chain.flatMap((worse, index) =>
  chain.slice(index + 1).map((milder) => [worse, milder] as const),
);

const bySeverity = pairs.map(([worse, milder]): [string, Edge] => [
  `${worse} ⊣ ${milder} of its family on the same instance`,
  {
    by: disk(worse, a),
    silenced: [disk(milder, a)],
    heard: [
      disk(milder, b),
      disk(milder, { ...a, device: "sda" }),
      { ...disk(milder, a), family: "Memory" },
      { alertname: "NoFamily", severity: milder, ...a },
    ],
  },
]);

const own = (severity: string, object: Labels): Labels => ({
  alertname: "Own",
  severity,
  ...object,
});

const edges: [string, Edge][] = [
  ...bySeverity,
  [
    "critical ⊣ warning of the same device",
    {
      by: disk("critical", { ...a, device: "sda" }),
      silenced: [disk("warning", { ...a, device: "sda" })],
      heard: [
        disk("warning", { ...a, device: "sdb" }),
        disk("warning", { ...b, device: "sda" }),
        disk("warning", { ...a, device: "sda", mountpoint: "/" }),
        disk("warning", a),
      ],
    },
  ],
  [
    "critical ⊣ warning of the same pod, without an instance",
    {
      by: disk("critical", { namespace: "x", pod: "p-1" }),
      silenced: [disk("warning", { namespace: "x", pod: "p-1" })],
      heard: [
        disk("warning", { namespace: "x", pod: "p-2" }),
        disk("warning", { namespace: "y", pod: "p-1" }),
        disk("warning", {}),
      ],
    },
  ],
  [
    "critical ⊣ warning of one name, of rules that know no families",
    {
      by: own("critical", a),
      silenced: [own("warning", a)],
      heard: [own("warning", b), { ...own("warning", a), alertname: "Other" }],
    },
  ],
  [
    "HostDown ⊣ everything on its host",
    {
      by: { alertname: "HostDown", severity: "critical", service: "host", down: "true", ...a },
      silenced: [
        disk("warning", a),
        disk("emergency", { ...a, instance: "a:2" }),
        {
          alertname: "PostgresDown",
          severity: "critical",
          down: "true",
          host: "a",
          instance: "a:3",
        },
      ],
      heard: [
        disk("critical", b),
        { alertname: "ProbeFailed", severity: "critical", instance: "https://example.com" },
        { alertname: "Watchdog", severity: "none", host: "a" },
      ],
    },
  ],
  [
    "HostDown without a host ⊣ nothing",
    {
      by: { alertname: "HostDown", severity: "critical" },
      silenced: [],
      heard: [disk("warning", { instance: "c:1" }), { alertname: "Estate", severity: "warning" }],
    },
  ],
  [
    "a service that is down ⊣ the rest of it on its instance",
    {
      by: {
        alertname: "PostgresDown",
        service: "postgres",
        severity: "critical",
        down: "true",
        ...a,
      },
      silenced: [
        { alertname: "PostgresSlow", service: "postgres", severity: "critical", ...a },
        {
          alertname: "PostgresBloat",
          service: "postgres",
          severity: "warning",
          datname: "x",
          ...a,
        },
      ],
      heard: [
        { alertname: "PostgresSlow", service: "postgres", severity: "critical", ...b },
        { alertname: "RedisSlow", service: "redis", severity: "warning", ...a },
        { alertname: "PostgresFleet", service: "postgres", severity: "warning" },
      ],
    },
  ],
  [
    "a part that is down ⊣ the rest of that part alone",
    {
      by: {
        alertname: "QueueGone",
        service: "mq",
        severity: "critical",
        down: "true",
        queue: "q",
        ...a,
      },
      silenced: [{ alertname: "QueueLong", service: "mq", severity: "warning", queue: "q", ...a }],
      heard: [
        { alertname: "QueueLong", service: "mq", severity: "warning", queue: "r", ...a },
        { alertname: "MqSlow", service: "mq", severity: "warning", ...a },
      ],
    },
  ],
  [
    "a node that is not ready ⊣ its pods",
    {
      by: { alertname: "KubeNodeNotReady", severity: "warning", scope: "node", node: "n" },
      silenced: [
        { alertname: "PodLooping", severity: "warning", scope: "pod", node: "n", pod: "p" },
      ],
      heard: [
        // What wakes somebody is never held back by what does not.
        { alertname: "PodLooping", severity: "critical", scope: "pod", node: "n", pod: "q" },
        { alertname: "PodLooping", severity: "critical", scope: "pod", node: "m", pod: "p" },
        { alertname: "PodLooping", severity: "critical", scope: "pod", pod: "p" },
        { alertname: "KubeNodePressure", severity: "warning", scope: "node", node: "n" },
      ],
    },
  ],
  [
    "a pod whose image cannot be pulled ⊣ what follows for it and its deployment",
    {
      by: {
        alertname: "KubePodImagePullFailing",
        severity: "warning",
        service: "kubernetes",
        cluster: "west",
        namespace: "shop",
        pod: "web-1",
        deployment: "web",
      },
      silenced: [
        {
          alertname: "KubePodNotReady",
          severity: "warning",
          cluster: "west",
          namespace: "shop",
          pod: "web-1",
        },
        {
          alertname: "KubeDeploymentRolloutStuck",
          severity: "warning",
          cluster: "west",
          namespace: "shop",
          deployment: "web",
        },
      ],
      heard: [
        {
          alertname: "KubePodNotReady",
          severity: "warning",
          cluster: "west",
          namespace: "shop",
          pod: "web-2",
        },
        {
          alertname: "KubePodNotReady",
          severity: "warning",
          cluster: "east",
          namespace: "shop",
          pod: "web-1",
        },
        {
          alertname: "KubeDeploymentRolloutStuck",
          severity: "warning",
          cluster: "west",
          namespace: "other",
          deployment: "web",
        },
      ],
    },
  ],
  [
    "errors of one service ⊣ the milder of that service, not of another job",
    {
      by: { alertname: "High", family: "Errors", severity: "critical", job: "checkout" },
      silenced: [{ alertname: "Elevated", family: "Errors", severity: "warning", job: "checkout" }],
      heard: [{ alertname: "Elevated", family: "Errors", severity: "warning", job: "search" }],
    },
  ],
  [
    "most of an estate that is down ⊣ each that is down",
    {
      by: { alertname: "EstateMostlyDown", severity: "emergency", service: "general" },
      silenced: [
        { alertname: "RedisDown", severity: "critical", service: "redis", down: "true", ...a },
      ],
      heard: [{ alertname: "RedisFull", severity: "critical", service: "redis", ...b }],
    },
  ],
  [
    "most of a job that is down ⊣ each of it that is down",
    {
      by: { alertname: "JobMostlyDown", severity: "critical", service: "general", job: "redis" },
      silenced: [
        { alertname: "RedisDown", severity: "critical", down: "true", job: "redis", ...a },
      ],
      heard: [{ alertname: "RedisDown", severity: "critical", down: "true", job: "cache", ...a }],
    },
  ],
  [
    "InfoInhibitor ⊣ info of its instance",
    {
      by: { alertname: "InfoInhibitor", severity: "none", ...a },
      silenced: [{ alertname: "Rebooted", severity: "info", ...a }],
      heard: [
        { alertname: "Rebooted", severity: "info", ...b },
        { alertname: "Full", severity: "warning", ...a },
        { alertname: "NoInstance", severity: "info" },
      ],
    },
  ],
  [
    "InfoInhibitor ⊣ info that has no instance, when it has none either",
    {
      by: { alertname: "InfoInhibitor", severity: "none" },
      silenced: [{ alertname: "NoInstance", severity: "info" }],
      heard: [{ alertname: "Rebooted", severity: "info", ...a }],
    },
  ],
];

describe("inhibition on a real Alertmanager", () => {
  let alertmanager: Alertmanager;
  let shown: readonly Shown[];

  /** Each edge in an environment of its own, so that they do not meet. */
  const within = (index: number, labels: Labels): Labels => ({ ...labels, env: `edge-${index}` });
  const key = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());
  const find = (labels: Labels): Shown => {
    const found = shown.find((one) => key(one.labels) === key(labels));
    if (found === undefined) throw new Error(`not there: ${key(labels)}`);
    return found;
  };

  beforeAll(async () => {
    alertmanager = await startAlertmanager({ config: renderAlertmanager({}) });
    await alertmanager.post(
      edges.flatMap(([, { by, heard, silenced }], index) =>
        [by, ...silenced, ...heard].map((labels) => ({ labels: within(index, labels) })),
      ),
    );
    // Alerts reach the inhibitor a moment after they reach the store.
    const expected = edges.reduce((sum, [, { silenced }]) => sum + silenced.length, 0);
    const settled = until("inhibitions", 60, async () => {
      shown = await alertmanager.shown();
      const count = shown.filter(({ status }) => status.inhibitedBy.length > 0).length;
      return count >= expected ? true : undefined;
    });
    // Where they are fewer, each edge says of itself what is missing.
    await settled.catch(() => undefined);
  });
  afterAll(() => alertmanager.stop());

  it.each(edges.map(([name, edge], index) => [name, edge, index] as const))(
    "%s, not the other way, not elsewhere",
    (_name, { by, heard, silenced }, index) => {
      const source = find(within(index, by));
      expect(source.status.inhibitedBy).toEqual([]);
      for (const one of silenced) {
        const { labels, status } = find(within(index, one));
        expect([labels["alertname"], status.inhibitedBy]).toEqual([
          labels["alertname"],
          [source.fingerprint],
        ]);
      }
      for (const one of heard) {
        const { labels, status } = find(within(index, one));
        expect([key(labels), status.inhibitedBy]).toEqual([key(labels), []]);
      }
    },
  );

  // Only one way, in words of its own: the milder never silences the worse.
  it.each(pairs)("%s is heard in spite of %s", async (worse, milder) => {
    const index = pairs.findIndex(([one, other]) => one === worse && other === milder);
    const env = `alone-${index}`;
    await alertmanager.post([
      { labels: { ...disk(milder, a), env } },
      { labels: { ...disk(worse, a), env } },
    ]);
    const found = await until("the milder silenced", 60, async () => {
      const all = (await alertmanager.shown()).filter(({ labels }) => labels["env"] === env);
      return all.some(({ status }) => status.inhibitedBy.length > 0) ? all : undefined;
    });
    const heard = found.filter(({ status }) => status.inhibitedBy.length === 0);
    expect(heard.map(({ labels }) => labels["severity"])).toEqual([worse]);
  });
});
