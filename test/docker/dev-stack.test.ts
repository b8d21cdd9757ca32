import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../../components/config.ts";
import { Monitoring } from "../../components/monitoring.ts";
import { authority } from "../../provider/resources/authority.ts";
import { certificate } from "../../provider/resources/certificate.ts";
import { login } from "../../provider/resources/login.ts";
import type { Resource } from "../../provider/resource.ts";
import { tokens } from "../../provider/types.ts";
import { ask } from "../../lib/ask.ts";
import { stackConfig } from "../kit/harness.ts";
import { makersOf } from "../kit/makers.ts";
import { leaveNetwork, takeNetwork } from "../kit/network.ts";
import { calmed } from "../quiet/machines.ts";
import { captureOf, firingIn } from "../quiet/replay.ts";
import { buildProcessorImage, buildTestImages, dockerProblem, testImage } from "./images.ts";
import type { Program } from "./images.ts";
import { plain, record } from "../kit/record.ts";
import type { Answers, Recorded } from "../kit/record.ts";
import { recreate } from "./recreate.ts";
import type { Recreated } from "./recreate.ts";

const problem = dockerProblem();
const title = `the dev stack in a real engine${problem ? ` (skipped: ${problem})` : ""}`;

/** Seconds of the estate's life that are really lived; what follows is replayed. */
const lived = 60;
/** Seconds between two scrapes and two evaluations. */
const step = 5;

type Values = Readonly<Record<string, unknown>>;

/** Every login that was made. */
const logins: Values[] = [];

/** Certificates and logins as the project's own provider makes them. */
const made =
  (resource: Resource) =>
  async (inputs: Values): Promise<Values & Record<string, unknown>> =>
    (await resource.create(inputs)).outs;
const answers: Answers = {
  [tokens.authority]: made(authority),
  [tokens.certificate]: made(certificate),
  [tokens.login]: async (inputs) => {
    const outs = await made(login)(inputs);
    logins.push(plain(outs) as Values);
    return outs;
  },
};

/** Images that can be built here; Grafana's and cAdvisor's cannot. */
const images: readonly (readonly [part: string, program: Program])[] = [
  ["/prometheus:", "prometheus"],
  ["/alertmanager:", "alertmanager"],
  ["/node-exporter:", "node_exporter"],
  ["/blackbox-exporter:", "blackbox_exporter"],
  ["/alert-processor:", "alert-processor"],
];

const programOf = (reference: string) => images.find(([part]) => reference.includes(part))?.[1];

const isContainer = ({ type }: Recorded) => type === "docker:index/container:Container";
const uploadsOf = ({ inputs }: Recorded) =>
  plain(inputs["uploads"] ?? []) as { file: string; content: string }[];
const canBeHad = (one: Recorded) =>
  !isContainer(one) || programOf(String(one.inputs["image"])) !== undefined;

// What the program warns of is asked for elsewhere; here it would only be in the way.
jest.spyOn(console, "warn").mockImplementation(() => undefined);

(problem ? describe.skip : describe)(title, () => {
  const docker = new Docker();
  const nodePort = 16_000 + (process.pid % 4_000);
  let estate: Recreated;
  /** Files of all containers. */
  let files: ReturnType<typeof uploadsOf>;

  takeNetwork("containers");
  beforeAll(async () => {
    await buildTestImages(docker);
    await buildProcessorImage(docker);
    const values = {
      ...stackConfig("dev").values,
      cadvisor: `{"enabled":false}`,
      nodeExporter: `{"port":${nodePort}}`,
      processor: `{"image":"vigil/alert-processor:0.1.0"}`,
      prometheus: `{"scrapeInterval":"${step}s","evaluationInterval":"${step}s"}`,
    };
    const makers = await makersOf({ values, secretKeys: new Set() }, ["grafana"]);
    const recorded = await record(
      async () => {
        const config = Object.entries(values).map(([key, text]) => [`vigil:${key}`, text]);
        pulumi.runtime.setAllConfig(Object.fromEntries(config) as Record<string, string>);
        const args = { config: await readConfig(), makers, absent: new Set(["grafana"]) };
        new Monitoring("monitoring", args);
      },
      { answers, stack: "dev" },
    );
    files = recorded.filter(isContainer).flatMap(uploadsOf);
    estate = await recreate(recorded.filter(canBeHad), docker, {
      rename: ["vigil-dev", `vigil-dev${process.pid}`],
      image: (reference) => testImage(programOf(reference) ?? "prometheus"),
    });
  });

  afterAll(async () => {
    await (estate as Recreated | undefined)?.remove();
  });
  leaveNetwork();

  test("becomes healthy", async () => {
    await estate.healthy();
    const running = ["alertmanager", "blackbox", "node", "processor", "prometheus"];
    expect([...estate.containers.keys()].sort()).toEqual(
      running.flatMap((name) => [name, `${name}-files`]).sort(),
    );
  });

  test("is watched by its Prometheus, every part of it", async () => {
    const wanted = ["alertmanager 1", "blackbox 1", "node 1", "processor 1", "prometheus 1"];
    const deadline = Date.now() + 60_000;
    let seen: string[] = [];
    while (wanted.some((it) => !seen.includes(it)) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const client = "--http.config.file=/etc/vigil/health-client.json";
      const answer = await shell(`promtool query instant ${client} https://127.0.0.1:9090 up`);
      const found = [...answer.matchAll(/job="(\w+)".*=> (\d)/g)];
      seen = found.map(([, job, value]) => `${job ?? ""} ${value ?? ""}`);
    }
    expect(seen).toEqual(expect.arrayContaining(wanted));
  });

  test("has nothing to say while nobody touches it, in its first hour", async () => {
    const untouched = Date.now() / 1000;
    await sleep(lived * 1000);
    const { NetworkSettings } = (await estate.containers.get("prometheus")?.inspect()) ?? {};
    const port = NetworkSettings?.Ports["9090/tcp"]?.[0]?.HostPort ?? "";
    const everything = encodeURIComponent(`{__name__=~".+",__name__!~"ALERTS.*|slo:.*"}[10m]`);
    const { body, status } = await ask(
      `https://localhost:${port}/api/v1/query?query=${everything}`,
      { authority: contentOf(/\/ca\.crt$/), login: person(), seconds: 60 },
    );
    expect(status).toBe(200);
    const capture = calmed(captureOf(body, untouched));
    expect(capture.series.length).toBeGreaterThan(1000);
    const rules = files
      .filter(({ file }) => /\/rules\/[^/]+\.yml$/.test(file))
      .map((one) => one.content);
    expect(firingIn(rules, capture, { step, steps: 750 })).toEqual([]);
  });

  function contentOf(path: RegExp): string {
    return files.find(({ file }) => path.test(file))?.content ?? "";
  }

  function person() {
    const { username, password } = logins.find((one) => one["username"] === "vigil") ?? {};
    return { username: String(username), password: String(password) };
  }

  /** Output of a command inside Prometheus's container. */
  async function shell(command: string): Promise<string> {
    const exec = await estate.containers.get("prometheus")?.exec({
      Cmd: ["sh", "-c", command],
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
    });
    const chunks: Buffer[] = [];
    for await (const chunk of (await exec?.start({ Tty: true })) ?? [])
      chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }
});
