import * as pulumi from "@pulumi/pulumi";
import { Authority, Certificate, Login } from "../provider/resources.ts";
import type { Common } from "./config/common-schema.ts";
import { endOf, renderCertificateRules } from "./render/certificates.ts";
import { clientFiles, renderWeb, webFiles } from "./render/web.ts";
import type { Place, Workload } from "./targets/target.ts";

export interface TrustArgs {
  readonly environment: string;
  readonly login: Common["login"];
  readonly tls: Common["tls"];
  /** Whether somebody stands apart from what the certificate of the stack is for; see {@link Place.apart}. */
  readonly apart: boolean;
}

/** Certificate and private key, PEM. */
export interface Identity {
  readonly certificate: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/**
 * Who asks others: services by name, and `operator`, who is whoever runs `up`. A service may ask whether it is
 * ready itself.
 */
export type Asker = string;

/** Name and password of one who asks, at one listener and nowhere else. */
export interface Access {
  readonly username: string;
  readonly password: pulumi.Output<string>;
}

const years = 365;

/** Certificates one after the other. */
const joined = (all: readonly string[]): string =>
  all.map((one) => (one.endsWith("\n") ? one : `${one}\n`)).join("");

/** Certificates are renewed at two thirds of their life, by the first `up` after that. */
const lastThird = Math.ceil(years / 3);

/**
 * Who may speak to whom: one authority for every listener's certificate, and another one, which only
 * listeners trust, for those who ask. What answers holds nothing to ask with: the certificate of a
 * listener is not good for asking, and a listener names the askers that it lets in. So a lost exporter
 * opens no other door, and a stranger is turned away before there is a password to check. Where people
 * sign in with a password, parts have one each, for this direction alone.
 */
export class Trust extends pulumi.ComponentResource {
  /** PEM of the authority that every client of the core checks against. */
  readonly authority: pulumi.Output<string>;
  /** The same for whoever asks what stands apart, too. */
  readonly authorities: pulumi.Output<string>;
  /** Login of the person who looks at the estate. */
  readonly operator: Login;

  readonly #args: TrustArgs;
  readonly #parent: pulumi.Resource | undefined;
  readonly #own: Authority | undefined;
  readonly #clients: Authority;
  readonly #askers = new Map<Asker, Identity>();
  readonly #logins = new Map<string, Login>();
  readonly #people = new Map<string, pulumi.Output<string>>();
  /** Certificates that are watched for their end, by name. */
  readonly #watched = new Map<string, pulumi.Output<string>>();

