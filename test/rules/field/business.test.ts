/** Days of a shop: programs that restart, and outcomes that nobody tells of before the first of them. */
import { type Situations, tryAll } from "./situation.ts";

const shop = { job: "shop", instance: "shop-1:8080", host: "shop-1" };
const till = 'job="till",instance="till-1:8080",host="till-1"';
const payments = (outcome: string, labels = ""): string =>
  `payments_total{outcome="${outcome}",provider="card"${labels}}`;

const situations: Situations = {
  "a shop that restarted, and takes no payment any more": {
    alert: "BusinessPaymentsBelowLastWeek",
    target: shop,
    step: "5m",
    series: {
      [payments("success")]: "0+10x2040 stale",
      [payments("declined")]: "0+1x2040 0+10x60",
    },
    firing: { "170h": 0, "173h": 1 },
  },
  "a shop whose scrape fails": {
    alert: "BusinessPaymentsBelowLastWeek",
    target: shop,
    step: "5m",
    series: { up: "1x2040 0x60", [payments("success")]: "0+10x2040 stale" },
    firing: { "170h55m": 0, "174h": 0 },
  },
  "one of two copies of a shop that is replaced by another": {
    alert: "BusinessPaymentsBelowLastWeek",
    target: { job: "shop" },
    step: "5m",
    series: {
      [payments("success", ',instance="shop-1:8080"')]: "0+5x2100",
      [payments("success", ',instance="shop-2:8080"')]: "0+5x2040 stale",
      [payments("success", ',instance="shop-3:8080"')]: "_x2041 5+5x60",
    },
    firing: { "171h": 0, "173h": 0 },
  },
  "orders, of which none is paid since the till restarted": {
    alert: "BusinessUnpaidOrdersGrowing",
    step: "5m",
    series: {
      'orders_placed_total{job="shop",channel="web"}': "0+10x80",
      [payments("success", `,${till}`)]: "0+10x40 stale",
      [payments("declined", `,${till}`)]: "0x40 0+10x40",
    },
    firing: { "3h": 0, "6h": 1 },
  },
  "orders of a shop whose till cannot be scraped": {
    alert: "BusinessUnpaidOrdersGrowing",
    step: "5m",
    series: {
      'up{job="shop"}': "1x80",
      'orders_placed_total{job="shop",channel="web"}': "0+10x80",
      [`up{${till}}`]: "1x40 0x40",
      [payments("success", `,${till}`)]: "0+10x40 stale",
    },
    firing: { "3h": 0, "4h15m": 0, "6h": 0 },
  },
};

tryAll(situations);
