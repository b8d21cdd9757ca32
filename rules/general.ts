import { defineAlerts, type Owner } from "./lib/alert.ts";
import { estateBoard, hostBoard } from "./lib/boards.ts";
import { defineSignals, type Matchers } from "./lib/signal.ts";

const firing: Matchers = { alertstate: "firing" };

/** Where an exporter says whether what it asks answers; where that does not, there is little to tell. */
const exporters = ["probe_success", "pg_up", "mysql_up", "redis_up", "mongodb_up", "pgbouncer_up"];

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while a target answers its scrape. Hosts have an alert of their own.",
    query: (q) => q.gauge("up"),
  },
  targetUp: {
    unit: "bool",
    about: "1 while a target other than a host's own exporter answers: that has alerts of its own.",
    query: (q) => q.gauge("up", { job: { not: "node" } }),
  },
  hostUp: {
    unit: "bool",
    about: "1 while anything on a host answers, 0 where nothing does.",
    query: (q) => `max by (cluster, env, host) (${q.gauge("up", { host: { not: "" } })})`,
  },
  shareDown: {
    unit: "ratio",
    about: "Share of all targets that do not answer.",
    query: (q) => `1 - avg by (cluster, env) (${q.gauge("up")})`,
  },
  targets: {
    unit: "count",
    about: "Targets there are.",
    query: (q) => `count by (cluster, env) (${q.gauge("up")})`,
  },
  jobShareDown: {
    unit: "ratio",
    about: "Share of the targets of a job that do not answer.",
    query: (q) => `1 - avg by (cluster, env, job) (${q.gauge("up")})`,
  },
  jobTargets: {
    unit: "count",
    about: "Targets a job has.",
    query: (q) => `count by (cluster, env, job) (${q.gauge("up")})`,
  },
  upChanges: {
    unit: "count",
    about: "How often a target went away or came back in half an hour.",
    query: (q) => `changes(${q.gauge("up")}[30m])`,
  },
  scrapeDuration: {
    unit: "seconds",
    about: "How long a target takes to answer its scrape.",
    query: (q) => q.gauge("scrape_duration_seconds"),
  },
  samplesAgainstYesterday: {
    unit: "ratio",
    about: "Samples of a scrape against the average of the day before.",
    query: (q) => {
      const samples = q.gauge("scrape_samples_post_metric_relabeling");
      return `${samples} / (avg_over_time(${samples}[1d] offset 1h) > 10)`;
    },
  },
  probed: {
    unit: "bool",
    about: "0 or 1 for what a prober asks: such a scrape takes as long as the probe.",
    query: (q) => q.gauge("probe_success"),
  },
  speechless: {
    unit: "bool",
    about: "0 for a target that answers though what it reports does not.",
    query: (q) => `(${exporters.map((metric) => q.gauge(metric)).join(" or ")}) == 0`,
  },
  samples: {
    unit: "count",
    about: "Samples a scrape brings.",
    query: (q) => q.gauge("scrape_samples_post_metric_relabeling"),
  },
  newSeries: {
    unit: "count",
    about:
      "Series an hour of scrapes has created, without those that a target has: to a Prometheus that restarts all are new.",
    query: (q) =>
      `sum_over_time(${q.gauge("scrape_series_added")}[1h]) - ${q.gauge("scrape_samples_post_metric_relabeling")}`,
  },
  infoFiring: {
    unit: "bool",
    about: "1 where an alert for information fires.",
    query: (q) =>
      `group by (cluster, env, host, instance) (${q.gauge("ALERTS", { ...firing, severity: "info" })})`,
  },
  worseFiring: {
    unit: "bool",
    about: "1 where an alert fires that somebody is notified of.",
    query: (q) =>
      `group by (cluster, env, host, instance) (${q.gauge("ALERTS", { ...firing, severity: /warning|critical|emergency/ })})`,
  },
});

const owner: Owner = {
  service: "general",
  team: "sre",
  scope: "target",
  layer: "basic",
  board: hostBoard,
  target: { job: "blackbox", instance: "a:9115", host: "a" },
};

/** Labels of what is about no single target. */
const nowhere = { job: "", instance: "", host: "" };
/** Targets of one job in a fixture: `up` by number. */
const targets = (values: readonly string[]) =>
  Object.fromEntries(values.map((value, index) => [`up{instance="${index}"}`, value]));

