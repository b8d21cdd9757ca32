import * as pulumi from "@pulumi/pulumi";
import { Authority, Certificate, Login } from "../provider/resources.ts";
import type { Config } from "./config/schema.ts";
import { renderWeb, webFiles } from "./render/web.ts";
import type { Place, Workload } from "./targets/target.ts";

export interface TrustArgs {
  readonly environment: string;
  readonly login: Config["login"];
  readonly tls: Config["tls"];
}

/** Certificate and private key of a listener, PEM. */
export interface Identity {
  readonly certificate: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** User of the components among themselves. */
export const machineName = "vigil-internal";

const years = 365;

/**
 * Who may speak to whom: one authority, a certificate for every listener, one login for people
 * and one for the components among themselves. Exporters know only the latter, so a lost host
 * gives away no person's password.
 */
export class Trust extends pulumi.ComponentResource {
  /** PEM of the authority every client checks against. */
  readonly authority: pulumi.Output<string>;
  readonly person: Login;
  readonly machine: Login;

  readonly #args: TrustArgs;
  readonly #own: Authority | undefined;

  constructor(name: string, args: TrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Trust", name, {}, opts);
    const child = { parent: this };
    const { login, tls } = args;
    this.#args = args;
    this.person = new Login(
      `${name}-person`,
      {
        username: login.username,
        ...(login.password ? { password: pulumi.secret(login.password.reveal()) } : {}),
      },
      child,
    );
    this.machine = new Login(`${name}-machine`, { username: machineName }, child);
    this.#own = tls
      ? undefined
      : new Authority(
          `${name}-authority`,
          { commonName: `Vigil ${args.environment}`, days: 10 * years, renewBeforeDays: years },
          child,
        );
    this.authority = pulumi.output(tls?.authority ?? this.#own?.certificate ?? "");
    this.registerOutputs({ authority: this.authority });
  }

  /** How a target asks whether a listener is ready: as the components ask each other. */
  health(path: string, timeoutSeconds: number): Workload["health"] {
    const { password } = this.machine;
    return { path, ca: this.authority, username: machineName, password, timeoutSeconds };
  }

  /** Certificate of the listener at `place`: the given one, or one of the own authority. */
  identity(place: Place, opts: pulumi.CustomResourceOptions): Identity {
    const { tls } = this.#args;
    if (tls) {
      return {
        certificate: pulumi.output(tls.certificate),
        key: pulumi.secret(tls.key.reveal()),
      };
    }
    if (!this.#own) throw new pulumi.RunError("Trust has neither a given nor an own authority.");
    return new Certificate(
      `${place.name}-certificate`,
      {
        commonName: place.name,
        ...place.subjects,
        days: years,
        renewBeforeDays: 30,
        authorityCertificate: this.#own.certificate,
        authorityKey: this.#own.key,
      },
      opts,
    );
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
      [webFiles.config]: users.apply((pairs) => renderWeb(Object.fromEntries(pairs))),
      [webFiles.key]: key,
    };
  }
}
