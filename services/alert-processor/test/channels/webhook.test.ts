import { type FakeServer, fakeServer } from "./fake-server.ts";
import { alertOf, enough, hostile, hostileAlert, manyAlerts, messageOf, open } from "./messages.ts";

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
});
afterEach(() => server.close());

const channel = (more: object = {}) =>
  open(
    { kind: "webhook", url: `${server.url}/hook`, plain: true, private: true, ...more },
    { token: "secret\n" },
  );

test("posts alerts as they are, with a key that tells a repetition", async () => {
  const to = channel({ tokenFile: "token" });
  const twice = [await to.send(messageOf(), enough()), await to.send(messageOf(), enough())];
  expect(twice).toEqual([{ kind: "sent" }, { kind: "sent" }]);
  const [first, second] = server.seen;
  expect(first).toMatchObject({
    method: "POST",
    path: "/hook",
    headers: {
      authorization: "Bearer secret",
      "content-type": "application/json",
      "idempotency-key": messageOf().key,
    },
  });
  expect(second).toEqual(first);
  expect(JSON.parse(first?.body ?? "")).toEqual({
    key: messageOf().key,
    occasion: "firing",
    alerts: [alertOf()],
    links: {
      page: "https://vigil.example/",
      alerts: [
        {
          fingerprint: "00000000000000a1",
          open: "https://vigil.example/alerts/00000000000000a1",
          acknowledge: "https://vigil.example/acknowledge/00000000000000a1?once=1",
        },
      ],
    },
  });
});

test("sends no token where there is none", async () => {
  await channel().send(messageOf(), enough());
  expect(server.seen[0]?.headers.authorization).toBeUndefined();
});

test("takes as many alerts at once as it is told", async () => {
  expect(channel()).toMatchObject({ bundle: 100, perSecond: 10, idempotent: true });
  expect(channel({ bundle: 7, perSecond: 0.5 })).toMatchObject({ bundle: 7, perSecond: 0.5 });
  await channel().send(messageOf({ alerts: manyAlerts(100) }), enough());
  expect((JSON.parse(server.seen[0]?.body ?? "") as { alerts: [] }).alerts).toHaveLength(100);
});

test.each(hostile)("passes on any label unchanged: %#", async (text) => {
  const alerts = [hostileAlert(text)];
  expect(await channel().send(messageOf({ alerts }), enough())).toEqual({ kind: "sent" });
  expect(JSON.parse(server.seen[0]?.body ?? "")).toMatchObject({ alerts });
});

test("finds its address in a file, and never in two places", async () => {
  const of = { kind: "webhook", plain: true, private: true };
  const files = { address: `${server.url}/secret\n` };
  await open({ ...of, urlFile: "address" }, files).send(messageOf(), enough());
  expect(server.seen[0]?.path).toBe("/secret");
  expect(() => open({ ...of, url: server.url, urlFile: "address" }, files)).toThrow("not both");
  expect(() => open(of, files)).toThrow("url or urlFile");
});