  constructor(name: string, args: TrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Trust", name, {}, opts);
    const child = { parent: this };
    const { apart, login, tls } = args;
    this.#args = args;
    this.#parent = opts?.parent;
    this.operator = new Login(
      `${name}-person`,
      {
        username: login.username,
        ...(login.password ? { password: pulumi.secret(login.password.reveal()) } : {}),
      },
      child,
    );
    this.#own =
      tls && !apart
        ? undefined
        : new Authority(
            `${name}-authority`,
            { commonName: `Vigil ${args.environment}`, days: 10 * years, renewBeforeDays: years },
            child,
          );
    this.#clients = new Authority(
      `${name}-clients`,
      { commonName: `Vigil ${args.environment} clients`, days: 10 * years, renewBeforeDays: years },
      child,
    );
    this.authority = pulumi.output(tls?.authority ?? this.#own?.certificate ?? "");
    this.authorities =
      tls && this.#own
        ? pulumi.all([this.authority, this.#own.certificate]).apply(joined)
        : this.authority;
    if (tls && this.#own) this.#watched.set("authority of hosts", this.#own.certificate);
    this.#watched.set("authority", this.authority).set("clients", this.#clients.certificate);
    this.registerOutputs({ authority: this.authority });
  }

  /** How a target asks whether a listener is ready. */
  health(
    path: string,
    timeoutSeconds: number,
    access: Workload["health"]["access"],
  ): Workload["health"] {
    return { path, ca: this.authority, access, timeoutSeconds };
  }

  /** By which `asker` signs in at a listener that asks for passwords. */
  access(asker: Asker, listener: string): Access {
    return { username: asker, password: this.login(asker, listener).password };
  }

  /** The same as a resource, for the listener. */
  login(asker: Asker, listener: string): Login {
    const name = `${asker}-at-${listener}`;
    const made = this.#logins.get(name) ?? new Login(name, { username: asker }, { parent: this });
    this.#logins.set(name, made);
    return made;
  }

  /** Bearer token by which `asker` speaks to a listener that takes no password from it. */
  token(asker: Asker, listener: string): Login {
    const name = `${listener}-token`;
    const made =
      this.#logins.get(name) ??
      // It began as a child of the estate, and its place in the tree is its identity.
      new Login(name, { username: asker }, this.#parent ? { parent: this.#parent } : {});
    this.#logins.set(name, made);
    return made;
  }

  /** Login of somebody who signs in at one service alone. */
  person(username: string, name: string, opts: pulumi.CustomResourceOptions): Login {
    const login = new Login(name, { username }, opts);
    this.#people.set(username, login.password);
    return login;
  }

  /** Passwords by name of all who sign in at one service alone. */
  people(): Readonly<Record<string, pulumi.Output<string>>> {
    return Object.fromEntries(this.#people);
  }

  /** By which a listener knows who asks. One each, so that none can be taken for another. */
  asker(name: Asker): Identity {
    const made = this.#askers.get(name) ?? this.#newAsker(name);
    this.#askers.set(name, made);
    return made;
  }

  #newAsker(name: Asker): Identity {
    const { certificate, key } = new Certificate(
      `${name}-client`,
      {
        commonName: name,
        use: "client",
        dnsNames: [name],
        ipAddresses: [],
        days: years,
        renewBeforeDays: lastThird,
        authorityCertificate: this.#clients.certificate,
        authorityKey: this.#clients.key,
      },
      { parent: this },
    );
    this.#watched.set(`client ${name}`, certificate);
    return { certificate, key };
  }

  /** Has the end of a certificate of somebody else's watched, under this name. */
  watch(name: string, pem: string): void {
    this.#watched.set(name, pulumi.output(pem));
  }

  /** Text of the rules that watch every certificate made or given so far, until its end. */
  certificateRules(): pulumi.Output<string> {
    return pulumi.all(Object.fromEntries(this.#watched)).apply((texts) => {
      const ends = Object.entries(texts).map(([name, pem]) => [name, endOf(pem)] as const);
      const known = ends.filter(([, end]) => end !== undefined);
      return renderCertificateRules(Object.fromEntries(known) as Record<string, number>);
    });
  }

  /** The files by which `name` asks others. */
  askerFiles(name: Asker): Record<string, pulumi.Output<string>> {
    const { certificate, key } = this.asker(name);
    return { [clientFiles.certificate]: certificate, [clientFiles.key]: key };
  }

  /** Certificate of the listener at `place`: the given one, or one of the own authority. */
  identity(place: Place, opts: pulumi.CustomResourceOptions): Identity {
    const { tls } = this.#args;
    if (tls && place.apart !== true) {
      const given = pulumi.output(tls.certificate);
      this.#watched.set("vigil:tls", given);
      return { certificate: given, key: pulumi.secret(tls.key.reveal()) };
    }
    if (!this.#own) throw new pulumi.RunError("Trust has neither a given authority nor its own.");
    const made = new Certificate(
      `${place.name}-certificate`,
      {
        commonName: place.name,
        ...place.subjects,
        days: years,
        renewBeforeDays: lastThird,
        authorityCertificate: this.#own.certificate,
        authorityKey: this.#own.key,
      },
      opts,
    );
    this.#watched.set(place.name, made.certificate);
    return made;
  }

  /** PEM of the authority of those who ask. */
  get clients(): pulumi.Output<string> {
    return this.#clients.certificate;
  }

  /** The files that make a listener of the Prometheus family let in these askers and nobody else. */
  peerListener(
    place: Place,
    askers: readonly Asker[],
    opts: pulumi.CustomResourceOptions,
  ): Record<string, pulumi.Output<string>> {
    const { certificate, key } = this.identity(place, opts);
    return {
      [webFiles.certificate]: certificate,
      [webFiles.clients]: this.clients,
      [webFiles.config]: pulumi.output(renderWeb({ askers })),
      [webFiles.key]: key,
    };
  }

  /** The files that give a listener of the Prometheus family TLS and basic authentication. */
  listener(
    place: Place,
    logins: readonly Login[],
    opts: pulumi.CustomResourceOptions,
  ): Record<string, pulumi.Output<string>> {
    const { certificate, key } = this.identity(place, opts);
    const users = pulumi.all(logins.map((one) => pulumi.all([one.username, one.passwordHash])));
    return {
      [webFiles.certificate]: certificate,
      [webFiles.config]: users.apply((pairs) => renderWeb({ users: Object.fromEntries(pairs) })),
      [webFiles.key]: key,
    };
  }
}
