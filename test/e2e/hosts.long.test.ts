import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../lib/free-port.ts";
import { dockerProblem } from "../docker/images.ts";
import { type HostEstate, openHostEstate } from "../hosts/estate.ts";
import type { Machine } from "../hosts/machines.ts";
import { leaveNetwork, takeNetwork } from "../kit/network.ts";
import type { Workspace } from "./workspace.ts";

jest.setTimeout(900_000);

const problem = dockerProblem();
const title = `what goes wrong on hosts${problem ? ` (skipped: ${problem})` : ""}`;

(problem ? describe.skip : describe)(title, () => {
  let estate: HostEstate;
  let place: Workspace;
  let web: Machine;
  let db: Machine;
  let busy: Machine;

  takeNetwork("containers");
  beforeAll(async () => {
    estate = await openHostEstate("rack");
    ({ busy, db, place, web } = estate);
    await place.up();
  });

  afterAll(async () => {
    await estate.close();
  });
  leaveNetwork();

  /** Has the node exporters restart on all hosts: their units change. */
  const change = (megabytes: number): Promise<unknown> =>
    estate.set("vigil:nodeExporter.memory", String(megabytes));

  it("and where Prometheus does not get what it tells", async () => {
    const before = await web.run("readlink /opt/vigil/node/current");
    // It listens, and answers nothing where Prometheus asks.
    await estate.set("vigil:nodeExporter.extraArgs[0]", "--web.telemetry-path=/elsewhere");
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /node on web was not installed, the one before was put back and is scraped/,
    );
    expect(text).toContain("server returned HTTP status 404");
    await estate.unset("vigil:nodeExporter.extraArgs");
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
    for (const [round, pause] of [300, 2000].entries()) {
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
    for (const [round, pause] of [6000, 9000].entries()) {
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

  it("a program that does not run there is put back, another one that does is brought, and back again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vigil-rack-program-"));
    const real = realpathSync(join(place.folder, ".vigil/bin/node_exporter"));
    const program = join(folder, "node_exporter");
    const path = { PATH: `${folder}:${place.env["PATH"] ?? ""}` };
    const programs = async (): Promise<string[]> =>
      (await web.run("ls /opt/vigil/node/programs")).split("\n");
    const before = await programs();
    try {
      const broken = `#!/bin/sh\ncase $1 in --version) exec ${real} --version ;; esac\necho a broken build >&2\nexit 1\n`;
      writeFileSync(program, broken, { mode: 0o755 });
      const { code, text } = await place.vigil(["up"], "", path);
      expect(code).not.toBe(0);
      expect(text).toContain(
        "node on web was not installed, the one before was put back and is scraped",
      );
      expect(text).toContain("a broken build");
      expect(await programs()).toEqual(expect.arrayContaining(before));
      writeFileSync(program, Buffer.concat([readFileSync(real), Buffer.from("\n")]), {
        mode: 0o755,
      });
      expect(await place.vigil(["up"], "", path)).toMatchObject({ code: 0 });
      expect((await place.vigil(["check-hosts"])).code).toBe(0);
      const [after] = (await programs()).filter((one) => !before.includes(one));
      expect(await web.run("readlink /opt/vigil/node/current/bin/node_exporter")).toContain(after);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    await place.up();
    expect((await place.vigil(["check-hosts"])).code).toBe(0);
    const inUse = await web.run("readlink /opt/vigil/node/current/bin/node_exporter");
    expect(before.filter((one) => inUse.includes(one))).toHaveLength(1);
  });

  it("a service's exporter stands on a host as well, with its password in a file of its own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vigil-rack-redis-"));
    const port = await freePort();
    // This machine, as its containers reach it.
    const gateway = web.address.replace(/\d+$/, "1");
    const password = "a word that nobody guesses";
    const redis = spawn(
      "redis-server",
      ["--port", `${port}`, "--bind", gateway, "--dir", folder, "--requirepass", password],
      { stdio: "ignore" },
    );
    try {
      await estate.set("vigil:redis.instances.cache.address", `${gateway}:${port}`);
      await estate.set("vigil:redis.instances.cache.on", "web");
      await place.vigil(
        ["pulumi", "config", "set", "--secret", "--path", "vigil:redis.instances.cache.password"],
        password,
      );
      await place.up();
      expect((await place.vigil(["status"])).text).toMatch(new RegExp(`✓ +redis +\\S+:${port}`));
      expect((await place.vigil(["check-hosts"])).text).toContain("✓ web redis: as installed");
      const seen = await web.run(
        "ps axww; cat /etc/systemd/system/vigil-redis.service; ls -l /opt/vigil/redis/current/config/secrets",
      );
      expect(seen).not.toContain(password);
      expect(seen).toMatch(/-rw-r----- 1 root vigil-redis .* passwords.json/);
      await estate.unset("vigil:redis");
      await place.up();
      expect(await web.run("ls /opt/vigil")).toBe("node");
    } finally {
      redis.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("an exporter that is there already is left alone", async () => {
    const other = await estate.rack.machine("other");
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
    await estate.add(other);
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /other has \/srv\/node_exporter \(process \d+, prometheus-node-exporter\.service\)/,
    );
    expect(text).toContain("systemctl disable --now prometheus-node-exporter.service");
    expect(await other.run("systemctl is-active prometheus-node-exporter")).toBe("active");
    expect(await other.run("ls /opt")).toBe("");
    await estate.unset("vigil:hosts.other");
    other.destroy();
    await place.up();
  });

  it("a host that is gone for good can be forgotten", async () => {
    busy.destroy();
    await estate.unset("vigil:hosts.busy");
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toContain("If busy is gone for good: STACK=rack ./vigil forget busy");
    const forgotten = await place.vigil(["forget", "busy"]);
    expect(forgotten.text).toContain("Forgotten: busy node");
    await place.up();
  });
});
