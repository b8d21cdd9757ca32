/** What every channel over HTTP makes of a service that fails, on real connections with TLS. */
import type { Channel } from "../../channels/channel.ts";
import type { Outcome } from "../../core/retry.ts";
import { newCertificate } from "../../../../test/kit/pki.ts";
import { identity, type Identity } from "../../../../test/kit/pki.ts";
import { type FakeServer, fakeServer, type Step } from "./fake-server.ts";
import { enough, messageOf, open } from "./messages.ts";

const secret = "T0ken-which-nobody-may-read";
const files = { secret, authority: "", url: "" };
const access = { private: true, caFile: "authority" };

let pki: Identity;
let server: FakeServer;
let other: FakeServer;

beforeAll(async () => {
  pki = await identity();
});
beforeEach(async () => {
  server = await fakeServer(pki.leaf);
  other = await fakeServer(pki.leaf);
});
afterEach(() => Promise.all([server.close(), other.close()]));

/** As the leaf, but of last month. */
const expired = () =>
  newCertificate(
    {
      commonName: "server",
      days: 1,
      renewBeforeDays: 0,
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1"],
      authorityCertificate: pki.authority.certificate,
      authorityKey: pki.authority.key,
    },
    Date.now() - 30 * 24 * 3_600_000,
  );

interface Kind {
  readonly kind: string;
  readonly config: (url: string) => object;
  /** What the service says when it took a message. */
  readonly good: Step;
  /** Whether it says so in other words than any server does. */
  readonly exact: boolean;
}

const kinds: readonly Kind[] = [
  {
    kind: "sns",
    config: (url) => ({
      url,
      topic: "arn:aws:sns:eu-central-1:123456789012:alerts",
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretFile: "secret",
    }),
    good: { status: 200, body: "<MessageId>1</MessageId>" },
    exact: true,
  },
  {
    kind: "opsgenie",
    config: (url) => ({ url, keyFile: "secret" }),
    good: { status: 202, body: '{"requestId":"r-1"}' },
    exact: true,
  },
  {
    kind: "ntfy",
    config: (url) => ({ url, topicFile: "secret" }),
    good: { status: 200, body: '{"id":"x","event":"message"}' },
    exact: true,
  },
  { kind: "msteams", config: () => ({ urlFile: "url" }), good: { status: 202 }, exact: true },
  {
    kind: "googlechat",
    config: () => ({ urlFile: "url" }),
    good: { status: 200, body: '{"name":"spaces/A/messages/B"}' },
    exact: true,
  },
  {
    kind: "telegram",
    config: (url) => ({ url, chat: "-1001", tokenFile: "secret" }),
    good: { status: 200, body: '{"ok":true,"result":{}}' },
    exact: true,
  },
  {
    kind: "discord",
    config: () => ({ urlFile: "url" }),
    good: { status: 200, body: '{"id":"1"}' },
    exact: true,
  },
  {
    kind: "slack",
    config: () => ({ urlFile: "url" }),
    good: { status: 200, body: "ok" },
    exact: true,
  },
  {
    kind: "pagerduty",
    config: (url) => ({ url, keyFile: "secret" }),
    good: { status: 202, body: '{"status":"success"}' },
    exact: true,
  },
  {
    kind: "goalert",
    config: (url) => ({ url, tokenFile: "secret" }),
    good: { status: 204 },
    exact: true,
  },
  {
    kind: "webhook",
    config: (url) => ({ url: `${url}/hook`, tokenFile: "secret" }),
    good: { status: 204 },
    exact: false,
  },
  {
    kind: "appwrite",
    config: (endpoint) => ({
      endpoint: `${endpoint}/v1`,
      projectId: "vigil",
      keyFile: "secret",
      topic: "critical-alerts",
      kinds: ["push"],
    }),
    good: { status: 201, body: '{"$id":"0123"}' },
    exact: true,
  },
];

