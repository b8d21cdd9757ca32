/** Signature Version 4, by which AWS identifies the caller. Pure. */
import { createHash, createHmac } from "node:crypto";

/** The caller, and the scope of the signature. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secretKey: string;
  readonly region: string;
  /** As AWS abbreviates it, such as sns. */
  readonly service: string;
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const keyed = (key: Buffer | string, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

/**
 * Signs a POST request.
 *
 * @param url - Without a query: the request is in the body.
 * @param at - Milliseconds since 1970; AWS allows a quarter of an hour around its own clock.
 * @returns The headers, including the signature.
 */
export function signed(
  { accessKeyId, region, secretKey, service }: Signer,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  at: number,
): Record<string, string> {
  const time = new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = time.slice(0, 8);
  const all: Record<string, string> = { ...headers, host: url.host, "x-amz-date": time };
  const names = Object.keys(all).sort();
  const canonical = [
    "POST",
    url.pathname,
    "",
    ...names.map((name) => `${name}:${all[name]?.trim() ?? ""}`),
    "",
    names.join(";"),
    hash(body),
  ].join("\n");
  const scope = [day, region, service, "aws4_request"];
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(canonical)].join("\n");
  const key = scope.reduce<Buffer | string>(keyed, `AWS4${secretKey}`);
  const signature = keyed(key, text).toString("hex");
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join("/")}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}
