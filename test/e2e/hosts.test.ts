import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { poll } from "../../lib/poll.ts";
import { dockerProblem } from "../docker/images.ts";
import { type HostEstate, openHostEstate } from "../hosts/estate.ts";
import type { Machine } from "../hosts/machines.ts";
import { leaveNetwork, takeNetwork } from "../kit/network.ts";
import type { Workspace } from "./workspace.ts";

/** An answer of Prometheus. */
interface Answer {
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
  };
}

jest.setTimeout(900_000);

const problem = dockerProblem();
const title = `hosts over SSH${problem ? ` (skipped: ${problem})` : ""}`;

(problem ? describe.skip : describe)(title, () => {
  let estate: HostEstate;
  let place: Workspace;
  let web: Machine;
  let db: Machine;
  let busy: Machine;

  takeNetwork("containers");
  beforeAll(async () => {
    estate = await openHostEstate("hosts");
    ({ busy, db, place, web } = estate);
  });

  afterAll(async () => {
    await estate.close();
  });
  leaveNetwork();

  const pidOn = (machine: Machine): Promise<string> =>
    machine.run("systemctl show -p MainPID --value vigil-node");

  /** Everything that may not be elsewhere than in files of 0640. */
  const secrets = async (machine: Machine): Promise<string[]> => {
    const pem = await machine.run("cat /opt/vigil/node/current/config/tls.key");
    return [...pem.split("\n"), ...estate.rack.key.split("\n")].filter(
      (line) => line.length > 40 && !line.startsWith("-----"),
    );
  };

  it("a host that cannot have it fails alone and is named, the others finish", async () => {
    const full = await estate.rack.machine("full", { opt: "10m" });
    await estate.add(full);
    // Others who have not signed in yet leave no room for one more.
    const crowd: Socket[] = Array.from({ length: 3 }, () => connect(22, busy.address));
    for (const one of crowd) one.on("error", () => undefined);
    const turnedAway = (): Promise<string> => busy.run("journalctl -u ssh | grep -c MaxStartups");
    void poll(turnedAway, (lines) => Number(lines) > 0, { every: 200, within: 300_000 }).then(
      () => {
        for (const one of crowd) one.destroy();
      },
    );
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
    await estate.unset("vigil:hosts.full");
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
    await estate.set("vigil:nodeExporter.extraArgs[0]", "--nonsense");
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toContain(
      "node on web was not installed, the one before was put back and is scraped",
    );
    expect(text).toContain("unknown long flag '--nonsense'");
    await estate.unset("vigil:nodeExporter.extraArgs");
    await place.up();
    expect((await place.vigil(["check-hosts"])).code).toBe(0);
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
