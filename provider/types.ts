/**
 * The resources of Vigil's own provider: the contract between `components/` and
 * `provider/`. Types only, so that neither side loads the other.
 */

/** Type tokens as the engine stores them. Frozen: changing one replaces every resource of it. */
export const tokens = {
  authority: "vigil:index:Authority",
  certificate: "vigil:index:Certificate",
  checkedFiles: "vigil:index:CheckedFiles",
  hostProcess: "vigil:index:HostProcess",
  login: "vigil:index:Login",
  process: "vigil:index:Process",
} as const;

/** Token of the function that answers nothing, as soon as the provider is there. */
export const awake = "vigil:index:awake";

/** A command that must succeed in a folder holding `files` before they may reach a server. */
export interface FileCheck {
  /** Program, found on PATH: `promtool`, `amtool`, `blackbox_exporter`, … */
  readonly binary: string;
  /** Arguments; paths are relative to the folder that holds the files. */
  readonly args: readonly string[];
}

/** Text files by path relative to the configuration folder of their process. */
export type Files = Readonly<Record<string, string>>;

/** The effect of a changed file on the process that reads it; a file not listed restarts it. */
export type OnChange = Readonly<Record<string, "reload" | "reread">>;

/** A process of this machine under the supervisor. */
export interface ProcessInputs {
  /** Name under the supervisor, unique within `home`: `prometheus`. */
  readonly name: string;
  /**
   * Absolute folder of the stack on this machine. Holds `process-compose.yaml`,
   * `services/<name>/` (the files), `data/<name>/` (survives deletion) and `logs/<name>.log`.
   */
  readonly home: string;
  /** Program, found on PATH. */
  readonly binary: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Written with mode 0600 below `<home>/services/<name>`. */
  readonly files: Files;
  /** `reload`: SIGHUP makes the process read it. `reread`: the process looks on its own. */
  readonly onChange: OnChange;
  /** All must pass on the complete new set of files, or nothing is touched. */
  readonly checks: readonly FileCheck[];
  /** Ports the process listens on: free, or held by this very process, before it starts. */
  readonly ports: readonly number[];
  readonly health: HealthInputs;
}

/** How to ask a process whether it is ready: HTTPS with the estate's CA, a login or a certificate. */
export interface HealthInputs {
  /** `https://127.0.0.1:9090/-/ready` */
  readonly url: string;
  /** PEM of the authority that signed the certificate of the listener. */
  readonly ca: string;
  /** Left out where the listener asks for no password. */
  readonly username?: string;
  readonly password?: string;
  /** PEM of the asker's own certificate, for a listener that asks for one. */
  readonly certificate?: string;
  /** Its private key, PKCS #8 PEM; secret. */
  readonly key?: string;
  /** Seconds until a process that does not become ready counts as failed. */
  readonly timeoutSeconds: number;
}

/** State of a process as the engine stores it: its inputs and whether it runs. */
export interface ProcessState extends ProcessInputs {
  /** False when a refresh found it stopped; the next `up` starts it. */
  readonly running: boolean;
}

/** Folder of all that is brought to a host. */
export const hostFolder = "/opt/vigil";

/** Folder of the configuration of a service on a host, as its process sees it. */
export const hostConfig = (name: string): string => `${hostFolder}/${name}/current/config`;

/** How one machine is reached over SSH. */
export interface HopInputs {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Public key that it must show: `ssh-ed25519 AAAA…`. Absent: any key is accepted. */
  readonly hostKey?: string;
  /** Private key to sign in with, as ssh-keygen writes it; secret. @default the agent's keys, then those in ~/.ssh */
  readonly key?: string;
  /** Passphrase of the key; secret. */
  readonly passphrase?: string;
}

/** How a host is reached. */
export interface ConnectionInputs extends HopInputs {
  /** The machine through which it is reached. */
  readonly bastion?: HopInputs;
}

/** The Prometheus that must see what is installed, and how it is asked: its url is `https://127.0.0.1:9090`. */
export type CollectorInputs = Omit<HealthInputs, "timeoutSeconds">;

/** A process of a host, under its systemd. */
export interface HostProcessInputs {
  /** Of its unit, `vigil-<name>`, and of its folder: `node`. */
  readonly name: string;
  /** The host, as the stack calls it. */
  readonly host: string;
  /** The estate that it belongs to: no other may take it over. */
  readonly environment: string;
  readonly connection: ConnectionInputs;
  /** Program, found on PATH here and brought to the host. */
  readonly binary: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Files;
  readonly port: number;
  readonly memoryMegabytes: number;
  /** Whether it tells of the machine itself. */
  readonly seesHost: boolean;
  /** `host:port` at which Prometheus asks it. */
  readonly address: string;
  /** Absent where Prometheus cannot be asked from here: then it must listen, and no more. */
  readonly collector?: CollectorInputs;
  /** Seconds until it must listen, and again until it must have been scraped. */
  readonly timeoutSeconds: number;
}

/** State of a process of a host: its inputs, what was brought there, and whether it runs. */
export interface HostProcessState extends HostProcessInputs {
  /** SHA-256 of the program. */
  readonly checksum: string;
  /** False when a refresh found it stopped, changed or gone; the next `up` installs it again. */
  readonly asInstalled: boolean;
}

/** A certificate authority of the stack's own. */
export interface AuthorityInputs {
  readonly commonName: string;
  /** Days a new certificate is valid. */
  readonly days: number;
  /** Days before the end at which the next `up` makes a new one. */
  readonly renewBeforeDays: number;
}

export interface AuthorityState extends AuthorityInputs {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8 PEM, secret. */
  readonly key: string;
}

/** A certificate signed by an authority. */
export interface CertificateInputs extends AuthorityInputs {
  /** Whether its holder answers or asks: it is good for nothing else. @default "server" */
  readonly use?: "server" | "client";
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly authorityCertificate: string;
  readonly authorityKey: string;
}

export interface CertificateState extends CertificateInputs {
  readonly certificate: string;
  readonly key: string;
}

/** A user name with a generated (or given) password and its bcrypt hash. */
export interface LoginInputs {
  readonly username: string;
  /** Given password; generated when absent. */
  readonly password?: string;
}

export interface LoginState extends LoginInputs {
  readonly password: string;
  /** bcrypt, as web.yml of the Prometheus family wants it; secret. */
  readonly passwordHash: string;
}

/** Files proven by the tools that will read them, for targets that cannot try before they switch. */
export interface CheckedFilesInputs {
  readonly name: string;
  /**
   * Absolute folder the files will have where they are read. Text that names it is checked as if
   * the files lay there already. Absent: only relative paths between the files can be followed.
   */
  readonly folder?: string;
  readonly files: Files;
  readonly checks: readonly FileCheck[];
}

/** State of proven files: what identifies them rather than their text. */
export interface CheckedFilesState {
  readonly name: string;
  /** SHA-256 of files and checks. */
  readonly hash: string;
}
