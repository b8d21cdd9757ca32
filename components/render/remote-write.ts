import type { Secret } from "../config/fields.ts";
import type { Destination, Destinations } from "../config/remote-write-schema.ts";

/** Samples in one request, as Prometheus has it. */
const samplesPerRequest = 2_000;

const at = (name: string, file: string): string => `remote-write/${name}/${file}`;

/** Files of one receiver by what they hold; paths in prometheus.yml are relative to its folder. */
const filesOf = (name: string) => ({
  authority: at(name, "ca.crt"),
  certificate: at(name, "client.crt"),
  key: at(name, "client.key"),
  password: at(name, "password"),
  token: at(name, "token"),
});

/** How who sends is known: each credential in a file of its own. */
function access(name: string, one: Destination): object {
  const files = filesOf(name);
  if (one.plain) return {};
  return {
    ...(one.username !== undefined && {
      basic_auth: { username: one.username, password_file: files.password },
    }),
    ...(one.token && { authorization: { type: "Bearer", credentials_file: files.token } }),
    tls_config: {
      ...(one.authority !== undefined && { ca_file: files.authority }),
      ...(one.certificate !== undefined && { cert_file: files.certificate, key_file: files.key }),
      min_version: "TLS12",
    },
  };
}

/** Which samples are sent, and what is added to them. */
function selection({ labels, send: { drop, keep } }: Destination): object[] {
  const byName = (action: string, patterns: readonly string[] | undefined): object[] =>
    patterns === undefined
      ? []
      : [{ source_labels: ["__name__"], regex: patterns.join("|"), action }];
  const added = sorted(labels).map(([label, value]) => ({
    target_label: label,
    // Not the value of a group.
    replacement: value.replaceAll("$", "$$$$"),
  }));
  return [...byName("keep", keep), ...byName("drop", drop), ...added];
}

function remoteWrite(name: string, one: Destination): object {
  const relabel = selection(one);
  return {
    name,
    url: one.url,
    ...(Object.keys(one.headers).length > 0 && {
      headers: Object.fromEntries(sorted(one.headers)),
    }),
    ...access(name, one),
    // A redirected request is a GET without samples, whose answer would count as success.
    follow_redirects: false,
    ...(relabel.length > 0 && { write_relabel_configs: relabel }),
    queue_config: {
      max_shards: one.queue.shards,
      capacity: one.queue.capacity,
      max_samples_per_send: samplesPerRequest,
      // A receiver that is busy for a while gets everything, and one that never takes a sample does not stop the rest.
      retry_on_http_429: true,
      sample_age_limit: one.queue.maxAge,
    },
  };
}

const sorted = <T>(record: Readonly<Record<string, T>>): [name: string, value: T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** The section `remote_write` of prometheus.yml. Holds no secret. */
export const renderRemoteWrite = (destinations: Destinations): object[] =>
  sorted(destinations).map(([name, one]) => remoteWrite(name, one));

/** Prometheus's files, besides its configuration, for reaching its receivers. */
export interface RemoteWriteFiles {
  /** Credentials by path. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /** Certificates it shows, by path. */
  readonly certificates: Readonly<Record<string, string>>;
  /** Certificates of authorities, by path. */
  readonly authorities: Readonly<Record<string, string>>;
}

/** The files that {@link renderRemoteWrite} names. */
export function remoteWriteFiles(destinations: Destinations): RemoteWriteFiles {
  const files = <T>(
    field: (one: Destination) => readonly (readonly [keyof Files, T | undefined])[],
  ) =>
    Object.fromEntries(
      sorted(destinations).flatMap(([name, one]) =>
        field(one).flatMap(([file, text]) =>
          text === undefined ? [] : [[filesOf(name)[file], text] as const],
        ),
      ),
    );
  return {
    secrets: files(({ key, password, token }) => [
      ["key", key],
      ["password", password],
      ["token", token],
    ]),
    certificates: files(({ certificate }) => [["certificate", certificate]]),
    authorities: files(({ authority }) => [["authority", authority]]),
  };
}

type Files = ReturnType<typeof filesOf>;
