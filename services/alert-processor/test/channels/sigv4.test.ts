import { signed } from "../../channels/sigv4.ts";

/** Of AWS's own test suite for signatures. */
const signer = {
  accessKeyId: "AKIDEXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
  service: "service",
};
const url = new URL("https://example.amazonaws.com/");
const at = Date.UTC(2015, 7, 30, 12, 36);

test.each([
  ["post-vanilla", {}, "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
  [
    "post-x-www-form-urlencoded",
    { "content-type": "application/x-www-form-urlencoded" },
    "Param1=value1",
    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  ],
])("signs as AWS does: %s", (_, headers, body, signature) => {
  const names = [...Object.keys(headers), "host", "x-amz-date"].join(";");
  expect(signed(signer, url, headers, body, at)).toEqual({
    ...headers,
    host: "example.amazonaws.com",
    "x-amz-date": "20150830T123600Z",
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
  });
});
