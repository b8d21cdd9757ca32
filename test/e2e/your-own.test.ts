/** Everything that docs/your-own.md shows, done in one estate. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../kit/harness.ts";
import { SampleReceiver } from "../kit/sample-receiver.ts";
import { until } from "../kit/servers.ts";
import { blocksOf, commandsIn, fileOf } from "./examples/blocks.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(900_000);

const page = "docs/your-own.md";
const blocks = blocksOf(page, readFileSync(join(root, page), "utf8"));
const commands = blocks.filter((one) => fileOf(one) === undefined).flatMap(commandsIn);
const long = "vigil:prometheus.remoteWrite.long";

let place: Workspace;
let receiver: SampleReceiver;

/** Types a line, and what it asks for. */
async function type(line: string, input = ""): Promise<void> {
  const { code, text } = await place.shell(line, input);
  if (code !== 0) throw new Error(`${line}: ${text}`);
}

const setPassword = (password: string): Promise<void> =>
  type(`./vigil pulumi config set --secret --path ${long}.password`, password);

/** Value of an expression in the estate's own Prometheus. */
function valueOf(expression: string): number | undefined {
  const access = ["--netrc-file", place.inHome("access", "login")];
  const authority = ["--cacert", place.inHome("access", "ca.crt")];
  const query = ["-G", "--data-urlencode", `query=${expression}`];
  const url = `https://127.0.0.1:${place.ports.prometheus}/api/v1/query`;
  const answer = execFileSync("curl", ["-sS", ...access, ...authority, ...query, url]);
  const { data } = JSON.parse(answer.toString()) as {
    data: { result: { value: [number, string] }[] };
  };
  return data.result[0] && Number(data.result[0].value[1]);
}

beforeAll(async () => {
  receiver = await SampleReceiver.start("a word that nobody guesses");
  place = await createWorkspace("own");
  for (const block of blocks) {
    const file = fileOf(block);
    if (file === undefined) continue;
    mkdirSync(dirname(join(place.folder, file)), { recursive: true });
    writeFileSync(join(place.folder, file), `${block.lines.join("\n")}\n`);
  }
  writeFileSync(join(place.folder, "receiver.crt"), receiver.authority);
  for (const command of commands) {
    const here = command.replace(/https:\S+\/write/, receiver.url);
    await type(here, receiver.password);
  }
  await type(`./vigil pulumi config set --path ${long}.private true`);
  await type(`./vigil pulumi config set --path ${long}.authority -- "$(cat receiver.crt)"`);
});

afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  await receiver.remove();
  place.remove();
});

it("a resource that the stack does not have is told of before anything is there", async () => {
  const file = join(place.folder, "transforms.ts");
  const good = readFileSync(file, "utf8");
  writeFileSync(file, good.replace("Process::prometheus", "Process::prometeus"));
  const { code, text } = await place.vigil(["up"]);
  writeFileSync(file, good);
  expect([code, text]).toEqual([
    1,
    expect.stringMatching(/Process::prometeus.*did you mean vigil:index:Process::prometheus\?/),
  ]);
  expect(place.processes()).toEqual({});
});

it("all of it is accepted, and does what it says", async () => {
  await place.up();
  const [pid] = place.processes()["prometheus"] ?? [];
  expect(readFileSync(`/proc/${pid ?? 0}/environ`, "utf8")).toContain("GOGC=75");
  expect(readFileSync(`/proc/${pid ?? 0}/cmdline`, "utf8")).toContain("--log.level=debug");
  const text = (...path: string[]): string =>
    readFileSync(place.inHome("services", "prometheus", ...path), "utf8");
  expect(text("rules", "extra-shop.yml")).toContain("ShopOrdersStopped");
  expect(text("rules", "prometheus-delivery.yml")).toContain("PrometheusRemoteStorageFailures");
  expect(await until("the shop", 60, () => valueOf('up{job="shop"}'))).toBe(0);
  const sent = "node_uname_info";
  await until(sent, 60, () => receiver.valueOf(sent));
  expect(await receiver.seriesOf(sent)).toEqual([
    expect.objectContaining({ cluster: "eu-1", env: "own", job: "node" }),
  ]);
  expect(await receiver.seriesOf("up")).toEqual([]);
  const again = await place.vigil(["pulumi", "preview", "--expect-no-changes"]);
  expect([again.code, again.text]).toEqual([0, expect.stringContaining("unchanged")]);
});

it("a wrong password shows where the alert looks, and the right one is taken without a restart", async () => {
  const before = place.processes()["prometheus"];
  const failed = 'prometheus_remote_storage_samples_failed_total{remote_name="long"} > 0';
  expect(valueOf(failed)).toBeUndefined();
  const { password } = receiver;
  await setPassword("not the one that it knows");
  await place.up();
  expect(await until("refusals", 60, () => valueOf(failed))).toBeGreaterThan(0);
  await setPassword(password);
  await place.up();
  const newest = "timestamp(node_uname_info)";
  const old = await until(newest, 60, () => receiver.valueOf(newest));
  await until("newer samples", 60, async () =>
    ((await receiver.valueOf(newest)) ?? 0) > old + 2 ? true : undefined,
  );
  expect(place.processes()["prometheus"]).toEqual(before);
});

it("what Prometheus would refuse is refused before anything changes", async () => {
  await type(`./vigil pulumi config set --path ${long}.headers.Content-Encoding gzip`);
  const { code, text } = await place.vigil(["up"]);
  expect([code, text]).toEqual([1, expect.stringMatching(/promtool check config[\s\S]*reserved/)]);
  expect(
    readFileSync(place.inHome("services", "prometheus", "prometheus.yml"), "utf8"),
  ).not.toContain("Content-Encoding");
});
