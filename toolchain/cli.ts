import { main, type Entry } from "./main.ts";

/** Loaded only when asked for: `vigil help` and Ctrl-C should not wait for the engine. */
const commands: readonly Entry[] = [
  {
    name: "up",
    summary: "Make the estate what the program says",
    load: () => import("./commands/up.ts"),
  },
  {
    name: "preview",
    summary: "Show what up would change",
    load: () => import("./commands/preview.ts"),
  },
  {
    name: "refresh",
    summary: "Compare what is recorded with what is really there",
    load: () => import("./commands/refresh.ts"),
  },
  {
    name: "down",
    summary: "Take everything down again",
    load: () => import("./commands/down.ts"),
  },
  {
    name: "verify",
    summary: "Prove that the running estate works",
    load: () => import("./commands/verify.ts"),
  },
  {
    name: "alerts-test",
    summary: "Send a test alert through the running stack and see where it arrives",
    load: () => import("./commands/alerts-test.ts"),
  },
  {
    name: "status",
    summary: "Show what runs and where",
    load: () => import("./commands/status.ts"),
  },
  {
    name: "amtool",
    summary: "Run amtool against the stack's Alertmanager: silences, alerts",
    load: () => import("./commands/amtool.ts"),
  },
  {
    name: "logs",
    summary: "Show what the servers say",
    load: () => import("./commands/logs.ts"),
  },
  {
    name: "explain",
    summary: "Say what an alert means, who is told, and what silences it",
    load: () => import("./commands/explain.ts"),
  },
  {
    name: "render",
    summary: "Write the configuration files without deploying",
    load: () => import("./commands/render.ts"),
  },
  {
    name: "pulumi",
    summary: "Run pulumi itself in Vigil's surroundings",
    load: () => import("./commands/pulumi.ts"),
  },
  {
    name: "doctor",
    summary: "Look at this machine: tools, space, engines, plugins",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "tools",
    summary: "Get every tool and show where each is from",
    load: () => import("./commands/tools.ts"),
  },
  {
    name: "bench",
    summary: "Measure what the README claims",
    load: () => import("./commands/bench.ts"),
  },
  {
    name: "docs",
    summary: "Write what is generated from the code into the documents",
    load: () => import("./commands/docs.ts"),
  },
  {
    name: "check",
    summary: "Check format, lint and types",
    load: () => import("./commands/check.ts"),
  },
  {
    name: "mutate",
    summary: "Change the alerts and see whether their tests notice",
    load: () => import("./commands/mutate.ts"),
  },
  {
    name: "capture",
    summary: "Write down what exporters really expose",
    load: () => import("./commands/capture.ts"),
  },
  {
    name: "licences",
    summary: "Write down the licences of what is built",
    load: () => import("./commands/licences.ts"),
  },
  {
    name: "scorecard",
    summary: "Write what the catalogue of alerts has and what is proven of it",
    load: () => import("./commands/scorecard.ts"),
  },
  {
    name: "test",
    summary: "Run the tests with the real tools",
    load: () => import("./commands/test.ts"),
  },
];

// A command that ends its own work on Ctrl-C adds a listener; then it decides when to leave.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(code);
  });
}

// A reader that has seen enough (`| head`) ends what is shown, not what is being done.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
  });
}

void main(process.argv.slice(2), commands, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((code) => {
  process.exitCode = code;
});