describe.each(kinds)("$kind", ({ config, exact, good, kind }) => {
  const channel = (trusted = pki.authority.certificate): Channel =>
    open(
      { kind, ...config(server.url), ...access },
      { ...files, authority: trusted, url: `${server.url}/services/${secret}` },
    );

  /** Sends one message, and sees to it that no outcome says what is secret. */
  async function send(to: Channel, signal = enough()): Promise<Outcome> {
    const outcome = await to.send(messageOf(), signal);
    const said = JSON.stringify(outcome);
    expect(said).not.toMatch(new RegExp(`${secret}|127\\.0\\.0\\.1|localhost|//`));
    // Appwrite's outcomes also say which kind of message it is about.
    return JSON.parse(said.replace('"push: ', '"')) as Outcome;
  }
  const sendTo = (...script: Step[]): Promise<Outcome> => {
    server.script = script;
    return send(channel());
  };

  test("is sent when the service took it", async () => {
    expect(await sendTo(good)).toEqual({ kind: "sent" });
    expect(server.seen).toHaveLength(1);
  });

  test.each([500, 502, 503, 408, 425, 429])("tries again after %i", async (status) => {
    expect(await sendTo({ status })).toEqual({ kind: "failed", why: `answered ${status}` });
  });

  test.each([
    ["the message", "refused", [400, 413, 422]],
    ["the channel", "barred", [401, 403, 404, 405, 410]],
  ])("knows a no to %s", async (_, outcome, statuses) => {
    for (const status of statuses) {
      expect(await sendTo({ status, body: secret })).toEqual({
        kind: outcome,
        why: `answered ${status}`,
      });
    }
  });

  test("waits as long as the service says", async () => {
    const limited = { status: 429, headers: { "retry-after": "17" } };
    expect(await sendTo(limited)).toMatchObject({ kind: "failed", afterSeconds: 17 });
  });

  test.each([301, 302, 307, 308])("follows no redirect (%i)", async (status) => {
    expect(await sendTo({ status, headers: { location: `${other.url}/elsewhere` } })).toEqual({
      kind: "barred",
      why: `answered ${status}`,
    });
    expect(other.seen).toEqual([]);
  });

  test.each(["reset", "half-closed", "garbage", "upgrade", "cut"] as const)(
    "tries again when the connection ends badly (%s)",
    async (step) => {
      const outcome = await sendTo(step);
      expect(outcome.kind).toBe("failed");
      expect(outcome).toMatchObject({
        why: expect.stringMatching(/^no answer \([\w ]+\)$/) as string,
      });
    },
  );

  test.each(["silent", "drip"] as const)("ends with its time (%s)", async (step) => {
    const time = new AbortController();
    server.script = [step];
    server.onRequest = () => {
      setImmediate(() => {
        time.abort();
      });
    };
    expect(await send(channel(), time.signal)).toEqual({
      kind: "failed",
      why: "did not answer in time",
    });
  });

  test("does not begin when its time is over", async () => {
    expect((await send(channel(), AbortSignal.abort())).kind).toBe("failed");
    expect(server.seen).toEqual([]);
  });

  test("reads no answer without end", async () => {
    expect((await sendTo("huge")).kind).toBe(exact ? "failed" : "sent");
  });

  test("knows the service from a stranger that says yes to all", async () => {
    const outcome = await sendTo({ status: 200, body: "<html>Welcome to the hotel</html>" });
    expect(outcome.kind).toBe(exact ? "failed" : "sent");
  });

  test("trusts only the authority it was given", async () => {
    const { authority } = await identity();
    expect(await send(channel(authority.certificate))).toMatchObject({ kind: "failed" });
    expect(server.seen).toEqual([]);
  });

  test("says of a certificate whose time is over that it is, and tells once there is a new one", async () => {
    const { port } = server;
    const to = channel();
    await server.close();
    server = await fakeServer(await expired(), port);
    expect(await send(to)).toEqual({
      kind: "failed",
      why: expect.stringMatching(/CERT_HAS_EXPIRED/) as string,
    });
    expect(server.seen).toEqual([]);
    await server.close();
    server = await fakeServer(pki.leaf, port);
    server.script = [good];
    expect(await send(to)).toEqual({ kind: "sent" });
  });

  test("goes to no private address unless that is meant", () => {
    const careless = { kind, ...config(server.url) };
    const address = `${server.url}/services/${secret}`;
    expect(() => open(careless, { ...files, url: address })).toThrow(
      /^channels\.on-call: the address in \w+ cannot be used: its address is private/,
    );
    expect(() => open(careless, { ...files, url: address })).not.toThrow(secret);
  });

  test("is no longer a failure once the service is well", async () => {
    server.script = ["reset", { status: 503 }, good];
    const same = channel();
    const results = [await send(same), await send(same), await send(same)];
    expect(results.map((outcome) => outcome.kind)).toEqual(["failed", "failed", "sent"]);
  });
});
