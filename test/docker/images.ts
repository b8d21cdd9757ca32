import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { engineProblem } from "../../components/targets/docker/engine.ts";
import { root } from "../kit/harness.ts";
import { tar } from "./tar.ts";

/** Programs whose images are made of Debian's packages alone. */
type Packaged = "prometheus" | "alertmanager" | "node_exporter" | "blackbox_exporter";

/** Programs there is an image for. */
export type Program = Packaged | "alert-processor";

/** Suite whose Prometheus family is recent enough. */
const suite = "forky";

const packages = [
  "base-files",
  "busybox-static",
  "ca-certificates",
  "libc6",
  "libstdc++6",
  "prometheus",
  "prometheus-alertmanager",
  "prometheus-blackbox-exporter",
  "prometheus-node-exporter",
];

/** Makes of Debian's folders what the official images have: busybox's tools and short names in /bin. */
const customize = [
  'cd "$1" && rm -rf usr/share/doc usr/share/man usr/share/locale',
  'cd "$1" && for tool in sh wget cat dirname grep find ls readlink sleep touch id; do [ -e usr/bin/$tool ] || ln -s busybox usr/bin/$tool; done',
  'cd "$1" && ln -s prometheus-alertmanager usr/bin/alertmanager; ln -s prometheus-node-exporter usr/bin/node_exporter; ln -s prometheus-blackbox-exporter usr/bin/blackbox_exporter',
  'cd "$1" && mkdir -p prometheus alertmanager tmp && chmod 1777 tmp && chown 65534:65534 prometheus alertmanager',
];

/** Entry points, accounts and volumes as the official images declare them. */
const dockerfiles: Readonly<Record<Packaged, readonly string[]>> = {
  prometheus: [
    "USER 65534",
    "WORKDIR /prometheus",
    "VOLUME /prometheus",
    'ENTRYPOINT ["/bin/prometheus"]',
  ],
  alertmanager: [
    "USER 65534",
    "WORKDIR /alertmanager",
    "VOLUME /alertmanager",
    'ENTRYPOINT ["/bin/alertmanager"]',
  ],
  node_exporter: ["USER 65534", 'ENTRYPOINT ["/bin/node_exporter"]'],
  blackbox_exporter: ["USER 65534", 'ENTRYPOINT ["/bin/blackbox_exporter"]'],
};

/** Named by content, so that a changed recipe never meets an image of the old one. */
const version = createHash("sha256")
  .update(JSON.stringify([suite, packages, customize, dockerfiles]))
  .digest("hex")
  .slice(0, 12);

/**
 * As the product's own Dockerfile makes it, but with the Node and the packages of this checkout: a test
 * asks no registry.
 */
const processorFile = (base: string): string => `FROM ${base}
COPY node /usr/local/bin/node
COPY node_modules /app/node_modules
COPY package.json /app/
COPY services /app/services
COPY --chown=1000:1000 data /var/lib/processor
ENV PATH=/app/services/alert-processor/bin:/usr/local/bin:/usr/bin
WORKDIR /app
USER 1000:1000
ENTRYPOINT ["alert-processor"]
`;

/** Reference under which the engine holds the test image of a program. */
export function testImage(program: Program): string {
  return `vigil-test/${program}:${version}`;
}

/** Why the tests that need an engine and images cannot be run here, or undefined. */
export function dockerProblem(): string | undefined {
  const engine = engineProblem();
  if (engine !== undefined) return engine;
  const path = (process.env["PATH"] ?? "").split(delimiter);
  if (
    !existsSync("/etc/debian_version") ||
    /ubuntu/i.test(readFileSync("/etc/os-release", "utf8"))
  ) {
    return "test images are made of Debian's packages, and this is not Debian";
  }
  if (!path.some((folder) => existsSync(join(folder, "mmdebstrap")))) {
    return "test images are made with mmdebstrap: apt-get install mmdebstrap";
  }
  return undefined;
}

