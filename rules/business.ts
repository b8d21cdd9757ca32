/**
 * An example of what people get, not what programs do: a shop that exposes `orders_placed_total`,
 * `orders_failed_total` and `payments_total{outcome}`. Write yours for your own events in its manner.
 */
import { defineAlerts, type Owner } from "./lib/alert.ts";
import { estateBoard } from "./lib/boards.ts";
import { defineSignals, type Query } from "./lib/signal.ts";

/** A week back is the same hour of the same weekday: trade has no other usual. */
const week = " offset 1w";

const perHour = (counter: string, offset = ""): string =>
  `sum by (cluster, env, job) (rate(${counter}[1h]${offset})) * 3600`;

const paid = (q: Query): string => q.counter("payments_total", { outcome: "success" });

/** Share of attempts that became an order; who never failed an order has no series of failures. */
function success(q: Query, offset = ""): string {
  const placed = perHour(q.counter("orders_placed_total"), offset);
  const failed = perHour(q.counter("orders_failed_total"), offset);
  return `(${placed}) / ((${placed}) + ((${failed}) or (${placed}) * 0) > 20)`;
}

/**
 * Programs that answer and told of payments within a day. Where one does and has no series of those
 * that succeeded, as after a restart, there were none; where none answers, nobody knows.
 */
function tells(q: Query): string {
  const told = `present_over_time(${q.counter("payments_total")}[1d])`;
  return `group by (cluster, env, job) (${q.gauge("up")} == 1 and on (cluster, env, job) ${told})`;
}

export const signals = defineSignals({
  orderMoments: {
    unit: "count",
    about: "How many scrapes of 15 minutes saw a new order.",
    query: (q) => `sum by (cluster, env, job) (changes(${q.counter("orders_placed_total")}[15m]))`,
  },
  ordersLastWeek: {
    unit: "count",
    about: "Orders placed in the same hour a week ago.",
    query: (q) => perHour(q.counter("orders_placed_total"), week),
  },
  orderSuccess: {
    unit: "ratio",
    about: "Share of the attempts of an hour that became an order.",
    query: (q) => success(q),
  },
  orderSuccessLastWeek: {
    unit: "ratio",
    about: "Share of the attempts that became an order, a week ago.",
    query: (q) => success(q, week),
  },
  paymentsAgainstLastWeek: {
    unit: "ratio",
    about: "Payments that came in within an hour against the same hour a week ago.",
    query: (q) => {
      const before = perHour(paid(q), week);
      return `((${perHour(paid(q))} or 0 * ${before}) / (${before} > 20) and ${tells(q)})`;
    },
  },
  unpaid: {
    unit: "ratio",
    about: "Share of the orders of an hour by which orders outnumber payments.",
    query: (q) => {
      const of = (counter: string): string => `sum by (cluster, env) (rate(${counter}[1h])) * 3600`;
      const orders = of(q.counter("orders_placed_total"));
      const payments = `(${of(paid(q))} or 0 * ${orders})`;
      return `(1 - ${payments} / (${orders} > 20) and group by (cluster, env) (${tells(q)}))`;
    },
  },
});

const owner: Owner = {
  service: "business",
  team: "devops",
  scope: "workload",
  layer: "business",
  needs: "business metrics",
  board: estateBoard,
  // No job: whatever sells exposes these.
  target: { instance: "a:8080", host: "a" },
};

const job = { job: "shop", instance: "", host: "" };
const placed = (name = "shop"): string => `orders_placed_total{job="${name}",channel="web"}`;
const failed = (name = "shop"): string =>
  `orders_failed_total{job="${name}",channel="web",reason="stock"}`;
const payments = (outcome: string, name = "shop"): string =>
  `payments_total{job="${name}",outcome="${outcome}",provider="card"}`;

