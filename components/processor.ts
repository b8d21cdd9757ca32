import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Login } from "../provider/resources.ts";
import type { Config } from "./config/schema.ts";
import { peopleOf } from "./people.ts";
import { processorFiles, processorSecrets } from "./render/processor.ts";
import type { Place, Running, Target } from "./targets/target.ts";
import type { Trust } from "./trust.ts";

export interface ProcessorArgs {
  readonly target: Target;
  readonly trust: Trust;
  readonly place: Place;
  readonly settings: Config["processor"];
  /** Text of processor.yml. */
  readonly config: string;
  /** Bearer token by which Alertmanager speaks. */
  readonly token: Login;
}

const folder = join(import.meta.dirname, "../services/alert-processor");

/** Of the program's files: a supervised process is started again when they change. */
function versionOf(): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (file) =>
        /\.(?:css|html|js|json|png|svg|ts|webmanifest)$/.test(file) &&
        !/^(?:test|node_modules)\b/.test(file),
    )
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(file.replaceAll(sep, "/")).update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

/** Remembers every alert, shows what is open and who has it. */
export class Processor extends pulumi.ComponentResource {
  readonly running: Running;
  /** Passwords by the names of those who sign in at its page alone. */
  readonly people: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: ProcessorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Processor", name, {}, opts);
    const { config, place, settings, target, token, trust } = args;
    const child = { parent: this };
    const signing = new Login(`${name}-signing-key`, { username: "processor" }, child);
    const { act, look } = peopleOf(settings);
    const people = [...act, ...look].map((username) => ({
      username,
      login: new Login(`${name}-person-${username}`, { username }, child),
    }));
    this.people = Object.fromEntries(people.map((one) => [one.username, one.login.password]));
    const logins = [trust.person, ...people.map(({ login }) => login)];
    this.running = target.run(
      {
        place,
        binary: "alert-processor",
        image: { reference: settings.image ?? "", uid: 1000, gid: 1000 },
        args: ["serve", "--config", `${place.config}/${processorFiles.config}`],
        env:
          target.kind === "local"
            ? { NODE_COMPILE_CACHE: `${place.data}/compiled`, PROCESSOR_VERSION: versionOf() }
            : {},
        files: {
          [processorFiles.authority]: trust.authority,
          [processorFiles.config]: config,
          [processorFiles.metricsPassword]: trust.login("prometheus", "processor").password,
          ...trust.askerFiles("processor"),
          [processorFiles.secret]: signing.password,
          [processorFiles.tokens]: token.password,
          ...Object.fromEntries(
            Object.entries(processorSecrets(settings)).map(([file, one]) => [
              file,
              pulumi.secret(one.reveal()),
            ]),
          ),
          ...(settings.postgres?.authority !== undefined && {
            [processorFiles.postgresAuthority]: settings.postgres.authority,
          }),
          ...trust.listener(place, logins, child),
        },
        // It reads its files when it starts.
        onChange: {},
        checks: [],
        port: settings.port,
        health: trust.health("/-/ready", 30, trust.access("prometheus", "processor")),
        memoryMegabytes: settings.memory,
        sees: "itself",
        persistent: true,
      },
      child,
    );
    this.registerOutputs({});
  }
}
