import { parse } from "yaml";
import { channelFields } from "../../components/channels/index.ts";
import { allFields, type Field } from "../../components/config/fields-of.ts";
import { throwAway } from "./pki.ts";

/** A stack's values in which every secret that there is can be recognised wherever it turns up. */
export interface Marked {
  /** Below `vigil:`, by section. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What to look for, by key: `vigil:login.password`. */
  readonly marks: Readonly<Record<string, string>>;
}

const pathOf = ({ key }: Field): string[] =>
  key
    .slice("vigil:".length)
    .split(".")
    .map((one) => (one === "<name>" ? "sre" : one));

function put(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [last = "", ...above] = [...path].reverse();
  let at = values;
  for (const key of above.reverse()) at = (at[key] ??= {}) as Record<string, unknown>;
  at[last] ??= value;
}

/** Where channels were before `vigil:channels`, in which the same may not be said again. */
const before = new RegExp(
  `^vigil:(?:receivers|processor\\.(?:heartbeat|${Object.keys(channelFields).join("|")}))\\.`,
);

/**
 * Every secret of the schema, with channels where they are or where they were before, with what stands beside it, made of the schema itself: a new secret key
 * is among them without anybody's doing.
 */
export async function marked(channels: "before" | "now" = "now"): Promise<Marked> {
  const { ca, server } = await throwAway(["localhost"]);
  const { server: holder } = await throwAway(["holder"]);
  const url = "https://metrics.example.com/write";
  /** Secrets that cannot stand beside the others of their section: an entry of their own, and what is in it. */
  const alone: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "vigil:prometheus.remoteWrite.<name>.token": { url },
    "vigil:prometheus.remoteWrite.<name>.key": { url, certificate: holder.certificate },
  };
  /** Private keys in PEM. */
  const keys: Readonly<Record<string, string>> = {
    "vigil:tls.key": server.key,
    "vigil:prometheus.remoteWrite.<name>.key": holder.key,
  };
  const values: Record<string, unknown> = {};
  const marks: Record<string, string> = {};
  const other = channels === "now" ? before : /^vigil:channels\./;
  const fields = allFields().filter(({ key }) => !other.test(key));
  const given: Readonly<Record<string, string>> = {
    "vigil:tls.certificate": server.certificate,
    "vigil:tls.authority": ca,
    // On the target local nobody else can be the proxy.
    "vigil:processor.proxy.from": "127.0.0.1",
  };
  // Where there are hosts, somebody signs in at them.
  put(values, ["hosts", "web"], { address: "localhost", hostKey: "any" });
  // PagerDuty calls the processor back there.
  put(values, ["processor", "url"], "https://alerts.example.com");
  fields
    .filter(({ secret }) => secret === true)
    .forEach((field, index) => {
      const mark = `marked-${index}-never-to-be-seen-anywhere`;
      const forms: readonly (readonly [RegExp, string])[] = [
        [/postgres\.url$/, `postgres://vigil:${mark}@db.example.com/vigil`],
        [/^vigil:ssh\.key$/, `-----BEGIN OPENSSH PRIVATE KEY-----\n${mark}\n`],
        [/url$/, `https://hooks.example.com/services/${mark}`],
      ];
      const key = keys[field.key];
      const form = forms.find(([pattern]) => pattern.test(field.key))?.[1] ?? mark;
      // Of a key one line of its text, for its ends are the same in all.
      marks[field.key] = key?.split("\n")[2] ?? mark;
      const apart = alone[field.key];
      const [last = "", , ...above] = pathOf(field).reverse();
      const path = apart ? [...above.reverse(), last, last] : pathOf(field);
      put(values, path, key ?? form);
      if (apart) {
        for (const [name, value] of Object.entries(apart)) {
          put(values, [...path.slice(0, -1), name], value);
        }
        return;
      }
      const parent = field.key.slice(0, field.key.lastIndexOf("."));
      for (const beside of fields) {
        const known = given[beside.key] ?? beside.example;
        // Names a file, which is not there.
        if (beside.key === "vigil:ssh.knownHosts") continue;
        const sibling = beside.key.slice(0, beside.key.lastIndexOf(".")) === parent;
        if (!sibling || beside.secret === true || known === undefined || known.startsWith('"$('))
          continue;
        put(values, pathOf(beside), beside.key in given ? known : (parse(known) as unknown));
      }
    });
  return { values, marks };
}

/** Keys of the secrets that can be read in this text, in clear or as a header or a body has them. */
export const seenIn = (text: string, { marks }: Marked): string[] =>
  Object.entries(marks)
    .filter(([, mark]) =>
      [mark, Buffer.from(mark).toString("base64").slice(0, -4)].some((one) => text.includes(one)),
    )
    .map(([key]) => key);
