import { connect, type Socket } from "node:net";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dockerProblem } from "../docker/images.ts";
import { type Machine, Rack } from "../hosts/machines.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(900_000);

/** An answer of Prometheus. */
interface Answer {
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
  };
}

const problem = dockerProblem();
const title = `hosts over SSH${problem ? ` (skipped: ${problem})` : ""}`;

(problem ? describe.skip : describe)(title, () => {
  let rack: Rack;
  let place: Workspace;
  let web: Machine;
  /** Reached through web, by an account that is not root. */
  let db: Machine;
  /** Takes few connections at once. */
  let busy: Machine;
  /** Has hardly any room. */
  let full: Machine;

  const set = (path: string, ...value: string[]): Promise<unknown> =>
    place.vigil(["pulumi", "config", "set", "--path", path, "--", ...value]);
  const unset = (path: string): Promise<unknown> =>
    place.vigil(["pulumi", "config", "rm", "--path", path]);
  const pidOn = (machine: Machine): Promise<string> =>
    machine.run("systemctl show -p MainPID --value vigil-node");

  /** Has the node exporters restart on all hosts: their units change. */
  const change = (megabytes: number): Promise<unknown> =>
    set("vigil:nodeExporter.memory", String(megabytes));

  /** Everything that may not be elsewhere than in files of 0640. */
  const secrets = async (machine: Machine): Promise<string[]> => {
    const pem = await machine.run("cat /opt/vigil/node/current/config/tls.key");
    return [...pem.split("\n"), ...rack.key.split("\n")].filter(
      (line) => line.length > 40 && !line.startsWith("-----"),
    );
  };

  beforeAll(async () => {
    rack = await Rack.open();
    [web, db, busy, full] = await Promise.all([
      rack.machine("web"),
      rack.machine("db", { user: "deploy" }),
      rack.machine("busy"),
      rack.machine("full", { opt: "10m" }),
    ]);
    await busy.run("echo 'MaxStartups 3' >> /etc/ssh/sshd_config && systemctl reload ssh");
    const host = ({ address, hostKey, name }: Machine, more = ""): string =>
      `    ${name}:\n      address: ${address}\n      hostKey: ${hostKey}\n${more}`;
    const direct = "      direct: true\n";
    place = await createWorkspace("hosts", {
      settings: `  vigil:ssh:
    bastion:
      address: ${web.address}
      user: root
      hostKey: ${web.hostKey}
  vigil:hosts:
${host(web, `${direct}      labels:\n        role: web\n`)}${host(db, "      user: deploy\n")}${host(busy, direct)}${host(full, direct)}`,
    });
    await place.vigil(["pulumi", "config", "set", "--secret", "--path", "vigil:ssh.key"], rack.key);
  });

  afterAll(async () => {
    await place.vigil(["down", "--purge"]);
    place.remove();
    rack.close();
  });

  it("a host that cannot have it fails alone and is named, the others finish", async () => {
    // Others who have not signed in yet leave no room for one more.
    const crowd: Socket[] = Array.from({ length: 3 }, () => connect(22, busy.address));
    for (const one of crowd) one.on("error", () => undefined);
    void sleep(20_000).then(() => {
      for (const one of crowd) one.destroy();
    });
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /node on full was not installed, nothing was changed there: full has \d+ MB/,
    );
    expect(text).not.toContain("failed to register");
    expect(await full.run("ls /opt /etc/systemd/system | grep vigil")).toBe("");
    for (const one of [web, db, busy]) {
      expect(await one.run("systemctl is-active vigil-node")).toBe("active");
    }
  });

  it("the others are watched, a second preview is empty, and all stands there as it should", async () => {
    await unset("vigil:hosts.full");
    await place.up();
    const status = await place.vigil(["status"]);
    for (const { name } of [web, db, busy]) {
      expect(status.text).toMatch(new RegExp(`✓ +node +${name}:`));
    }
    expect((await place.vigil(["verify"])).code).toBe(0);
    expect((await place.vigil(["preview"])).text).toContain("Nothing would change");
    const checked = await place.vigil(["check-hosts"]);
    expect(checked).toMatchObject({ code: 0 });
    expect(checked.text.match(/as installed/g)).toHaveLength(3);
  });

  it("runs by an account of its own, sealed off, and tells of the machine's file systems as they are", async () => {
    expect(await web.run("ps -o user= -p $(systemctl show -p MainPID --value vigil-node)")).toMatch(
      /^vigil-n/,
    );
    const shown = await web.run(
      "systemctl show -p NoNewPrivileges -p CapabilityBoundingSet -p MemoryMax vigil-node",
    );
    expect(shown).toContain("NoNewPrivileges=yes");
    expect(shown).toMatch(/CapabilityBoundingSet=$/m);
    expect(shown).toMatch(/MemoryMax=\d+/);
    const query = "query?query=node_filesystem_readonly%7Bhost%3D%22web%22%7D";
    const { text } = await place.shell(
      `curl -s --netrc-file .vigil/hosts/access/login --cacert .vigil/hosts/access/ca.crt 'https://127.0.0.1:${place.ports.prometheus}/api/v1/${query}'`,
    );
    const { data } = JSON.parse(text) as Answer;
    expect(data.result.length).toBeGreaterThan(0);
    for (const { metric, value } of data.result) {
      expect([metric["mountpoint"], metric["role"], value[1]]).toEqual([
        metric["mountpoint"],
        "web",
        "0",
      ]);
    }
  });

  it("no secret is in a state, a log, a unit, a list of processes or a file that others can read", async () => {
    const state = readFileSync(
      join(place.folder, ".vigil/state/.pulumi/stacks/vigil/hosts.json"),
      "utf8",
    );
    const there = await Promise.all(
      [web, db].map((one) =>
        one.run(
          "ps axww; cat /etc/systemd/system/vigil-*; journalctl --no-pager; find / -xdev -type f -perm -o+r -newer /etc/hostname -not -path '/proc/*' -not -path '/sys/*' -size -1M -exec cat {} + 2>/dev/null",
        ),
      ),
    );
    const open = [state, ...there].join("\n");
    const all = (await Promise.all([web, db].map(secrets))).flat();
    expect(all.length).toBeGreaterThan(4);
    expect(all.filter((line) => open.includes(line))).toEqual([]);
  });

  it("what ran before is put back and scraped where the new one does not start", async () => {
    await set("vigil:nodeExporter.extraArgs[0]", "--nonsense");
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toContain(
      "node on web was not installed, the one before was put back and is scraped",
    );
    expect(text).toContain("unknown long flag '--nonsense'");
    await unset("vigil:nodeExporter.extraArgs");
    await place.up();
    expect((await place.vigil(["check-hosts"])).code).toBe(0);
  });

  it("and where Prometheus does not get what it tells", async () => {
    const before = await web.run("readlink /opt/vigil/node/current");
    // It listens, and answers nothing where Prometheus asks.
    await set("vigil:nodeExporter.extraArgs[0]", "--web.telemetry-path=/elsewhere");
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /node on web was not installed, the one before was put back and is scraped/,
    );
    expect(text).toContain("server returned HTTP status 404");
    await unset("vigil:nodeExporter.extraArgs");
    await place.up();
    expect(await web.run("readlink /opt/vigil/node/current")).toBe(before);
  });

  it("a host that shows another key is refused, and nothing is sent to it", async () => {
    const kept = await busy.run("cat /etc/ssh/ssh_host_ed25519_key");
    await busy.run(
      "rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh",
    );
    const before = await busy.run("journalctl -u ssh | grep -c Accepted");
    await change(130);
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toMatch(/busy|is not the host it was/);
    expect(text).toContain("nothing was sent to it");
    expect(await busy.run("journalctl -u ssh | grep -c Accepted")).toBe(before);
    await busy.run(
      "cat > /etc/ssh/ssh_host_ed25519_key; chmod 600 /etc/ssh/ssh_host_ed25519_key; rm -f /etc/ssh/ssh_host_ed25519_key.pub; ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key > /etc/ssh/ssh_host_ed25519_key.pub; systemctl restart ssh",
      `${kept}\n`,
    );
    await place.up();
  });

  it("a connection that is cut at any time leaves one that works, and the next run repairs it", async () => {
    for (const [round, pause] of [300, 1200, 2500].entries()) {
      await change(140 + round);
      const cut = (async () => {
        for (let at = 0; at < 200; at += 1) {
          await sleep(50);
          if ((await web.run("pgrep -f 'sshd: root@notty'")) !== "") break;
        }
        await sleep(pause);
        await web.run("pkill -9 -f 'sshd: root'");
      })();
      const first = await place.vigil(["up"]);
      await cut;
      expect(first.code === 0 || first.text.includes("web")).toBe(true);
      await sleep(1000);
      expect(await web.run("systemctl is-active vigil-node")).toBe("active");
      await place.up();
      expect((await place.vigil(["check-hosts"])).text).not.toContain("✗");
    }
  });

  it("a run that is killed at any time is repaired by the next", async () => {
    for (const [round, pause] of [6000, 8000, 10_000].entries()) {
      await change(150 + round);
      const run = place.start(["up"]);
      await sleep(pause);
      run.kill();
      await run.ended;
      await sleep(1000);
      expect(await web.run("systemctl is-active vigil-node")).toBe("active");
      await place.up();
      expect((await place.vigil(["check-hosts"])).text).not.toContain("✗");
    }
  });

  it("what was changed by hand is told, and put right when that is asked for", async () => {
    await web.run("echo '# mine' >> /opt/vigil/node/current/config/web.yml");
    await web.run("systemctl disable vigil-node");
    const told = await place.vigil(["check-hosts"]);
    expect([told.code, told.text]).toEqual([
      1,
      expect.stringMatching(
        /web node\n {2}changed: config\/web.yml\n {2}does not start with the host/,
      ),
    ]);
    await place.vigil(["up", "--check-hosts"]);
    expect((await place.vigil(["check-hosts"])).code).toBe(0);
  });

  it("one that was stopped is started by the next up", async () => {
    await db.run("systemctl stop vigil-node");
    await sleep(3000);
    await place.up();
    expect(await db.run("systemctl is-active vigil-node")).toBe("active");
  });

  it("an exporter that is there already is left alone", async () => {
    const other = await rack.machine("other");
    await other.run(
      "mkdir -p /srv && cat > /etc/systemd/system/prometheus-node-exporter.service",
      [
        "[Service]",
        `ExecStart=/srv/node_exporter --web.listen-address=:${place.ports.nodeExporter}`,
        "",
      ].join("\n"),
    );
    await place.shell(
      `docker exec -i $(docker ps -qf name=other$) sh -c 'cat > /srv/node_exporter; chmod 755 /srv/node_exporter' < .vigil/bin/node_exporter`,
    );
    await other.run("systemctl start prometheus-node-exporter");
    await set("vigil:hosts.other.address", other.address);
    await set("vigil:hosts.other.hostKey", other.hostKey);
    await set("vigil:hosts.other.direct", "true");
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /other has \/srv\/node_exporter \(process \d+, prometheus-node-exporter\.service\)/,
    );
    expect(text).toContain("systemctl disable --now prometheus-node-exporter.service");
    expect(await other.run("systemctl is-active prometheus-node-exporter")).toBe("active");
    expect(await other.run("ls /opt")).toBe("");
    await unset("vigil:hosts.other");
    other.destroy();
    await place.up();
  });

  it("a host that is gone for good can be forgotten", async () => {
    busy.destroy();
    await unset("vigil:hosts.busy");
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toContain("If busy is gone for good: STACK=hosts ./vigil forget busy");
    const forgotten = await place.vigil(["forget", "busy"]);
    expect(forgotten.text).toContain("Forgotten: busy node");
    await place.up();
  });

  it("down takes away from hosts what up brought there", async () => {
    const pid = await pidOn(web);
    expect(Number(pid)).toBeGreaterThan(0);
    const { code } = await place.vigil(["down"]);
    expect(code).toBe(0);
    for (const one of [web, db]) {
      expect(
        await one.run(
          "ls -d /opt/vigil /etc/systemd/system/vigil*; id vigil-node; pgrep node_exporter",
        ),
      ).toBe("");
    }
  });
});
