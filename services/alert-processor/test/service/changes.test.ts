import { get } from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { eventually } from "../../../../test/kit/eventually.ts";
import { login, type Place, sent, startPlace } from "./harness.ts";

let place: Place;
beforeAll(async () => {
  place = await startPlace();
});
afterAll(() => place.stop());

interface Heard {
  readonly event: string;
  readonly data: { readonly alerts?: readonly { readonly fingerprint: string }[] };
}

/** Follows the changes as a browser does. */
function follow(query: string, headers: Readonly<Record<string, string>> = {}) {
  let text = "";
  let bytes = 0;
  const ca = readFileSync(join(place.folder, "ca.crt"));
  const asked = get(
    `${place.url}/v1/changes${query}`,
    { ca, auth: login, agent: false, headers },
    (answer) => {
      answer.on("data", (chunk: Buffer) => (bytes += chunk.length));
      const packed = answer.headers["content-encoding"] === "gzip";
      const plain = packed ? answer.pipe(createGunzip()) : answer;
      plain.on("data", (chunk: Buffer) => (text += chunk.toString()));
      plain.on("error", () => undefined);
    },
  ).on("error", () => undefined);
  const heard = (): Heard[] =>
    // The last one may not be all there yet.
    text
      .split("\n\n")
      .slice(0, -1)
      .flatMap((part) => {
        const [, event = ""] = /^event: (.*)$/m.exec(part) ?? [];
        const [, data = "{}"] = /^data: (.*)$/m.exec(part) ?? [];
        return event === "" ? [] : [{ event, data: JSON.parse(data) as Heard["data"] }];
      });
  return {
    heard,
    text: () => text,
    bytes: () => bytes,
    end: () => {
      asked.destroy();
    },
  };
}

const named = (number: number) => (0xc000 + number).toString(16).padStart(16, "0");

const fire = (numbers: readonly number[], startsAt = Date.now()) =>
  place.post(
    numbers.map((number) =>
      sent({
        fingerprint: named(number),
        startsAt: new Date(startsAt).toISOString(),
        labels: { ...sent().labels, instance: `db-${number}` },
      }),
    ),
  );

interface Open {
  readonly position: number;
  readonly whole: boolean;
  readonly alerts: readonly { readonly fingerprint: string; readonly status: string }[];
}

test("a list is told once, then what changes in it", async () => {
  await fire([1, 2]);
  const { alerts, position, whole } = await place.json<Open>("/v1/open");
  expect({ count: alerts.length, whole }).toEqual({ count: 2, whole: true });
  expect(await place.json(`/v1/open?since=${position}`)).toMatchObject({
    alerts: [],
    whole: false,
  });
  const one = follow(`?since=${position}`);
  await fire([3]);
  await eventually(() => Promise.resolve(one.heard().some(({ event }) => event === "changes")));
  const changed = one.heard().flatMap(({ data }) => data.alerts ?? []);
  expect(changed.map(({ fingerprint }) => fingerprint)).toEqual([named(3)]);
  one.end();
  // Whoever was away goes on where they were, and a position from elsewhere brings all of it.
  const back = follow("", { "last-event-id": String(position) });
  await eventually(() => Promise.resolve(back.heard().some(({ event }) => event === "changes")));
  back.end();
  expect(await place.json("/v1/open?since=999999")).toMatchObject({ whole: true });
});

test("whoever watches one alert hears of no other, and costs little", async () => {
  await fire([4]);
  const gzip = { "accept-encoding": "gzip" };
  const one = follow(`?alert=${named(4)}`, gzip);
  const all = follow(`?since=${(await place.json<Open>("/v1/open")).position}`, gzip);
  await eventually(() => Promise.resolve(one.text().includes("event: summary")));
  const numbers = Array.from({ length: 300 }, (_, index) => 100 + index);
  await fire(numbers);
  await eventually(() =>
    Promise.resolve(all.heard().flatMap(({ data }) => data.alerts ?? []).length === 300),
  );
  expect(one.heard().map(({ event }) => event)).not.toContain("changes");
  expect(one.heard().map(({ event }) => event)).not.toContain("alert");
  expect(one.bytes()).toBeLessThan(3_000);
  // Packed together: a hundred bytes for each.
  expect(all.bytes()).toBeLessThan(300 * 150);
  await place.ask(`/v1/alerts/${named(4)}/actions`, {
    as: login,
    body: JSON.stringify({ kind: "acknowledge" }),
  });
  await eventually(() => Promise.resolve(one.heard().some(({ event }) => event === "alert")));
  one.end();
  all.end();
});

test("answers are packed for whoever unpacks them, and files are not sent twice", async () => {
  const list = await place.ask("/v1/open", { as: login, headers: { "accept-encoding": "gzip" } });
  expect(list.headers["content-encoding"]).toBe("gzip");
  for (const none of ["", "identity", "gzip;q=0"]) {
    const { headers } = await place.ask("/v1/open", {
      as: login,
      headers: { "accept-encoding": none },
    });
    expect(headers["content-encoding"]).toBeUndefined();
  }
  const page = await place.ask("/");
  const { etag = "" } = page.headers;
  expect(await place.ask("/", { headers: { "if-none-match": etag } })).toMatchObject({
    status: 304,
    text: "",
  });
  const [, versioned = ""] = /src="([^"]+app\.js)"/.exec(page.text) ?? [];
  const { headers, status } = await place.ask(`/${versioned}`);
  expect(status).toBe(200);
  expect(headers["cache-control"]).toContain("immutable");
});
