import * as pulumi from "@pulumi/pulumi";
import { tokens } from "./types.ts";
import type {
  AuthorityInputs,
  CertificateInputs,
  CheckedFilesInputs,
  CollectorInputs,
  ConnectionInputs,
  FileCheck,
  HealthInputs,
  HopInputs,
  HostProcessInputs,
  LoginInputs,
  OnChange,
  ProcessInputs,
} from "./types.ts";

/** The same record with each value as the program may give it: plain, promised or an output. */
type Given<T> = {
  readonly [K in keyof T]: pulumi.Input<NonNullable<T[K]>> | Extract<T[K], undefined>;
};

/** `values` with those of these names secret, where they are there. */
function hiding<T extends object>(values: T, ...names: readonly (keyof T & string)[]): T {
  const hidden = names.flatMap((name) =>
    values[name] === undefined ? [] : [[name, pulumi.secret(values[name])] as const],
  );
  return { ...values, ...Object.fromEntries(hidden) };
}

/** Text files by relative path; single values may be secret and stay so in the state. */
export type FilesArgs = Readonly<Record<string, pulumi.Input<string>>>;

/** How to ask a process whether it is ready; password and key are always kept secret. */
export type HealthArgs = Given<HealthInputs>;

/** Arguments of {@link Process}; see {@link ProcessInputs}. */
export interface ProcessArgs {
  readonly name: pulumi.Input<string>;
  readonly home: pulumi.Input<string>;
  readonly binary: pulumi.Input<string>;
  readonly args: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly files: FilesArgs;
  readonly onChange: OnChange;
  readonly checks: readonly FileCheck[];
  readonly ports: readonly pulumi.Input<number>[];
  readonly health: HealthArgs;
}

/**
 * A process of this machine, supervised, configured and proven ready.
 * Secret values among `files` and `env` stay secret; `health.password` and `health.key` always are.
 */
export class Process extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly home: pulumi.Output<string>;
  declare readonly ports: pulumi.Output<ProcessInputs["ports"]>;
  /** False when a refresh found it stopped. */
  declare readonly running: pulumi.Output<boolean>;

  constructor(name: string, args: ProcessArgs, opts?: pulumi.CustomResourceOptions) {
    const health = hiding(args.health, "key", "password");
    super(tokens.process, name, { ...args, health, running: undefined }, opts);
  }
}

/** How a host is reached; keys and passphrases are always kept secret. */
export type ConnectionArgs = Omit<Given<ConnectionInputs>, "bastion"> & {
  readonly bastion?: Given<HopInputs>;
};

/** Arguments of {@link HostProcess}; see {@link HostProcessInputs}. */
export interface HostProcessArgs extends Omit<
  Given<HostProcessInputs>,
  "collector" | "connection" | "env" | "files"
> {
  readonly connection: ConnectionArgs;
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly files: FilesArgs;
  readonly collector?: Given<CollectorInputs>;
}

const hidingKeys = (hop: Given<HopInputs>): Given<HopInputs> => hiding(hop, "key", "passphrase");

/**
 * A process of a host: brought there over SSH, started under systemd, and kept if Prometheus gets its metrics.
 * Keys, passphrases and the collector's password are always secret.
 */
export class HostProcess extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly host: pulumi.Output<string>;

  constructor(name: string, args: HostProcessArgs, opts?: pulumi.CustomResourceOptions) {
    const { bastion, ...connection } = args.connection;
    const props = {
      ...args,
      connection: {
        ...hidingKeys(connection),
        ...(bastion !== undefined && { bastion: hidingKeys(bastion) }),
      },
      ...(args.collector !== undefined && {
        collector: hiding(args.collector, "key", "password"),
      }),
      checksum: undefined,
      asInstalled: undefined,
    };
    super(tokens.hostProcess, name, props, opts);
    // The engine reports a host that fails; the program need not end for it, and goes on with the others.
    for (const value of Object.values(this) as unknown[]) {
      if (pulumi.Output.isInstance<unknown>(value)) pulumi.recover(value, () => undefined);
    }
  }
}

/** Arguments of {@link Authority}; see {@link AuthorityInputs}. */
export type AuthorityArgs = Given<AuthorityInputs>;

/** A certificate authority of the stack's own. */
export class Authority extends pulumi.CustomResource {
  /** PEM. */
  declare readonly certificate: pulumi.Output<string>;
  /** PKCS #8 PEM, secret. */
  declare readonly key: pulumi.Output<string>;

  constructor(name: string, args: AuthorityArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, certificate: undefined, key: undefined };
    super(tokens.authority, name, props, withSecrets(opts, ["key"]));
    this.key = pulumi.secret(this.key);
  }
}

/** Arguments of {@link Certificate}; see {@link CertificateInputs}. */
export type CertificateArgs = Given<CertificateInputs>;

/** A certificate of a server or a client, signed by an {@link Authority}. */
export class Certificate extends pulumi.CustomResource {
  /** PEM. */
  declare readonly certificate: pulumi.Output<string>;
  /** PKCS #8 PEM, secret. */
  declare readonly key: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const authorityKey = pulumi.secret(args.authorityKey);
    const props = { ...args, authorityKey, certificate: undefined, key: undefined };
    super(tokens.certificate, name, props, withSecrets(opts, ["authorityKey", "key"]));
    this.key = pulumi.secret(this.key);
  }
}

/** Arguments of {@link Login}; see {@link LoginInputs}. */
export type LoginArgs = Given<LoginInputs>;

/** A user name with a password, generated unless given, and its bcrypt hash. */
export class Login extends pulumi.CustomResource {
  declare readonly username: pulumi.Output<string>;
  /** Secret. */
  declare readonly password: pulumi.Output<string>;
  /** bcrypt, as web.yml of the Prometheus family wants it; secret. */
  declare readonly passwordHash: pulumi.Output<string>;

  constructor(name: string, args: LoginArgs, opts?: pulumi.CustomResourceOptions) {
    const password = args.password === undefined ? undefined : pulumi.secret(args.password);
    const props = { username: args.username, password, passwordHash: undefined };
    super(tokens.login, name, props, withSecrets(opts, ["password", "passwordHash"]));
    this.password = pulumi.secret(this.password);
    this.passwordHash = pulumi.secret(this.passwordHash);
  }
}

/** Arguments of {@link CheckedFiles}; see {@link CheckedFilesInputs}. */
export interface CheckedFilesArgs {
  readonly name: pulumi.Input<CheckedFilesInputs["name"]>;
  /** See {@link CheckedFilesInputs}. */
  readonly folder?: string | undefined;
  readonly files: FilesArgs;
  readonly checks: readonly FileCheck[];
}

/** Files proven by the tools that will read them; make what mounts them depend on it. */
export class CheckedFiles extends pulumi.CustomResource {
  /** SHA-256 of the proven files and their checks. */
  declare readonly hash: pulumi.Output<string>;

  constructor(name: string, args: CheckedFilesArgs, opts?: pulumi.CustomResourceOptions) {
    super(tokens.checkedFiles, name, { ...args, hash: undefined }, opts);
  }
}

/**
 * For the state. The constructors above mark the outputs as well: the program must not depend on
 * the engine to know what is secret, for in tests with mocks there is none.
 */
function withSecrets(
  opts: pulumi.CustomResourceOptions | undefined,
  names: readonly string[],
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, { additionalSecretOutputs: [...names] });
}
