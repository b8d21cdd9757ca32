import type { Entry } from "../main.ts";

/** Every command of `./vigil`. Loaded only when asked for: `vigil help` and Ctrl-C should not wait for the engine. */
export const commands: readonly Entry[] = [
  {
    name: "up",
    summary: "Deploy or update the estate",
    load: () => import("./up.ts"),
  },
  {
    name: "preview",
    summary: "Show what up would change",
    load: () => import("./preview.ts"),
  },
  {
    name: "refresh",
    summary: "Compare the recorded state with what is really there",
    load: () => import("./refresh.ts"),
  },
  {
    name: "down",
    summary: "Stop and remove everything",
    load: () => import("./down.ts"),
  },
  {
    name: "start",
    summary: "Start what the last up deployed, after a reboot",
    load: () => import("./start.ts"),
  },
  {
    name: "renew",
    summary: "Renew certificates that are due",
    load: () => import("./renew.ts"),
  },
  {
    name: "autostart",
    summary: "Have systemd start the estate and renew its certificates",
    load: () => import("./autostart.ts"),
  },
  {
    name: "verify",
    summary: "Prove that the running estate works",
    load: () => import("./verify.ts"),
  },
  {
    name: "alerts-test",
    summary: "Send a test alert through the running stack and see where it arrives",
    load: () => import("./alerts-test.ts"),
  },
  {
    name: "status",
    summary: "Show what runs and where",
    load: () => import("./status.ts"),
  },
  {
    name: "amtool",
    summary: "Run amtool against the stack's Alertmanager: silences, alerts",
    load: () => import("./amtool.ts"),
  },
  {
    name: "logs",
    summary: "Show the servers' logs",
    load: () => import("./logs.ts"),
  },
  {
    name: "explain",
    summary: "Explain what an alert means, who is notified, and what silences it",
    load: () => import("./explain.ts"),
  },
  {
    name: "reach",
    summary: "List which alerts can fire in a stack, and what the others need",
    load: () => import("./reach.ts"),
  },
  {
    name: "check-hosts",
    summary: "Compare what stands on hosts with what was installed there",
    load: () => import("./check-hosts.ts"),
  },
  {
    name: "forget",
    summary: "Drop the record of a host that is gone for good",
    load: () => import("./forget.ts"),
  },
  {
    name: "channels",
    summary: "Move channels to vigil:channels from where they were configured before",
    load: () => import("./channels.ts"),
  },
  {
    name: "render",
    summary: "Write the configuration files without deploying",
    load: () => import("./render.ts"),
  },
  {
    name: "pulumi",
    summary: "Run pulumi itself with Vigil's state and settings",
    load: () => import("./pulumi.ts"),
  },
  {
    name: "doctor",
    summary: "Check this machine: tools, space, engines, plugins",
    load: () => import("./doctor.ts"),
  },
  {
    name: "tools",
    summary: "Get every tool and show where each comes from",
    load: () => import("./tools.ts"),
  },
  {
    name: "bench",
    summary: "Measure what the README claims",
    load: () => import("./bench.ts"),
  },
  {
    name: "docs",
    summary: "Regenerate the parts of the documents that come from the code",
    load: () => import("./docs.ts"),
  },
  {
    name: "check",
    summary: "Check format, lint and types",
    load: () => import("./check.ts"),
  },
  {
    name: "new",
    summary: "Add an exporter: its files, and a line in each list",
    load: () => import("./new.ts"),
  },
  {
    name: "mutate",
    summary: "Change the alerts and see whether their tests notice",
    load: () => import("./mutate.ts"),
  },
  {
    name: "capture",
    summary: "Record what exporters really expose",
    load: () => import("./capture.ts"),
  },
  {
    name: "licences",
    summary: "Record the licences of what is built",
    load: () => import("./licences.ts"),
  },
  {
    name: "scorecard",
    summary: "Record what the alert catalogue contains and what is proven about it",
    load: () => import("./scorecard.ts"),
  },
  {
    name: "test",
    summary: "Run the tests with the real tools",
    load: () => import("./test.ts"),
  },
];
