import { AddressError } from "../../channels/guard.ts";
import { heartbeatTo, onceAMinute } from "../../service/heartbeat.ts";
import { type FakeServer, fakeServer } from "../channels/fake-server.ts";

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
});
afterEach(() => server.close());

const minute = 60_000;

test("a heartbeat is posted, and its end is told", async () => {
  const beat = heartbeatTo({ url: server.url, plain: true, private: true });
  server.script = [{ status: 200 }, { status: 500 }];
  expect(await beat()).toEqual({ kind: "sent" });
  expect(await beat()).toMatchObject({ kind: "failed" });
  expect(server.seen.map(({ method }) => method)).toEqual(["POST", "POST"]);
});

test("a heartbeat to a forbidden address is refused", () => {
  expect(() => heartbeatTo({ url: "http://169.254.169.254/" })).toThrow(AddressError);
});

test("what is asked for often is done once a minute, also after the clock was set back", async () => {
  const times: number[] = [];
  let now = 0;
  const work = onceAMinute(() => Promise.resolve(void times.push(now)));
  for (now of [0, minute - 1, minute, 2 * minute - 1, minute / 2, minute]) await work(now);
  expect(times).toEqual([0, minute, minute / 2]);
});
