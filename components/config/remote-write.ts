import { X509Certificate } from "node:crypto";
import { quote } from "../../lib/command.ts";
import type { Complaint } from "../catalog/service.ts";
import type { Traits } from "../targets/kinds.ts";
import { isLoopback } from "../targets/target.ts";
import { isInside } from "./private-network.ts";
import { encryptedSecret } from "./fields.ts";
import { belongsTo } from "./key-pair.ts";
import type { Destination, Destinations } from "./remote-write-schema.ts";

type Field = keyof Destination;

/** Overwritten, series of different things would become one. */
const taken = ["__name__", "alertname", "env", "host", "instance", "job", "le", "quantile"];

/** Settings that have no effect without each other. */
const pairs: readonly (readonly [Field, Field])[] = [
  ["username", "password"],
  ["certificate", "key"],
];

const needTls: readonly Field[] = ["password", "token", "certificate", "key", "authority"];

function addressComplaints(one: Destination, { loopbackOnly }: Traits): Complaint[] {
  const { hostname, protocol } = new URL(one.url);
  const complaints: Complaint[] = [];
  if (!loopbackOnly && isLoopback(hostname)) {
    const elsewhere = new URL(one.url);
    elsewhere.hostname = "host.docker.internal";
    complaints.push({
      path: ["url"],
      reason: "is Prometheus's own loopback, where there is no receiver; name the machine",
      value: quote(elsewhere.href),
    });
  } else if (isInside(hostname) && !one.private) {
    complaints.push({
      path: ["url"],
      reason: "is in a private network or on this machine, which only private: true allows",
      mend: { path: ["private"], value: "true" },
    });
  }
  if (protocol !== "http:") return complaints;
  const open = needTls.filter((field) => one[field] !== undefined);
  if (!one.plain) {
    complaints.push({
      path: ["url"],
      reason: "has no TLS, so anyone on the way can read it, which only plain: true allows",
      // With a credential it must not be said either.
      ...(open.length === 0 && { mend: { path: ["plain"], value: "true" } }),
    });
  } else if (open.length > 0) {
    complaints.push({
      path: ["plain"],
      reason: `cannot go with ${open.join(", ")}: anybody in between could read along`,
      mend: { path: ["plain"] },
    });
  }
  return complaints;
}

function credentialComplaints(one: Destination): Complaint[] {
  const missing = pairs.flatMap(([a, b]): Complaint[] => {
    if ((one[a] === undefined) === (one[b] === undefined)) return [];
    const [has, lacks] = one[a] === undefined ? [b, a] : [a, b];
    return [{ path: [lacks], reason: `is missing, and there is a ${has}` }];
  });
  const both: Complaint[] =
    one.token !== undefined && (one.username ?? one.password) !== undefined
      ? [
          {
            path: ["token"],
            reason: "is set in addition to a login: a request carries only one of them",
            mend: { path: ["token"] },
          },
        ]
      : [];
  return [...missing, ...both, ...keyComplaints(one)];
}

function keyComplaints({ certificate, key }: Destination): Complaint[] {
  const text = key?.reveal();
  if (certificate === undefined || text === undefined || text === encryptedSecret) return [];
  const fits = belongsTo(new X509Certificate(certificate), text);
  if (fits === true) return [];
  const reason =
    fits === false
      ? "does not belong to the certificate"
      : "cannot be read; Prometheus takes a key in PEM without a passphrase";
  return [{ path: ["key"], reason }];
}

function nameComplaints({ headers, labels }: Destination): Complaint[] {
  return [
    ...Object.keys(labels)
      .filter((label) => taken.includes(label))
      .map((label) => ({
        path: ["labels", label],
        reason: "is a label of the series themselves: different ones would become the same",
        mend: { path: ["labels", label] },
      })),
    ...Object.keys(headers)
      .filter((header) => header.toLowerCase() === "authorization")
      .map((header) => ({
        path: ["headers", header],
        reason: "is a secret, and headers are not; use username, password or token",
        mend: { path: ["headers", header] },
      })),
  ];
}

/** Contradictions in receivers of samples, between fields that are each valid. */
export function remoteWriteComplaints(destinations: Destinations, traits: Traits): Complaint[] {
  return Object.entries(destinations).flatMap(([name, one]) =>
    [...addressComplaints(one, traits), ...credentialComplaints(one), ...nameComplaints(one)].map(
      ({ mend, path, ...rest }) => ({
        ...rest,
        path: ["remoteWrite", name, ...path],
        ...(mend && { mend: { ...mend, path: ["remoteWrite", name, ...mend.path] } }),
      }),
    ),
  );
}