export const group = defineAlerts(owner, signals, {
  Watchdog: {
    severity: "none",
    scope: "estate",
    board: estateBoard,
    when: () => "vector(1)",
    for: "0s",
    summary: "Alerting works",
    description:
      "Always firing. When it stops arriving, Prometheus, Alertmanager or the way to you is broken.",
    fires: { series: {}, from: "0m", labels: nowhere },
    quiet: "never",
    byNature: {
      neighbour: "It says that Prometheus itself alerts, once, whatever it watches.",
      namesake: "It says that Prometheus itself alerts, once, whatever it watches.",
      replica: "It says that Prometheus itself alerts, once, whatever it watches.",
    },
  },
  InfoInhibitor: {
    severity: "none",
    when: ({ infoFiring, worseFiring }) =>
      `${infoFiring} unless on (cluster, env, host, instance) ${worseFiring}`,
    for: "0s",
    summary: "Information about {{ $labels.instance }} is kept back",
    description:
      "Alerts for information fire and nothing worse does: nobody is notified of them until something does.",
    fires: {
      series: { 'ALERTS{alertname="A",alertstate="firing",severity="info"}': "_x3 1x10" },
      from: "3m",
      labels: { job: "" },
    },
    quiet: {
      series: {
        'ALERTS{alertname="A",alertstate="firing",severity="info"}': "1x10",
        'ALERTS{alertname="B",alertstate="firing",severity="warning"}': "1x10",
        'ALERTS{alertname="A",alertstate="pending",severity="info",instance="b"}': "1x10",
        'ALERTS{alertname="W",alertstate="firing",severity="none",instance="d"}': "1x10",
      },
      at: "8m",
    },
    byNature: {
      namesake: "Whatever fires anywhere about an instance decides, whoever scrapes it.",
    },
  },
  EstateMostlyDown: {
    severity: "emergency",
    scope: "estate",
    board: estateBoard,
    threshold: { value: 0.5, unit: "share of all targets that do not answer" },
    when: ({ shareDown, targets }, threshold) => `${shareDown} > ${threshold} and ${targets} >= 4`,
    for: "2m",
    summary: "Most targets do not answer",
    description:
      "{{ $value | humanizePercentage }} of all targets have not answered for two minutes: the network, the authority or Prometheus' own host is at fault.",
    fires: {
      series: targets(["0x10", "1x2 0x10", "1x2 0x10", "1x10", "1x10"]),
      from: "5m",
      labels: nowhere,
      value: "60%",
    },
    quiet: {
      series: {
        ...targets(["0x10", "0x10", "1x10", "1x10"]),
        // Another environment, all of it down, but small.
        ...Object.fromEntries(["a", "b", "c"].map((i) => [`up{env="e",instance="${i}"}`, "0x10"])),
      },
      at: "8m",
    },
  },
  JobMostlyDown: {
    severity: "critical",
    scope: "workload",
    board: estateBoard,
    threshold: { value: 0.5, unit: "share of a job's targets that do not answer" },
    when: ({ jobShareDown, jobTargets }, threshold) =>
      `${jobShareDown} > ${threshold} and ${jobTargets} >= 3`,
    for: "5m",
    summary: "Most targets of {{ $labels.job }} do not answer",
    description:
      "{{ $value | humanizePercentage }} of the targets of {{ $labels.job }} have not answered for five minutes.",
    fires: {
      series: targets(["1x2 0x10", "1x2 0x10", "1x2 0x10", "1x12", "1x12"]),
      from: "8m",
      labels: { instance: "", host: "" },
      value: "60%",
    },
    quiet: {
      series: {
        ...targets(["0x15", "0x15", "1x15", "1x15"]),
        'up{job="node",instance="1"}': "0x15",
        'up{job="node",instance="2"}': "0x15",
      },
      at: "12m",
    },
  },
  JobAbsent: {
    severity: "critical",
    scope: "workload",
    board: estateBoard,
    when: (_signals, _threshold, { jobs }) =>
      jobs.map((job) => `absent(up{job="${job}"})`).join(" or "),
    for: "5m",
    summary: "Nothing of job {{ $labels.job }} is scraped",
    description:
      "Prometheus has no target of {{ $labels.job }}, though the estate has one: its configuration was changed or not loaded.",
    fires: {
      series: { 'up{job="another"}': "1x10" },
      from: "5m",
      labels: { job: "node", instance: "", host: "" },
    },
    quiet: { series: { 'up{job="node"}': "0x10" }, at: "8m" },
    byNature: {
      neighbour: "What is not there has no labels but those that are asked for.",
      namesake: "What is not there has no labels but those that are asked for.",
      replica: "What is not there has no labels but those that are asked for.",
    },
  },
  TargetDown: {
    severity: "warning",
    when: ({ targetUp, hostUp }) =>
      `${targetUp} == 0 unless on (cluster, env, host) ${hostUp} == 0`,
    for: "2m",
    summary: "Target of {{ $labels.job }} does not answer",
    description:
      "{{ $labels.instance }} has not answered a scrape for two minutes: nothing it would tell is known.",
    fires: {
      series: {
        up: "1 0x10",
        'up{job="node",instance="a:9100"}': "1x10",
        // A target without a host that is down hides nobody.
        'up{job="other",instance="x",host=""}': "_x6 0x10",
      },
      from: "3m",
    },
    quiet: {
      series: {
        up: "1 0 1 0 1 0 1",
        // A host on which nothing answers.
        'up{job="node",instance="b:9100",host="b"}': "0x10",
        'up{instance="b:9116",host="b"}': "0x10",
        // A host whose own exporter does not answer.
        'up{job="node",instance="c:9100",host="c"}': "0x10",
        'up{instance="c:9116",host="c"}': "1x10",
      },
      at: "6m",
    },
  },
  TargetFlapping: {
    severity: "warning",
    threshold: { value: 6, unit: "changes between up and down in 30 minutes" },
    when: ({ upChanges }, threshold) => `${upChanges} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Target of {{ $labels.job }} comes and goes",
    description:
      '{{ $labels.instance }} went away or came back {{ $value | printf "%.0f" }} times in half an hour.',
    fires: { series: { up: "1 0 1 0 1 0 1 0x40" }, from: "7m", value: "7" },
    quiet: { series: { up: "1 0 1 0 1 0 1x40" }, at: "20m" },
    resolves: { series: { up: "0x60" }, at: "45m" },
  },
  ScrapeSlow: {
    severity: "warning",
    threshold: { value: 8, unit: "seconds a scrape takes" },
    when: ({ probed, scrapeDuration }, threshold) =>
      `${scrapeDuration} > ${threshold} unless on (cluster, env, job, instance) ${probed}`,
    for: "15m",
    summary: "Scrapes of {{ $labels.job }} take long",
    description:
      "{{ $labels.instance }} takes {{ $value | humanizeDuration }} to answer; at ten seconds Prometheus gives up and the target counts as down.",
    fires: { series: { scrape_duration_seconds: "1x4 9x30" }, from: "20m", value: "9s" },
    quiet: {
      series: {
        scrape_duration_seconds: "7x40",
        // A probe that waits for its answer without success.
        'scrape_duration_seconds{instance="b"}': "9x40",
        'probe_success{instance="b"}': "0x40",
      },
      at: "30m",
    },
  },
  ScrapeSamplesDropped: {
    severity: "warning",
    threshold: { value: 0.5, unit: "samples of a scrape against the average of a day" },
    when: ({ samplesAgainstYesterday, speechless, up }, threshold) =>
      `${samplesAgainstYesterday} < ${threshold} and on (cluster, env, job, instance) ${up} == 1 unless on (cluster, env, job, instance) ${speechless}`,
    for: "30m",
    summary: "{{ $labels.job }} exposes much less than it did",
    description:
      "{{ $labels.instance }} answers with {{ $value | humanizePercentage }} of the samples of the day before: part of it is no longer measured.",
    fires: {
      series: { up: "1x200", scrape_samples_post_metric_relabeling: "100x90 45x100" },
      from: "2h1m",
      value: "45%",
    },
    quiet: {
      series: {
        up: "1x200",
        scrape_samples_post_metric_relabeling: "100x90 55x100",
        // A target that is down brings nothing, and few samples say nothing.
        'up{instance="b"}': "1x90 0x100",
        'scrape_samples_post_metric_relabeling{instance="b"}': "100x90 0x100",
        'up{instance="c"}': "1x200",
        'scrape_samples_post_metric_relabeling{instance="c"}': "9x90 3x100",
        // A database that is down, and has an alert for it.
        'up{instance="d"}': "1x200",
        'pg_up{instance="d"}': "1x90 0x100",
        'scrape_samples_post_metric_relabeling{instance="d"}': "400x90 30x100",
      },
      at: "2h20m",
    },
    resolves: { series: { up: "1x10", scrape_samples_post_metric_relabeling: "99x10" }, at: "3m" },
  },
  ScrapeSamplesGrew: {
    severity: "warning",
    threshold: { value: 2, unit: "samples of a scrape against the average of a day" },
    when: ({ samplesAgainstYesterday, samples }, threshold) =>
      `${samplesAgainstYesterday} > ${threshold} and ${samples} > 2000`,
    for: "30m",
    summary: "{{ $labels.job }} exposes much more than it did",
    description:
      '{{ $labels.instance }} answers with {{ $value | printf "%.1f" }} times the samples of the day before: some label takes ever new values.',
    fires: {
      series: { scrape_samples_post_metric_relabeling: "1000x90 2300x100" },
      from: "2h1m",
      value: "2.3",
    },
    quiet: {
      series: {
        scrape_samples_post_metric_relabeling: "1200x90 2200x100",
        'scrape_samples_post_metric_relabeling{instance="b"}': "800x90 1900x100",
      },
      at: "2h20m",
    },
    resolves: { series: { scrape_samples_post_metric_relabeling: "999x10" }, at: "3m" },
  },
  TargetSeriesChurn: {
    severity: "warning",
    threshold: { value: 20_000, unit: "new series in an hour" },
    when: ({ newSeries }, threshold) => `${newSeries} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.job }} creates ever new series",
    description:
      "{{ $labels.instance }} made {{ $value | humanize }} new series in an hour; each costs memory until Prometheus forgets it.",
    fires: {
      series: {
        scrape_series_added: "0x10 400x120",
        scrape_samples_post_metric_relabeling: "1000x130",
      },
      from: "1h18m",
      value: "23k",
    },
    quiet: {
      series: {
        scrape_series_added: "280x120",
        scrape_samples_post_metric_relabeling: "1000x120",
        'scrape_series_added{instance="large:8080"}': "0x60 26000 0x60",
        'scrape_samples_post_metric_relabeling{instance="large:8080"}': "26000x121",
      },
      at: "1h40m",
    },
    resolves: {
      series: {
        scrape_series_added: "0x120",
        scrape_samples_post_metric_relabeling: "1000x120",
      },
      at: "1h20m",
    },
  },
});