export const group = defineAlerts(owner, signals, {
  BusinessOrdersStopped: {
    severity: "critical",
    threshold: { value: 20, unit: "orders in the same hour a week ago" },
    when: ({ orderMoments, ordersLastWeek }, threshold) =>
      `${ordersLastWeek} > ${threshold} unless ${orderMoments} > 0`,
    for: "5m",
    summary: "{{ $labels.job }} gets no orders",
    description:
      'Nobody has ordered for 20 minutes; a week ago this hour brought {{ $value | printf "%.0f" }} orders.',
    step: "5m",
    fires: {
      // Ends two hours into the second week, so that there is an hour to compare with.
      series: { [placed()]: "0+2x2040 4080x20" },
      from: "170h15m",
      labels: job,
      value: "24",
    },
    quiet: {
      series: {
        // An order every ten minutes.
        [placed()]: "0+2x2040 4080 4081 4081 4082 4082 4083 4083 4084 4084 4085 4085",
        [placed("idle")]: "0+1.4x2040 2856x20",
      },
      at: "170h40m",
    },
    resolves: { series: { [placed()]: "4082+2x10" }, at: "30m" },
    byNature: {
      removed: "A shop whose counters end takes no orders either: that is what it is for.",
      lost: "A shop that does not answer takes no orders: that is what it is for.",
    },
  },
  BusinessOrderSuccessDropped: {
    severity: "critical",
    threshold: { value: 0.9, unit: "share of orders that succeed against last week's share" },
    when: ({ orderSuccess, orderSuccessLastWeek }, threshold) =>
      `(${orderSuccess}) / (${orderSuccessLastWeek}) < ${threshold}`,
    for: "5m",
    summary: "Orders at {{ $labels.job }} fail more often than a week ago",
    description:
      "The share of attempts that become an order is {{ $value | humanizePercentage }} of what it was in the same hour of last week.",
    step: "5m",
    fires: {
      series: { [placed()]: "0+10x2016 20160+8x60", [failed()]: "0x2016 0+2x60" },
      from: "168h40m",
      labels: job,
      value: "87.02%",
    },
    quiet: {
      series: {
        [placed()]: "0+10x2016 20160+9.2x60",
        [failed()]: "0x2016 0+0.8x60",
        // Always this bad.
        [placed("steady")]: "0+6x2076",
        [failed("steady")]: "0+4x2076",
        // Too few to judge by.
        [placed("idle")]: "0+1x2016 2016+0.5x60",
        [failed("idle")]: "0x2016 0+0.5x60",
        // Never failed, and has no series that says so.
        [placed("sound")]: "0+10x2076",
      },
      at: "172h",
    },
    resolves: {
      series: { [placed()]: "20300+10x40", [failed()]: "20x40" },
      at: "2h",
    },
  },
  BusinessPaymentsBelowLastWeek: {
    severity: "warning",
    threshold: { value: 0.6, unit: "payments of an hour against the same hour last week" },
    when: ({ paymentsAgainstLastWeek }, threshold) => `${paymentsAgainstLastWeek} < ${threshold}`,
    for: "30m",
    summary: "{{ $labels.job }} takes in less than a week ago",
    description:
      "{{ $value | humanizePercentage }} of the payments of the same hour of last week have come in.",
    step: "5m",
    fires: {
      series: {
        [payments("success")]: "0+10x2016 20160+5x60",
        [payments("declined")]: "0+1x2016 2016+9x60",
      },
      from: "169h25m",
      labels: job,
      value: "50%",
    },
    quiet: {
      series: {
        [payments("success")]: "0+10x2016 20160+6.6x60",
        [payments("declined")]: "0+30x2016 60480+1x60",
        [payments("success", "idle")]: "0+1.4x2016 2822+0.1x60",
      },
      at: "172h",
    },
    resolves: { series: { [payments("success")]: "20300+10x40" }, at: "2h" },
    byNature: {
      removed: "An hour whose counters end counts less, and that is less money, too.",
    },
  },
  BusinessUnpaidOrdersGrowing: {
    severity: "warning",
    threshold: { value: 0.3, unit: "share of an hour's orders without a payment" },
    when: ({ unpaid }, threshold) => `${unpaid} > ${threshold}`,
    for: "30m",
    summary: "Orders without a payment pile up",
    description:
      "{{ $value | humanizePercentage }} of the orders of the last hour have no payment that succeeded, and the rest grows.",
    step: "5m",
    fires: {
      series: {
        [placed()]: "0+10x40",
        [payments("success")]: "0+6.5x40",
        [payments("declined")]: "0+3x40",
      },
      from: "45m",
      labels: { instance: "", host: "" },
      value: "35%",
    },
    quiet: {
      series: {
        [placed()]: "0+10x60",
        [payments("success")]: "0+7.4x60",
        'orders_placed_total{env="idle",job="shop",channel="web"}': "0+1.4x60",
        'payments_total{env="idle",job="shop",outcome="success",provider="card"}': "0x60",
        // As many payments, none of them good, would do without the outcome.
        [payments("declined")]: "0+0x60",
      },
      at: "3h",
    },
  },
});
