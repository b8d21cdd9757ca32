import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { renderBlackbox } from "../../components/render/blackbox.ts";
import { renderWeb, webFiles } from "../../components/render/web.ts";
import { newAuthority, newCertificate, type Pair } from "../../provider/pki.ts";
import { freePort } from "../../lib/free-port.ts";

const terms = { days: 1, renewBeforeDays: 0 };
const now = Date.now();

const signed = (
  authority: Pair,
  commonName: string,
  use: "server" | "client",
  dnsNames = [commonName],
): Promise<Pair> =>
  newCertificate(
    {
      ...terms,
      commonName,
      use,
      dnsNames,
      ipAddresses: ["127.0.0.1"],
      authorityCertificate: authority.certificate,
      authorityKey: authority.key,
    },
    now,
  );

/** A real exporter with the files that an estate gives it, and everybody who might knock. */
describe("a listener that asks who is there", () => {
  let folder: string;
  let port: number;
  let exporter: ChildProcess;
  let servers: Pair;
  const askers: Record<string, Pair> = {};

  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  };

  /** Status of its answer, or the code of the error with which it ends the connection. */
  const knock = (who?: Pair, path = "/metrics"): Promise<number | string> =>
    new Promise((resolve) => {
      request(
        `https://127.0.0.1:${port}${path}`,
        {
          ca: servers.certificate,
          agent: false,
          ...(who && { cert: who.certificate, key: who.key }),
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      )
        .on("error", (error: NodeJS.ErrnoException) => {
          resolve(error.code ?? error.message);
        })
        .end();
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "vigil-peers-"));
    servers = await newAuthority({ ...terms, commonName: "servers" }, now);
    const clients = await newAuthority({ ...terms, commonName: "clients" }, now);
    const strangers = await newAuthority({ ...terms, commonName: "clients" }, now);
    const own = await signed(servers, "blackbox", "server", ["blackbox", "prometheus"]);
    askers["prometheus"] = await signed(clients, "prometheus", "client");
    askers["another part"] = await signed(clients, "grafana", "client");
    askers["the exporter itself"] = own;
    askers["a stranger's authority"] = await signed(strangers, "prometheus", "client");
    write({
      [webFiles.certificate]: own.certificate,
      [webFiles.clients]: clients.certificate,
      [webFiles.config]: renderWeb({ askers: ["prometheus"] }),
      [webFiles.key]: own.key,
      "blackbox.yml": renderBlackbox(),
    });
    port = await freePort();
    exporter = spawn(
      "blackbox_exporter",
      [
        `--config.file=${folder}/blackbox.yml`,
        `--web.config.file=${folder}/${webFiles.config}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: "ignore" },
    );
    for (let tries = 0; (await knock()) === "ECONNREFUSED" && tries < 1000; tries++)
      await sleep(50);
  });

  afterAll(async () => {
    const gone = once(exporter, "exit");
    exporter.kill("SIGKILL");
    await gone;
    rmSync(folder, { recursive: true });
  });

  it("answers who is named", async () => {
    expect(await knock(askers["prometheus"])).toBe(200);
  });

  it.each(["nobody", "another part", "the exporter itself", "a stranger's authority"])(
    "ends the handshake with %s, before a request is read",
    async (who) => {
      for (const path of ["/metrics", "/probe?target=127.0.0.1&module=http_2xx", "/-/healthy"]) {
        expect(await knock(askers[who], path)).toMatch(/^(?:ERR_SSL_|ECONNRESET|EPIPE)/);
      }
    },
  );

  it("takes another authority and other names without being told", async () => {
    const renewed = await newAuthority({ ...terms, commonName: "clients" }, now);
    const later = await signed(renewed, "operator", "client");
    write({
      [webFiles.clients]: renewed.certificate,
      [webFiles.config]: renderWeb({ askers: ["operator"] }),
    });
    expect(await knock(later)).toBe(200);
    expect(await knock(askers["prometheus"])).toMatch(/^(?:ERR_SSL_|ECONNRESET|EPIPE)/);
  });
});
