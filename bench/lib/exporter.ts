import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../../lib/poll.ts";
import { renderWeb, webFiles } from "../../components/render/web.ts";
import { newAuthority, newCertificate } from "../../provider/pki.ts";
import { freePort } from "../../lib/free-port.ts";
import { interrupted } from "./interrupt.ts";
import { type Access, createScraper } from "./scraper.ts";

/** Settings shared by the listeners of one bench. */
export interface Ground {
  readonly folder: string;
  /** Files of every listener by name: web.yml and its certificate. */
  readonly files: Readonly<Record<string, string>>;
  readonly access: Omit<Access, "port">;
}

/** An authority, a certificate for 127.0.0.1 and one to ask with, as an estate has them. */
export async function createGround(folder: string): Promise<Ground> {
  const days = { days: 1, renewBeforeDays: 0 };
  const authority = await newAuthority({ commonName: "bench", ...days }, Date.now());
  const signed = {
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1"],
    authorityCertificate: authority.certificate,
    authorityKey: authority.key,
    ...days,
  };
  const own = await newCertificate({ ...signed, commonName: "node" }, Date.now());
  const asker = await newCertificate(
    { ...signed, commonName: "prometheus", use: "client", dnsNames: ["prometheus"] },
    Date.now(),
  );
  return {
    folder,
    files: {
      [webFiles.config]: renderWeb({ askers: ["prometheus"] }),
      [webFiles.certificate]: own.certificate,
      [webFiles.clients]: authority.certificate,
      [webFiles.key]: own.key,
    },
    access: { authority: authority.certificate, ...asker },
  };
}

/** A running exporter. */
export interface RunningExporter {
  readonly access: Access;
  /** Milliseconds of a processor so far; NaN where the system does not say. */
  readonly cpu: () => number;
  readonly stop: () => Promise<void>;
}

/**
 * Starts an exporter and waits until it answers.
 *
 * @throws Error with its last words when it does not within 10 s.
 */
export async function startExporter(
  binary: string,
  args: readonly string[],
  { access, files, folder }: Ground,
): Promise<RunningExporter> {
  const port = await freePort();
  const home = join(folder, `exporter-${port}`);
  await mkdir(home, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(home, name), text, { mode: 0o600 });
  }
  const own = [`--web.config.file=${home}/${webFiles.config}`];
  const child = spawn(binary, [...args, ...own, `--web.listen-address=127.0.0.1:${port}`], {
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-2000);
  });
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => {
      resolve();
    });
    child.on("error", (error) => {
      words = error.message;
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  const scraper = await createScraper({ ...access, port });
  try {
    const answer = await poll(
      () => scraper.scrape().catch(() => undefined),
      (text) => text !== undefined || child.exitCode !== null,
      { every: 100, within: 10_000, signal: interrupted.signal },
    );
    if (answer === undefined) throw new Error(`${binary}: ${words.trim()}`);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    await scraper.close();
  }
  return { access: { ...access, port }, cpu: () => cpuOf(child.pid), stop };
}

/** Linux counts in hundredths of a second, whatever the clock of its kernel. */
const tick = 10;

/** User and system time of a process. Its own metrics would do, but they can be turned off. */
function cpuOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid ?? 0}/stat`, "utf8")
      .split(") ")
      .at(-1)
      ?.split(" ");
    return (Number(fields?.[11]) + Number(fields?.[12])) * tick;
  } catch {
    return NaN;
  }
}
