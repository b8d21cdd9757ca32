import * as pulumi from "@pulumi/pulumi";
import { alertmanager } from "../../components/catalog/alertmanager.ts";
import { nobody } from "../../components/catalog/exporter.ts";
import { prometheus } from "../../components/catalog/prometheus.ts";
import type { Image, Target, Workload } from "../../components/targets/target.ts";
import { testImage } from "./images.ts";
import type { Program } from "./images.ts";
import type { Pair } from "../kit/pki.ts";

export const username = "vigil";
export const password = "correct horse battery staple";

/** What every listener of the estate has in common. */
export interface EstateParts {
  readonly ca: string;
  readonly server: Pair;
  /** bcrypt of {@link password}; salted, so made once and not at each run. */
  readonly passwordHash: string;
  /** Port of the machine for what listens there: two tests at once must not meet. */
  readonly hostPort: number;
  /** Text of an external label, for tests that change a file. @default "first" */
  readonly label?: string;
}

/** Images as those of the services that they stand for. */
const images: Readonly<Record<string, Omit<Image, "reference">>> = {
  alertmanager: alertmanager.image,
  prometheus: prometheus.image,
};

/** Deploys workloads, each with those that share its loopback. */
export function deploy(target: Target, workloads: readonly Workload[]): void {
  const placed = (workload: Workload) => ({ workload, opts: {} });
  for (const main of workloads.filter(({ beside }) => beside === undefined)) {
    const sidecars = workloads.filter(({ beside }) => beside === main.place.name);
    target.deploy([placed(main), ...sidecars.map(placed)]);
  }
}

/** A small estate written by hand: four programs, TLS and a login on each of their listeners. */
export function estate(target: Target, given: EstateParts): Workload[] {
  const web = JSON.stringify({
    tls_server_config: { cert_file: "server.crt", key_file: "server.key" },
    basic_auth_users: { [username]: given.passwordHash },
  });
  const health = {
    path: "/-/healthy",
    ca: given.ca,
    access: { username, password: pulumi.secret(password) },
    timeoutSeconds: 60,
  };
  const workload = (
    name: string,
    binary: Program,
    port: number,
    rest: Partial<Omit<Workload, "args">> & {
      args: (place: Workload["place"]) => readonly string[];
    },
  ): Workload => {
    const { args, ...more } = rest;
    const image: Omit<Image, "reference"> = images[name] ?? nobody;
    const place = target.place({
      name,
      port,
      ...(more.sees && { sees: more.sees }),
      ...(more.beside !== undefined && { beside: more.beside }),
      ...(image.data !== undefined && { data: image.data }),
    });
    return {
      place,
      binary,
      image: { ...image, reference: testImage(binary) },
      env: {},
      onChange: {},
      checks: [],
      port,
      health,
      memoryMegabytes: 256,
      sees: "itself",
      persistent: false,
      ...more,
      args: [
        ...args(place),
        ...(more.beside === undefined ? [`--web.config.file=${place.config}/web.json`] : []),
        `--web.listen-address=${place.listen}`,
      ],
      files:
        more.beside === undefined
          ? {
              "web.json": pulumi.secret(web),
              "server.crt": given.server.certificate,
              "server.key": pulumi.secret(given.server.key),
              ...more.files,
            }
          : {},
    };
  };
  const login = { username, password_file: "password" };
  const client = { scheme: "https", tls_config: { ca_file: "ca.crt" }, basic_auth: login };
  const peers = [
    target.place({ name: "blackbox", port: 9115 }),
    target.place({ name: "node", port: given.hostPort, sees: "host" }),
  ];
  const scrape = [
    ...peers.map(({ name, address }) => ({
      ...client,
      job_name: name,
      static_configs: [{ targets: [address] }],
    })),
    {
      job_name: "lodger",
      static_configs: [
        {
          targets: [
            target.place({ name: "lodger", port: 8080, sees: "host", beside: "prometheus" })
              .address,
          ],
        },
      ],
    },
  ];
  return [
    workload("prometheus", "prometheus", 9090, {
      persistent: true,
      args: ({ config, data }) => [
        `--config.file=${config}/prometheus.json`,
        `--storage.tsdb.path=${data}`,
      ],
      files: {
        "ca.crt": given.ca,
        password: pulumi.secret(password),
        "prometheus.json": JSON.stringify(
          {
            global: { scrape_interval: "1s", external_labels: { trial: given.label ?? "first" } },
            scrape_configs: scrape,
          },
          undefined,
          2,
        ),
      },
    }),
    workload("alertmanager", "alertmanager", 9093, {
      persistent: true,
      args: ({ config, data }) => [
        `--config.file=${config}/alertmanager.json`,
        `--storage.path=${data}`,
        "--cluster.listen-address=",
      ],
      files: {
        "alertmanager.json": JSON.stringify({
          route: { receiver: "nobody" },
          receivers: [{ name: "nobody" }],
        }),
      },
    }),
    workload("blackbox", "blackbox_exporter", 9115, {
      args: ({ config }) => [`--config.file=${config}/blackbox.json`],
      files: { "blackbox.json": JSON.stringify({ modules: { tcp: { prober: "tcp" } } }) },
    }),
    workload("node", "node_exporter", given.hostPort, {
      sees: "host",
      args: ({ root }) => [`--path.rootfs=${root ?? "/"}`],
    }),
    // In the place of cAdvisor: a program without TLS that only Prometheus may ask.
    workload("lodger", "node_exporter", 8080, {
      beside: "prometheus",
      health: { ...health, path: "/" },
      args: ({ root }) => [`--path.rootfs=${root ?? "/"}`],
      sees: "host",
    }),
  ];
}
