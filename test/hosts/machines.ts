/** Servers with systemd and sshd for tests: containers made of Debian's packages, each with a key of its own. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { poll } from "../../lib/poll.ts";
import { machineMirror } from "../docker/images.ts";

const suite = "bookworm";

const packages = ["ca-certificates", "dbus", "openssh-server", "procps", "sudo", "systemd-sysv"];

/** Named by content, so that a changed recipe never meets an image of the old one. */
const version = createHash("sha256")
  .update(JSON.stringify([suite, packages]))
  .digest("hex")
  .slice(0, 12);

const image = `vigil-test/host:${version}`;

/** A server. */
export interface Machine {
  readonly name: string;
  readonly address: string;
  /** Public key that it shows. */
  readonly hostKey: string;
  /** Runs a line of the shell there as root; gives back what it printed, however it ended. */
  run(line: string, input?: string): Promise<string>;
  /** Takes it away, as a server that burns down. */
  destroy(): void;
}

/** How a server differs from the others. */
export interface MachineOptions {
  /** Account that signs in, with sudo where it is not root. @default "root" */
  readonly user?: string;
  /** Size of a file system of its own for what is installed: `10m`. */
  readonly opt?: string;
}

const docker = (...args: readonly string[]): string =>
  execFileSync("docker", args, { encoding: "utf8", stdio: "pipe" }).trim();

/** Makes the image unless the engine has it. */
async function build(): Promise<void> {
  if (docker("images", "-q", image) !== "") return;
  const mirror = await machineMirror();
  const base = spawn("mmdebstrap", [
    ...["--quiet", "--variant=minbase", `--include=${packages.join(",")}`],
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...[suite, "-", `deb ${mirror} ${suite} main`],
  ]);
  const taken = spawn("docker", ["import", "-", image], { stdio: ["pipe", "ignore", "inherit"] });
  base.stdout.pipe(taken.stdin);
  await new Promise<void>((resolve, reject) => {
    taken.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`docker import ended with ${code}`));
    });
  });
}

/** A rack of servers that one key opens. */
export class Rack {
  /** Private key. */
  readonly key: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "vigil-rack-"));
  readonly #public: string;
  readonly #names: string[] = [];

  private constructor() {
    const path = join(this.#folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]);
    this.key = readFileSync(path, "utf8");
    this.#public = readFileSync(`${path}.pub`, "utf8");
  }

  static async open(): Promise<Rack> {
    await build();
    return new Rack();
  }

  /** Starts a server, and waits until one can sign in. */
  async machine(name: string, { opt, user = "root" }: MachineOptions = {}): Promise<Machine> {
    const container = `vigil-test-${process.pid}-${name}`;
    docker(
      ...["run", "--detach", "--name", container, "--hostname", name],
      // systemd makes control groups; the engine's own file system for them stays read-only.
      ...["--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined"],
      ...["--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp"],
      ...(opt === undefined ? [] : ["--tmpfs", `/opt:size=${opt}`]),
      ...["--volume", "/sys/fs/cgroup:/sys/fs/cgroup:ro", image, "/sbin/init"],
    );
    this.#names.push(container);
    const run = async (line: string, input = ""): Promise<string> => {
      const running = promisify(execFile)("docker", ["exec", "-i", container, "sh", "-c", line]);
      running.child.stdin?.end(input);
      const { stdout } = await running.catch((error: unknown) => ({
        stdout: (error as { stdout?: string }).stdout ?? "",
      }));
      return stdout.trim();
    };
    if (user !== "root") {
      await run(`useradd --create-home --shell /bin/bash ${user}`);
      await run(`echo '${user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/${user}`);
    }
    const home = user === "root" ? "/root" : `/home/${user}`;
    await run(
      `mkdir -p ${home}/.ssh && cat > ${home}/.ssh/authorized_keys && chown -R ${user}: ${home}/.ssh && chmod 700 ${home}/.ssh`,
      this.#public,
    );
    const up = (): Promise<string> => run("systemctl is-active ssh");
    const state = await poll(up, (one) => one === "active", { every: 200, within: 60_000 });
    if (state !== "active") throw new Error(`sshd did not start in ${container}: ${state}`);
    const [type = "", hostKey = ""] = (await run("cat /etc/ssh/ssh_host_ed25519_key.pub")).split(
      " ",
    );
    return {
      name,
      address: docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", container),
      hostKey: `${type} ${hostKey}`,
      run,
      destroy: () => {
        docker("rm", "--force", "--volumes", container);
        this.#names.splice(this.#names.indexOf(container), 1);
      },
    };
  }

  close(): void {
    for (const name of this.#names) docker("rm", "--force", "--volumes", name);
    rmSync(this.#folder, { recursive: true });
  }
}