/**
 * Builds what the engine lacks, from Debian's packages: no image needs to be pulled, and what runs
 * is the same program at the same path under the same account as in the official image.
 *
 * @throws when neither the images nor `mmdebstrap` are there.
 */
export async function buildTestImages(docker: Docker): Promise<void> {
  const base = `vigil-test/base:${version}`;
  if (!(await exists(docker, base))) await importBase(docker, base);
  for (const [program, lines] of Object.entries(dockerfiles)) {
    const tag = testImage(program as Program);
    if (await exists(docker, tag)) continue;
    const content = [`FROM ${base}`, ...lines, ""].join("\n");
    const context = tar([{ path: "Dockerfile", content, mode: "0644" }]);
    await finish(docker, await docker.buildImage(context as never, { t: tag }));
    if (!(await exists(docker, tag))) throw new Error(`The engine did not build ${tag}.`);
  }
}

/**
 * Builds the image of the alert processor as it is in this checkout, by the name that {@link testImage} gives.
 * {@link buildTestImages} has to come first.
 */
export async function buildProcessorImage(docker: Docker): Promise<void> {
  const listed = ["ls", "--omit=dev", "--all", "--parseable", "-w", "@vigil/alert-processor"];
  const modules = execFileSync("npm", listed, { cwd: root, encoding: "utf8" })
    .split("\n")
    .map((path) => relative(root, path))
    // Packages within packages come with those.
    .filter((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) && !path.includes("@vigil"));
  const folder = mkdtempSync(join(tmpdir(), "vigil-image-"));
  try {
    writeFileSync(join(folder, "Dockerfile"), processorFile(`vigil-test/base:${version}`));
    mkdirSync(join(folder, "data"));
    symlinkSync(process.execPath, join(folder, "node"));
    const own = ["package.json", "services/alert-processor"];
    const context = spawn("tar", [
      ...["--create", "--dereference", "--exclude=services/alert-processor/test"],
      ...["-C", folder, "Dockerfile", "data", "node", "-C", root, ...own, ...modules],
    ]);
    const tag = testImage("alert-processor");
    await finish(docker, await docker.buildImage(context.stdout, { t: tag }));
    if (!(await exists(docker, tag))) throw new Error(`The engine did not build ${tag}.`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function exists(docker: Docker, reference: string): Promise<boolean> {
  return docker
    .getImage(reference)
    .inspect()
    .then(() => true)
    .catch(() => false);
}

async function importBase(docker: Docker, tag: string): Promise<void> {
  const mirror = await machineMirror();
  const child = spawn("mmdebstrap", [
    "--quiet",
    "--variant=extract",
    `--include=${packages.join(",")}`,
    // A mirror may be a frozen snapshot, older than its own expiry date. It is signed all the same.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...customize.map((hook) => `--extract-hook=${hook}`),
    suite,
    "-",
    `deb ${mirror} ${suite} main`,
  ]);
  const complaints: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`mmdebstrap: ${Buffer.concat(complaints).toString().slice(-2000)}`));
    });
  });
  const [repo, name] = tag.split(":");
  const imported = docker
    .importImage(child.stdout, { repo, tag: name })
    .then((stream) => finish(docker, stream));
  await Promise.all([ended, imported]);
}

/** Where this machine gets its own Debian packages from. */
export async function machineMirror(): Promise<string> {
  const format = "$(ORIGIN) $(COMPONENT) $(REPO_URI)";
  const { stdout } = await promisify(execFile)("apt-get", [
    "indextargets",
    "--format",
    format,
    "Created-By: Packages",
  ]);
  const uri = stdout
    .split("\n")
    .map((line) => line.split(" "))
    .find(([origin, component, at]) => {
      return origin === "Debian" && component === "main" && at?.endsWith("/debian/");
    })?.[2];
  if (uri === undefined) throw new Error("The machine's package sources name no Debian mirror.");
  return uri;
}

function finish(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
