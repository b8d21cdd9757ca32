import { group as delivery, signals as ofDelivery } from "../rules/processor/delivery.ts";
import { group as hearing, signals as ofHearing } from "../rules/processor/hearing.ts";
import { signals as ofIntake } from "../rules/processor/intake.ts";
import { group as server, signals as ofServer } from "../rules/processor/server.ts";
import type { BoardDefinition } from "./lib/board.ts";
import { stat, timeseries } from "./lib/panels.ts";

const { dead, failedShare, notifications, oldest, open, pending } = ofDelivery;
const { differences, watchdogAge } = ofHearing;
const { received, requests } = ofIntake;
const { commitTime, loopLag, memory, storeUp, up } = ofServer;
const { ProcessorChannelFailing, ProcessorDeliveryStuck } = delivery.alerts;
const { ProcessorReconcileDifferences, ProcessorWatchdogSilent } = hearing.alerts;
const { ProcessorCommitSlow, ProcessorEventLoopSlow, ProcessorMemoryHigh } = server.alerts;

/** Do alerts come in, and are people told? */
export const board: BoardDefinition = {
  uid: "vigil-processor",
  title: "Alert processor",
  description: "Do alerts come in, and are people told?",
  tags: ["processor"],
  variables: [{ name: "host", label: "Host", query: 'label_values(up{job="processor"}, host)' }],
  rows: [
    {
      title: "Now",
      panels: [
        stat(up, { title: "Answers", width: 3 }),
        stat(storeUp, { title: "Database answers", width: 3 }),
        stat(watchdogAge, {
          title: "Watchdog heard",
          width: 3,
          thresholdOf: ProcessorWatchdogSilent,
        }),
        stat(open, { title: "Open alerts", width: 3 }),
        stat(pending, { title: "Waiting to be sent", width: 3 }),
        stat(oldest, { title: "Oldest due", width: 3, thresholdOf: ProcessorDeliveryStuck }),
        stat(dead, { title: "Given up", width: 3 }),
        stat(memory, { title: "Memory", width: 3, thresholdOf: ProcessorMemoryHigh }),
      ],
    },
    {
      title: "What comes in",
      panels: [
        timeseries(received, { title: "Alerts taken in", legend: "{{host}} {{result}}" }),
        timeseries(requests, { title: "Requests", legend: "{{host}} {{code}}" }),
        timeseries(commitTime, { title: "Time of a commit", thresholdOf: ProcessorCommitSlow }),
        timeseries(watchdogAge, {
          title: "Watchdog heard",
          thresholdOf: ProcessorWatchdogSilent,
        }),
        timeseries(open, { title: "Open alerts" }),
        timeseries(differences, {
          title: "Noticed only by comparing",
          thresholdOf: ProcessorReconcileDifferences,
        }),
      ],
    },
    {
      title: "What goes out",
      panels: [
        timeseries(notifications, {
          title: "Messages",
          legend: "{{host}} {{channel}} {{result}}",
        }),
        timeseries(failedShare, {
          title: "Messages that fail",
          legend: "{{host}} {{channel}}",
          thresholdOf: ProcessorChannelFailing,
        }),
        timeseries(pending, { title: "Waiting to be sent", width: 8 }),
        timeseries(oldest, { title: "Oldest due", width: 8, thresholdOf: ProcessorDeliveryStuck }),
        timeseries(dead, { title: "Given up", width: 8 }),
      ],
    },
    {
      title: "The process",
      panels: [
        timeseries(memory, { title: "Memory", thresholdOf: ProcessorMemoryHigh }),
        timeseries(loopLag, { title: "Event loop late by", thresholdOf: ProcessorEventLoopSlow }),
      ],
    },
  ],
};
