/** Operations on processes of hosts. */
import { createReadStream } from "node:fs";
import { VigilError } from "../errors.ts";
import { redact } from "../redact.ts";
import type { Found, Resource } from "../resource.ts";
import type { HostProcessInputs, HostProcessState } from "../types.ts";
import { type Raw, reveal, secretTexts } from "../values.ts";
import { openWitness, type Witness } from "./arrival.ts";
import { audit } from "./audit.ts";
import { type Facts, obstacles, parseFacts } from "./facts.ts";
import { type Definition, definitionOf, generationOf } from "./definition.ts";
import { type Program, programOf } from "./program.ts";
import { factsScript, pushScript, removeScript } from "./scripts.ts";
import type { Outcome, Session } from "./session.ts";
import { spoken } from "./spoken.ts";
import { withHost } from "./ssh.ts";
import { stageScript } from "./stage.ts";
import { switchScript } from "./switch.ts";

/** Installs a process on a host, and keeps it if it arrives. */
export async function create(inputs: Raw): ReturnType<Resource["create"]> {
  const { host, name } = reveal(inputs) as HostProcessInputs;
  return { id: `${host}/${name}`, outs: await install(inputs) };
}

/** Brings a process of a host to what is wanted now; what ran before is put back where that does not arrive. */
export function update(_id: string, olds: Raw, news: Raw): Promise<Raw> {
  // An estate that was given another name keeps what it has.
  return install(news, (reveal(olds) as HostProcessState).environment);
}

/** Set by commands that look at the hosts themselves, whatever Prometheus sees. */
const closely = (): boolean => process.env["VIGIL_CHECK_HOSTS"] === "1";

/**
 * Whether what was installed still runs. Prometheus knows that of all hosts at once; only where it sees nothing is
 * the host itself looked at. One that cannot be reached is taken at its word.
 */
export async function read(id: string, state: Raw, inputs: Raw): Promise<Found> {
  const known = reveal(state) as HostProcessState;
  const asInstalled = closely()
    ? (await audit(known)).differences.length === 0
    : (await arrives(known)) || (await standsThere(known));
  return { id, props: { ...state, asInstalled }, inputs: { ...inputs, asInstalled } };
}

async function arrives({ address, collector }: HostProcessState): Promise<boolean> {
  if (collector === undefined) return false;
  const witness = await openWitness(collector);
  try {
    return (await witness.scraped(address, 0, 0)) === undefined;
  } finally {
    await witness.close();
  }
}

async function standsThere(known: HostProcessState): Promise<boolean> {
  const definition = definitionOf(known, known.checksum);
  const facts = await withHost(known.connection, (session) =>
    factsOf(session, definition, known.host),
  ).catch((error: unknown) => {
    if (error instanceof VigilError) return undefined;
    throw error;
  });
  return (
    facts === undefined ||
    (facts.current === generationOf(definition) &&
      facts.state === "active" &&
      facts.program === known.checksum)
  );
}

/** Takes a process away from a host. */
export async function destroy(state: Raw): Promise<void> {
  const known = reveal(state) as HostProcessState;
  const { connection, environment, host, name } = known;
  await withHost(connection, async (session) => {
    const { code, output } = await session.run(removeScript(name, environment));
    if (code !== 0) {
      throw new VigilError(
        `${name} could not be removed from ${host}`,
        code === undefined ? lost : output.trim(),
        spoken(again),
      );
    }
  }).catch((error: unknown) => {
    if (!(error instanceof VigilError)) throw error;
    const gone = spoken(`If ${host} is gone for good: ./vigil forget ${host}`);
    throw new VigilError(error.what, error.why, `${error.fix}\n${gone}`);
  });
}

const again = "Correct that and run make up again.";

const lost = "the connection ended";

async function factsOf(session: Session, definition: Definition, host: string): Promise<Facts> {
  const { code, output } = await session.run(factsScript(definition));
  if (code === 0) return parseFacts(output);
  const sudo = /sudo/i.test(output);
  throw new VigilError(
    `${host} ${sudo ? "lets nobody act as root" : "could not be looked at"}`,
    output.trim() || lost,
    sudo
      ? "Let the user that signs in run sudo without a password, or sign in as root (vigil:ssh.user)."
      : spoken(again),
  );
}

