/** What the function does with an execution, with a clock that tests set. */
import main from "../../appwrite/function.ts";
import { identity } from "../../../../test/kit/pki.ts";
import { handle } from "../../appwrite/handle.ts";
import { type Parts, partsOf } from "../../appwrite/parts.ts";
import { settingsOf, SettingsError } from "../../appwrite/settings.ts";
import type { Store } from "../../store/store.ts";
import { message, minute, receiptOf, start } from "../examples.ts";
import { contextOf, environment, scheduled } from "./executions.ts";
import { anyStore, peopleToken, token } from "./setup.ts";

const { fingerprint } = message();
const noPlan = () => [];

let now = start;
let logged: string[];
let store: Store;
let parts: Parts;

const post = (path: string, body: unknown, bearer = token) =>
  handle(contextOf(logged, path, body, { authorization: `Bearer ${bearer}` }), parts);

const tick = () => handle(scheduled(logged), parts);

beforeEach(async () => {
  now = start;
  logged = [];
  store = await anyStore();
  parts = partsOf({ store, channels: [], settings: settingsOf(environment), clock: () => now });
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
    // A clock that has said so for less than a day is not believed.
    await tick();
    now += 24 * 60 * minute;
    expect((await tick()).body).toMatchObject({ forgotten: 0 });
    now += 1;
    expect((await tick()).body).toMatchObject({ forgotten: 1 });
  });

  test("says in its log alone what failed inside", async () => {
    const closed = await anyStore();
    await closed.close();
    parts = partsOf({ ...parts, store: closed });
    const answer = await post("/v1/alerts", { alerts: [] });
    expect(answer).toMatchObject({
      statusCode: 503,
      body: { error: "temporarily unavailable, try again" },
    });
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
          "VIGIL_TOKENS must hold one or two tokens, one per line",
          "VIGIL_PEOPLE_TOKENS: a token must have at least 32 characters, such as openssl rand -hex 32",
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

  let authority: string;
  beforeAll(async () => {
    authority = (await identity()).authority.certificate;
  });

  test("need nothing of the heartbeat and of Alertmanager", () => {
    const { alertmanager, heartbeat, silence } = settingsOf(environment);
    expect({ alertmanager, heartbeat, silence }).toEqual({ silence: 300 });
  });

  test("say whom to compare with, and how much of that is needed", () => {
    const url = "https://alertmanager.example.com";
    const of = (more: object) =>
      settingsOf({ ...environment, VIGIL_ALERTMANAGER_URL: url, ...more }).alertmanager;
    expect(of({})).toEqual({ url, receiver: "vigil" });
    const all = {
      VIGIL_ALERTMANAGER_USERNAME: "ada",
      VIGIL_ALERTMANAGER_PASSWORD: "lovelace\n",
      VIGIL_ALERTMANAGER_CA: `${authority}\n`,
      VIGIL_ALERTMANAGER_RECEIVER: "phones",
    };
    const login = { username: "ada", password: "lovelace" };
    expect(of(all)).toEqual({ url, login, ca: authority.trim(), receiver: "phones" });
  });

  test("of the heartbeat and of Alertmanager are checked at once, and no secret is shown", () => {
    const problemsOf = (more: object): string[] => {
      try {
        settingsOf({ ...environment, ...more });
        return [];
      } catch (error) {
        return (error as Error).message.split("\n");
      }
    };
    const wrong = problemsOf({
      VIGIL_SILENCE_SECONDS: "0",
      VIGIL_HEARTBEAT_URL: "http://hidden.example.com",
      VIGIL_ALERTMANAGER_URL: "http://alertmanager.example.com",
      VIGIL_ALERTMANAGER_PASSWORD: "hidden",
      VIGIL_ALERTMANAGER_CA: "hidden",
    });
    expect(wrong).toEqual([
      "VIGIL_SILENCE_SECONDS must be a number from 30 to 999999",
      "VIGIL_HEARTBEAT_URL must be a public address that begins with https://",
      "VIGIL_ALERTMANAGER_URL must begin with https:// and hold neither user nor password",
      "VIGIL_ALERTMANAGER_USERNAME is missing: it must be the user of VIGIL_ALERTMANAGER_PASSWORD",
      "VIGIL_ALERTMANAGER_CA must be a PEM certificate of at most 8192 characters",
    ]);
    expect(problemsOf({ VIGIL_ALERTMANAGER_USERNAME: "ada", VIGIL_SILENCE_SECONDS: "29" })).toEqual(
      [
        "VIGIL_SILENCE_SECONDS must be a number from 30 to 999999",
        "VIGIL_ALERTMANAGER_URL is missing: without it VIGIL_ALERTMANAGER_USERNAME has no effect",
        "VIGIL_ALERTMANAGER_PASSWORD is missing: it must be the password of VIGIL_ALERTMANAGER_USERNAME",
      ],
    );
    const long = { VIGIL_ALERTMANAGER_URL: "https://[::1]", VIGIL_ALERTMANAGER_CA: authority };
    expect(problemsOf(long)).toEqual([]);
    const longer = authority.repeat(Math.ceil(8_193 / authority.length));
    expect(problemsOf({ ...long, VIGIL_ALERTMANAGER_CA: longer })).toHaveLength(1);
    for (const address of ["https://10.0.0.1", "https://127.0.0.1/", "https://ada:x@example.com"]) {
      expect(problemsOf({ VIGIL_HEARTBEAT_URL: address })).toHaveLength(1);
    }
    for (const address of ["https://ada:x@example.com", "https://169.254.169.254", "here"]) {
      expect(problemsOf({ VIGIL_ALERTMANAGER_URL: address })).toHaveLength(1);
    }
  });

  test("that are wrong are said in the log, and Alertmanager tries again", async () => {
    const before = process.env;
    process.env = {};
    try {
      const answer = await main(contextOf(logged, "/v1/alerts", {}, {}));
      expect(answer).toMatchObject({
        statusCode: 503,
        body: { error: expect.anything() as string },
      });
      expect(logged.join()).toContain("VIGIL_TOKENS must hold one or two tokens");
      process.env = environment;
      expect(await main(contextOf(logged, "/v1/alerts", {}, {}))).toMatchObject({
        statusCode: 401,
      });
    } finally {
      process.env = before;
    }
  });
});
