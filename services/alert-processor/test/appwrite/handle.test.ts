/** What the function does with an execution, with a clock that tests set. */
import main from "../../appwrite/function.ts";
import type { FunctionContext } from "../../appwrite/context.ts";
import { handle, type Parts } from "../../appwrite/handle.ts";
import { settingsOf, SettingsError } from "../../appwrite/settings.ts";
import type { Store } from "../../store/store.ts";
import { message, minute, receiptOf, start } from "../examples.ts";
import { anyStore, peopleToken, token } from "./setup.ts";

const environment = {
  APPWRITE_FUNCTION_API_ENDPOINT: "http://127.0.0.1:9/v1",
  APPWRITE_FUNCTION_PROJECT_ID: "monitoring",
  VIGIL_TOKENS: token,
  VIGIL_PEOPLE_TOKENS: peopleToken,
  VIGIL_KEEP_DAYS: "1",
};

const { fingerprint } = message();
const noPlan = () => [];

let now = start;
let logged: string[];
let store: Store;
let parts: Parts;

function contextOf(path: string, body: unknown, headers: Record<string, string>): FunctionContext {
  const note = (...messages: unknown[]): void => {
    logged.push(messages.map(String).join(" "));
  };
  return {
    req: { method: "POST", path, headers, bodyText: JSON.stringify(body) },
    res: { json: (json, statusCode = 200, of = {}) => ({ body: json, statusCode, headers: of }) },
    log: note,
    error: note,
  };
}

const post = (path: string, body: unknown, bearer = token) =>
  handle(contextOf(path, body, { authorization: `Bearer ${bearer}` }), parts);

const tick = () => handle(contextOf("/", "", { "x-appwrite-trigger": "schedule" }), parts);

beforeEach(async () => {
  now = start;
  logged = [];
  store = await anyStore();
  parts = { store, channels: [], settings: settingsOf(environment), clock: () => now };
});
afterEach(() => store.close());

describe("an execution", () => {
  test("takes a message in, and says what became of it", async () => {
    const answer = await post("/v1/alerts/", { alerts: [{ status: "burning" }] });
    expect(answer).toMatchObject({ statusCode: 200, body: { taken: 0, quarantined: 1 } });
    expect(await store.quarantine(1)).toHaveLength(1);
  });

  test("ends a snooze when its time has come", async () => {
    await store.ingest([receiptOf(message())], noPlan, now);
    const path = `/v1/alerts/${fingerprint}/actions`;
    const until = start + minute;
    const snooze = { kind: "snooze", actor: "ada", until };
    expect(await post(path, snooze, peopleToken)).toMatchObject({ statusCode: 200 });
    expect((await tick()).body).toMatchObject({ woken: 0, open: 1 });
    now = until;
    expect((await tick()).body).toMatchObject({ woken: 1, open: 1 });
    expect(await store.get(fingerprint)).toMatchObject({ status: "firing", owner: null });
  });

  test("forgets what is over for longer than it is told to keep it", async () => {
    await store.ingest([receiptOf(message({ resolved: true }))], noPlan, now);
    now += 24 * 60 * minute;
    expect((await tick()).body).toMatchObject({ forgotten: 0 });
    now += 1;
    expect((await tick()).body).toMatchObject({ forgotten: 1 });
  });

  test("says in its log alone what failed inside", async () => {
    const closed = await anyStore();
    await closed.close();
    parts = { ...parts, store: closed };
    const answer = await post("/v1/alerts", { alerts: [] });
    expect(answer).toMatchObject({ statusCode: 503, body: { error: "not now, try again" } });
    expect(logged.join()).toContain("database is not open");
  });
});

describe("settings", () => {
  test("are all checked at once", () => {
    expect(() => settingsOf({ VIGIL_PEOPLE_TOKENS: "short", VIGIL_PAGE: "x" })).toThrow(
      new SettingsError(
        [
          "APPWRITE_FUNCTION_API_ENDPOINT must be the address of the API",
          "APPWRITE_FUNCTION_PROJECT_ID must be the id of the project",
          "VIGIL_TOKENS must hold one or two tokens, one on a line",
          "VIGIL_PEOPLE_TOKENS: a token must have 32 characters at least, such as openssl rand -hex 32",
          "VIGIL_PAGE must begin with https://",
        ].join("\n"),
      ),
    );
  });

  test("take two tokens, and none for both purposes", () => {
    const two = `${token}\n${peopleToken}`;
    const { tokens } = settingsOf({ ...environment, VIGIL_TOKENS: two, VIGIL_PEOPLE_TOKENS: "" });
    expect(tokens).toEqual([token, peopleToken]);
    expect(() => settingsOf({ ...environment, VIGIL_TOKENS: two })).toThrow(
      "must not hold a token",
    );
    expect(() => settingsOf({ ...environment, VIGIL_TOKENS: `${two}\n${"x".repeat(32)}` })).toThrow(
      "one or two tokens",
    );
  });

  test("that are wrong are said in the log, and Alertmanager tries again", async () => {
    const before = process.env;
    process.env = {};
    try {
      const answer = await main(contextOf("/v1/alerts", {}, {}));
      expect(answer).toMatchObject({
        statusCode: 503,
        body: { error: expect.anything() as string },
      });
      expect(logged.join()).toContain("VIGIL_TOKENS must hold one or two tokens");
      process.env = environment;
      expect(await main(contextOf("/v1/alerts", {}, {}))).toMatchObject({ statusCode: 401 });
    } finally {
      process.env = before;
    }
  });
});