/** @param before - The name that the estate had. */
async function install(inputs: Raw, before?: string): Promise<Raw> {
  const plain = reveal(inputs) as HostProcessInputs;
  const program = await programOf(plain.binary);
  const witness = plain.collector === undefined ? undefined : await openWitness(plain.collector);
  try {
    await withHost(plain.connection, (session) =>
      new Installation(session, plain, program, witness, secretTexts(inputs)).run(before),
    );
  } finally {
    await witness?.close();
  }
  return { ...inputs, checksum: program.checksum, asInstalled: true };
}

/** The steps by which one process comes to a host. */
class Installation {
  readonly #session: Session;
  readonly #inputs: HostProcessInputs;
  readonly #program: Program;
  readonly #witness: Witness | undefined;
  readonly #secrets: readonly string[];
  readonly #definition: Definition;

  constructor(
    session: Session,
    inputs: HostProcessInputs,
    program: Program,
    witness: Witness | undefined,
    secrets: readonly string[],
  ) {
    this.#session = session;
    this.#inputs = inputs;
    this.#program = program;
    this.#witness = witness;
    this.#secrets = secrets;
    this.#definition = definitionOf(inputs, program.checksum);
  }

  async run(before: string | undefined): Promise<void> {
    const definition = this.#definition;
    const found = await factsOf(this.#session, definition, this.#inputs.host);
    const mine = before !== undefined && found.estate === before;
    const facts = mine ? { ...found, estate: definition.environment } : found;
    const reasons = obstacles(facts, definition, this.#program.bytes);
    if (reasons.length > 0) {
      const list = reasons.map((one) => `${this.#inputs.host} ${one}`).join("\n");
      throw this.#failure("nothing was changed there", list);
    }
    if (facts.program !== definition.checksum) {
      const content = createReadStream(this.#program.path);
      this.#require(
        "bringing the program",
        await this.#session.run(pushScript(definition), content),
      );
    }
    const generation = generationOf(definition);
    const staged = await this.#session.run(stageScript(definition, generation));
    this.#require("writing its files", staged);
    const identical = staged.output.split("\n").includes("identical");
    await this.#switchTo(generation, facts.current, identical);
  }

  /** Lets it run, and keeps it if it is scraped. */
  async #switchTo(
    generation: string,
    before: string | undefined,
    identical: boolean,
  ): Promise<void> {
    const { address, timeoutSeconds } = this.#inputs;
    const since = await this.#now();
    const script = switchScript(this.#definition, generation, {
      identical,
      seconds: timeoutSeconds,
    });
    const dialog = await this.#session.dialog(script);
    const ready = (await dialog.line(/^(?:ready|failed: .*)$/)) === "ready";
    const why = ready ? await this.#witness?.scraped(address, since, timeoutSeconds) : undefined;
    if (ready && why === undefined) dialog.say("keep");
    const { code, output } = await dialog.ended();
    if (code === 0) return;
    const said = output.replaceAll(/^(?:same|ready|failed: )/gm, "").trim();
    const words = [code === undefined ? lost : "", why ?? "", said && `It said:\n${said}`];
    const outcome =
      code === undefined
        ? "the host puts back by itself what ran there before"
        : await this.#afterwards(before, generation);
    throw this.#failure(outcome, words.filter(Boolean).join("\n"));
  }

  async #now(): Promise<number> {
    try {
      return (await this.#witness?.now()) ?? 0;
    } catch (error) {
      throw this.#failure(
        "nothing was changed there",
        `Prometheus cannot be asked: ${String(error)}`,
      );
    }
  }

  /** What became of the one before. */
  async #afterwards(before: string | undefined, generation: string): Promise<string> {
    if (before === undefined) return "it was taken away again";
    const { address, timeoutSeconds } = this.#inputs;
    const back = before === generation ? "it was started again" : "the one before was put back";
    if (this.#witness === undefined) return back;
    const since = await this.#witness.now().catch(() => 0);
    const why = await this.#witness.scraped(address, since, timeoutSeconds);
    return why === undefined ? `${back} and is scraped` : `${back}; ${why}`;
  }

  #require(step: string, { code, output }: Outcome): void {
    if (code === 0) return;
    const why = code === undefined ? lost : output.trim();
    throw this.#failure("what ran there before was not touched", `${step}: ${why}`);
  }

  #failure(outcome: string, why: string): VigilError {
    const { host, name } = this.#inputs;
    return new VigilError(
      `${name} on ${host} was not installed, ${outcome}`,
      redact(why, this.#secrets),
      spoken(again),
    );
  }
}
