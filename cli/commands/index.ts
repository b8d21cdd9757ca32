import type { Entry } from "../main.ts";

/** Every command of `./vigil`. Loaded only when asked for: `vigil help` and Ctrl-C should not wait for the engine. */
export const commands: readonly Entry[] = [
  {
    name: "up",
    summary: "Make the estate what the program says",
    load: () => import("./up.ts"),
  },
  {
    name: "preview",
    summary: "Show what up would change",
    load: () => import("./preview.ts"),
  },
  {
    name: "refresh",
    summary: "Compare what is recorded with what is really there",
    load: () => import("./refresh.ts"),
  },
  {
    name: "down",
    summary: "Take everything down again",
    load: () => import("./down.ts"),
  },
  {
    name: "start",
    summary: "Start what the last up made, after a reboot",
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
    summary: "Show what the servers say",
    load: () => import("./logs.ts"),
  },
  {
    name: "explain",
    summary: "Say what an alert means, who is told, and what silences it",
    load: () => import("./explain.ts"),
  },
  {
    name: "reach",
    summary: "Say which alerts can fire in a stack, and what the others need",
    load: () => import("./reach.ts"),
  },
  {
    name: "render",
    summary: "Write the configuration files without deploying",
    load: () => import("./render.ts"),
  },
  {
    name: "pulumi",
    summary: "Run pulumi itself in Vigil's surroundings",
    load: () => import("./pulumi.ts"),
  },
  {
    name: "doctor",
    summary: "Look at this machine: tools, space, engines, plugins",
    load: () => import("./doctor.ts"),
  },
  {
    name: "tools",
    summary: "Get every tool and show where each is from",
    load: () => import("./tools.ts"),
  },
  {
    name: "bench",
    summary: "Measure what the README claims",
    load: () => import("./bench.ts"),
  },
  {
    name: "docs",
    summary: "Write what is generated from the code into the documents",
    load: () => import("./docs.ts"),
  },
  {
    name: "check",
    summary: "Check format, lint and types",
    load: () => import("./check.ts"),
  },
  {
    name: "mutate",
    summary: "Change the alerts and see whether their tests notice",
    load: () => import("./mutate.ts"),
  },
  {
    name: "capture",
    summary: "Write down what exporters really expose",
    load: () => import("./capture.ts"),
  },
  {
    name: "licences",
    summary: "Write down the licences of what is built",
    load: () => import("./licences.ts"),
  },
  {
    name: "scorecard",
    summary: "Write what the catalogue of alerts has and what is proven of it",
    load: () => import("./scorecard.ts"),
  },
  {
    name: "test",
    summary: "Run the tests with the real tools",
    load: () => import("./test.ts"),
  },
];
