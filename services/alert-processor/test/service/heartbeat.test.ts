import { AddressError } from "../../channels/guard.ts";
import { heartbeatTo } from "../../service/heartbeat.ts";
import { type FakeServer, fakeServer } from "../channels/fake-server.ts";

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
});
afterEach(() => server.close());

const minute = 60_000;

test("a heartbeat is posted once a minute, and its end is told", async () => {
  const results: boolean[] = [];
  const beat = heartbeatTo({ url: server.url, plain: true, private: true }, (sent) =>
    results.push(sent),
  );
  await beat(minute);
  await beat(minute + 59_000);
  server.script = [{ status: 200 }, { status: 500 }];
  await beat(2 * minute);
  expect(server.seen.map(({ method }) => method)).toEqual(["POST", "POST"]);
  expect(results).toEqual([true, false]);
});

test("a heartbeat to nowhere is none, and one to a forbidden address is refused", async () => {
  const results: boolean[] = [];
  await heartbeatTo(undefined, (sent) => results.push(sent))(minute);
  expect(results).toEqual([]);
  expect(() => heartbeatTo({ url: "http://169.254.169.254/" }, () => undefined)).toThrow(
    AddressError,
  );
});
