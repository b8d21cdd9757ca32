import type Docker from "dockerode";
import type { TarFile } from "./tar.ts";

/** The inputs of `docker:index/container:Container` that the translation knows. */
export interface ContainerInputs {
  readonly name: string;
  readonly image: string;
  readonly command?: string[];
  readonly entrypoints?: string[];
  readonly envs?: string[];
  readonly user?: string;
  readonly groupAdds?: string[];
  readonly hostname?: string;
  readonly readOnly?: boolean;
  readonly capabilities?: { drops?: string[]; adds?: string[] };
  readonly securityOpts?: string[];
  readonly memory?: number;
  readonly memorySwap?: number;
  readonly volumes?: { containerPath?: string; fromContainer?: string }[];
  readonly mounts?: {
    type: Docker.MountType;
    source: string;
    target: string;
    readOnly?: boolean;
    bindOptions?: { propagation: Docker.MountPropagation };
  }[];
  readonly tmpfs?: Record<string, string>;
  readonly healthcheck?: {
    tests: string[];
    interval: string;
    timeout: string;
    startPeriod: string;
    retries: number;
  };
  readonly restart?: string;
  readonly logDriver?: string;
  readonly logOpts?: Record<string, string>;
  readonly labels?: { label: string; value: string }[];
  readonly networkMode?: string;
  readonly pidMode?: string;
  readonly cgroupnsMode?: "host" | "private";
  readonly networksAdvanced?: { name: string; aliases?: string[] }[];
  readonly hosts?: { host: string; ip: string }[];
  readonly ports?: { internal: number; external: number; ip: string; protocol: string }[];
  readonly uploads?: { file: string; content: string; permissions?: string }[];
  readonly start?: boolean;
  // Matters to the provider only.
  readonly wait?: boolean;
  readonly waitTimeout?: number;
  readonly mustRun?: boolean;
  readonly removeVolumes?: boolean;
  readonly destroyGraceSeconds?: number;
}

/** Every input above: one that is not translated must fail here and not be dropped in silence. */
const known = new Set(
  `name image command entrypoints envs user groupAdds hostname readOnly capabilities securityOpts
   memory memorySwap volumes mounts tmpfs healthcheck restart logDriver logOpts labels networkMode
   pidMode cgroupnsMode networksAdvanced hosts ports uploads start wait waitTimeout mustRun removeVolumes
   destroyGraceSeconds`.split(/\s+/),
);

const mebibyte = 1024 * 1024;

/** The engine's API call the provider makes of its inputs (its 5.x source is the model). */
export function createOptions(
  inputs: ContainerInputs,
  options: { readonly image?: (reference: string) => string; readonly freePorts?: boolean },
): Docker.ContainerCreateOptions {
  const strange = Object.keys(inputs).filter((key) => !known.has(key));
  if (strange.length > 0) throw new Error(`Not translated: ${strange.join(", ")}.`);
  const ports = inputs.ports ?? [];
  return {
    name: inputs.name,
    Image: options.image?.(inputs.image) ?? inputs.image,
    ...optional("Cmd", inputs.command),
    ...optional("Entrypoint", inputs.entrypoints),
    ...optional("Env", inputs.envs),
    ...optional("User", inputs.user),
    ...optional("Hostname", inputs.hostname),
    ...optional("Healthcheck", healthcheck(inputs.healthcheck)),
    Labels: Object.fromEntries((inputs.labels ?? []).map(({ label, value }) => [label, value])),
    ExposedPorts: Object.fromEntries(ports.map((it) => [`${it.internal}/${it.protocol}`, {}])),
    Volumes: Object.fromEntries(
      (inputs.volumes ?? []).flatMap((it) => (it.containerPath ? [[it.containerPath, {}]] : [])),
    ),
    HostConfig: {
      VolumesFrom: (inputs.volumes ?? []).flatMap((it) => it.fromContainer ?? []),
      Mounts: (inputs.mounts ?? []).map((it) => ({
        Type: it.type,
        Source: it.source,
        Target: it.target,
        ReadOnly: it.readOnly ?? false,
        ...(it.bindOptions && { BindOptions: { Propagation: it.bindOptions.propagation } }),
      })),
      PortBindings: Object.fromEntries(
        ports.map((it) => [
          `${it.internal}/${it.protocol}`,
          [{ HostIp: it.ip, HostPort: options.freePorts === false ? String(it.external) : "" }],
        ]),
      ),
      ReadonlyRootfs: inputs.readOnly ?? false,
      CapDrop: inputs.capabilities?.drops ?? [],
      CapAdd: inputs.capabilities?.adds ?? [],
      SecurityOpt: inputs.securityOpts ?? [],
      GroupAdd: inputs.groupAdds ?? [],
      Memory: (inputs.memory ?? 0) * mebibyte,
      MemorySwap: (inputs.memorySwap ?? 0) * mebibyte,
      Tmpfs: inputs.tmpfs ?? {},
      RestartPolicy: { Name: inputs.restart ?? "no" },
      LogConfig: { Type: inputs.logDriver ?? "", Config: inputs.logOpts ?? {} },
      ExtraHosts: (inputs.hosts ?? []).map(({ host, ip }) => `${host}:${ip}`),
      ...optional("NetworkMode", inputs.networkMode),
      ...optional("PidMode", inputs.pidMode),
      ...optional("CgroupnsMode", inputs.cgroupnsMode),
    },
  };
}

/** The files the provider copies into a container between its creation and its start. */
export function uploadsOf(inputs: ContainerInputs): TarFile[] {
  return (inputs.uploads ?? []).map(({ file, content, permissions }) => ({
    path: file,
    content,
    mode: permissions ?? "0644",
  }));
}

function healthcheck(check: ContainerInputs["healthcheck"]) {
  if (check === undefined) return undefined;
  return {
    Test: check.tests,
    Interval: nanoseconds(check.interval),
    Timeout: nanoseconds(check.timeout),
    StartPeriod: nanoseconds(check.startPeriod),
    Retries: check.retries,
  };
}

function nanoseconds(duration: string): number {
  const seconds = /^(\d+)s$/.exec(duration)?.[1];
  if (seconds === undefined) throw new Error(`Not a duration in seconds: ${duration}.`);
  return Number(seconds) * 1e9;
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
