/** Values that more than one program writes, because they come from a standard or a common library. */
import { type Enumeration, like, oneOf } from "../values.ts";

/** Status codes of HTTP, as a number. */
export const httpCodes = like(
  /^[1-5]\d\d$/,
  "100 101 200 201 202 204 206 301 302 304 307 308 400 401 403 404 405 408 409 410 413 415 422 429 499 500 501 502 503 504 507".split(
    " ",
  ),
);

/** Classes of status codes. */
export const httpClasses = oneOf(["1xx", "2xx", "3xx", "4xx", "5xx"]);

/** Methods of HTTP in capitals. */
export const httpMethods = oneOf([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
]);

/** Status codes of gRPC by the names of grpc-go. */
export const grpcCodes = oneOf([
  "OK",
  "Canceled",
  "Unknown",
  "InvalidArgument",
  "DeadlineExceeded",
  "NotFound",
  "AlreadyExists",
  "PermissionDenied",
  "ResourceExhausted",
  "FailedPrecondition",
  "Aborted",
  "OutOfRange",
  "Unimplemented",
  "Internal",
  "Unavailable",
  "DataLoss",
  "Unauthenticated",
]);

/** Answers of DNS by the names of miekg/dns; others are `RCODE` and their number. */
export const dnsCodes = like(
  /^(?:[A-Z]+|RCODE\d+)$/,
  "NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE BADSIG".split(
    " ",
  ),
);

/** A yes or no in words. */
export const yesOrNo = oneOf(["true", "false"]);

/** How Go, Java and Python write a number: `2592000`, `2592000.0`, `2.592e+06`. */
function spellings(bound: number): string[] {
  const [digits = "", exponent = "0"] = bound.toExponential().split("e");
  const power = Math.abs(Number(exponent)).toString().padStart(2, "0");
  return [
    String(bound),
    ...(Number.isInteger(bound) ? [`${bound}.0`] : []),
    ...(bound >= 1e6 || bound < 1e-4 ? [`${digits}e${bound < 1 ? "-" : "+"}${power}`] : []),
  ];
}

/** Upper bounds of a histogram's buckets, `+Inf` being one of them. */
export const bounds = (...numbers: readonly number[]): Enumeration =>
  oneOf([...numbers.flatMap(spellings), "+Inf"]);
