import { fakeServer } from "../channels/fake-server.ts";
import { login, sent, startPlace } from "./harness.ts";

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly security?: readonly object[] }>>>
  >;
}

/** What to send to each route by which somebody who has signed in changes something. */
const bodies: Readonly<Record<string, object | undefined>> = {
  "post /v1/alerts/{fingerprint}/actions": { kind: "acknowledge" },
  "post /v1/actions": { kind: "unacknowledge", alerts: [{ fingerprint: "00000000000000a1" }] },
  "post /v1/channels/{channel}/test": undefined,
  "delete /v1/quarantine": undefined,
  "post /v1/redrive": {},
  "post /v1/dismiss": {},
};

/** Said in silences.test.ts, and what ends one's own session. */
const elsewhere = ["post /v1/silences", "delete /v1/silences/{id}", "delete /v1/session"];

it("says of everything that somebody does who did it, and from where", async () => {
  const chat = await fakeServer();
  const place = await startPlace({
    channels: { chat: { kind: "webhook", url: chat.url, private: true, plain: true } },
    subscriptions: [{ channel: "chat", after: [0] }],
  });
  try {
    await place.post([sent()]);
    const { paths } = await place.json<Described>("/openapi.json");
    const changing = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method, { security }]) => method !== "get" && security === undefined)
        .map(([method]) => `${method} ${path}`),
    );
    expect(changing.filter((one) => !elsewhere.includes(one)).sort()).toEqual(
      Object.keys(bodies).sort(),
    );
    for (const [route, body] of Object.entries(bodies)) {
      const [method = "", path = ""] = route.split(" ");
      const before = place.lines.length;
      const { status } = await place.ask(
        path.replace("{fingerprint}", "00000000000000a1").replace("{channel}", "chat"),
        {
          as: login,
          method: method.toUpperCase(),
          ...(body !== undefined && { body: JSON.stringify(body) }),
        },
      );
      expect({ route, status }).toEqual({ route, status: 200 });
      const said = place.lines.slice(before).filter((line) => line.includes('"msg":"acted"'));
      expect(said.map((line) => JSON.parse(line) as object)).toMatchObject([
        { audit: expect.any(String) as string, user: "ada", address: "127.0.0.1" },
      ]);
    }
  } finally {
    await place.stop();
    await chat.close();
  }
});
