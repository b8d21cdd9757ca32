import { main, type Command, type Entry } from "./main.ts";

const command = (name: string, summary: string): Entry => ({
  name,
  summary,
  load: () => import(`./commands/${name}.ts`) as Promise<Command>,
});

const commands: readonly Entry[] = [
  command("up", "Make the estate what the program says"),
  command("preview", "Show what up would change"),
  command("refresh", "Compare what is recorded with what is really there"),
  command("down", "Take everything down again"),
  command("verify", "Prove that the running estate works"),
  command("status", "Show what runs and where"),
  command("logs", "Show what the servers say"),
  command("render", "Write the configuration files without deploying"),
  command("pulumi", "Run pulumi itself in Vigil's surroundings"),
  command("doctor", "Look at this machine: tools, space, engines, plugins"),
  command("tools", "Get every tool and show where each is from"),
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

void main(process.argv.slice(2), commands, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((code) => {
  process.exitCode = code;
});
