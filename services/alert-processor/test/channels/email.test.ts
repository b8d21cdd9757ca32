import { identity, type Identity } from "../../../../test/kit/pki.ts";
import {
  bodyOf,
  headersOf,
  login,
  type MailServer,
  mailServer,
  type Received,
} from "./mail-server.ts";
import { alertOf, enough, hostile, hostileAlert, manyAlerts, messageOf, open } from "./messages.ts";

let pki: Identity;
beforeAll(async () => {
  pki = await identity();
});

let server: MailServer;
afterEach(() => server.close());

const channel = (more: object = {}, authority = pki.authority.certificate) =>
  open(
    {
      kind: "email",
      host: "127.0.0.1",
      port: server.port,
      user: login.user,
      passwordFile: "password",
      from: "vigil@vigil.example",
      to: ["ada@vigil.example", "grace@vigil.example"],
      caFile: "authority",
      ...more,
    },
    { authority, password: `${login.password}\n`, wrong: "wrong" },
  );

describe("over STARTTLS", () => {
  beforeEach(async () => {
    server = await mailServer(pki.leaf);
  });

  test("sends a message to all, signed in and encrypted", async () => {
    expect(await channel().send(messageOf(), enough())).toEqual({ kind: "sent" });
    const [mail] = server.received as [Received];
    expect(mail).toMatchObject({
      from: "vigil@vigil.example",
      to: ["ada@vigil.example", "grace@vigil.example"],
      secure: true,
      user: login.user,
    });
    expect(headersOf(mail)).toEqual(
      expect.arrayContaining([
        "From: vigil@vigil.example",
        "To: ada@vigil.example, grace@vigil.example",
        "Subject: CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
        "Message-ID: <0123456789abcdef0123456789abcdef0123@vigil.example>",
        "Auto-Submitted: auto-generated",
      ]),
    );
    const body = bodyOf(mail);
    expect(body).toContain("Content-Type: text/plain");
    expect(body).toContain("Runbook: https://runbooks.example/disk-full");
    expect(body).toContain("Content-Type: text/html");
    expect(body).toContain('<a href="https://runbooks.example/disk-full">Runbook</a>');
  });

  test("sends a repetition that can be told from a new message", async () => {
    const to = channel();
    for (const key of ["a", "a", "b"]) await to.send(messageOf({ key }), enough());
    const ids = server.received.map((mail) =>
      headersOf(mail).find((header) => header.startsWith("Message-ID")),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  test("puts what is told of an episode into one thread, and no other", async () => {
    const to = channel();
    const next = alertOf({ startsAt: alertOf().startsAt + 1 });
    const told = [
      messageOf({ key: "a" }),
      messageOf({ key: "b", occasion: "resolved", alerts: [alertOf({ status: "resolved" })] }),
      messageOf({ key: "c", alerts: [next] }),
      messageOf({ key: "d", alerts: manyAlerts(2) }),
    ];
    for (const one of told) await to.send(one, enough());
    const threads = server.received.map((mail) =>
      headersOf(mail).find((header) => header.startsWith("References: <")),
    );
    expect(threads[0]).toMatch(/^References: <[0-9a-f]{36}@vigil\.example>$/);
    expect(threads[1]).toBe(threads[0]);
    expect(threads[2]).toMatch(/^References: </);
    expect(threads[2]).not.toBe(threads[0]);
    expect(threads[3]).toBeUndefined();
  });

  test.each(hostile)("forges no header and runs nothing, whatever labels say: %#", async (text) => {
    expect((await channel().send(messageOf({ alerts: [hostileAlert(text)] }), enough())).kind).toBe(
      "sent",
    );
    const [mail] = server.received as [Received];
    const names = headersOf(mail).map((header) => header.split(":")[0]);
    expect(names.sort()).toEqual([
      "Auto-Submitted",
      "Content-Type",
      "Date",
      "From",
      "MIME-Version",
      "Message-ID",
      "References",
      "Subject",
      "To",
      "X-Auto-Response-Suppress",
    ]);
    expect(mail.to).toEqual(["ada@vigil.example", "grace@vigil.example"]);
    const html = bodyOf(mail).split("<!doctype html>")[1] ?? "";
    expect(html).toContain("</html>");
    expect(html).not.toMatch(/<(?:script|img|!channel|https)/);
  });

  test("reports a storm at once", async () => {
    await channel().send(messageOf({ alerts: manyAlerts(50) }), enough());
    const [mail] = server.received as [Received];
    expect(headersOf(mail)).toContain(
      "Subject: 50 alerts (13 critical, 37 warning): DiskFull (50)",
    );
    expect(bodyOf(mail)).toContain("and 40 more");
    expect(channel()).toMatchObject({ bundle: 50, idempotent: false });
  });

  test.each(["connect", "from", "to", "data"] as const)(
    "gives a message up only after a 5xx to the message itself (%s)",
    async (stage) => {
      server.refuse.set(stage, 451);
      expect(await channel().send(messageOf(), enough())).toMatchObject({
        kind: "failed",
        why: expect.stringMatching(/answered 451$/) as string,
      });
      server.refuse.set(stage, 554);
      expect(await channel().send(messageOf(), enough())).toMatchObject({
        kind: stage === "data" ? "refused" : "barred",
        why: expect.stringMatching(/answered 554$/) as string,
      });
    },
  );

  test("is barred when it cannot sign in, and says no password", async () => {
    const outcome = await channel({ passwordFile: "wrong" }).send(messageOf(), enough());
    expect(outcome).toEqual({ kind: "barred", why: "answered 535" });
    server.refuse.set("auth", 454);
    expect(await channel().send(messageOf(), enough())).toEqual({
      kind: "failed",
      why: "answered 454",
    });
  });

  test("sends nothing to a server that it does not trust", async () => {
    const { authority } = await identity();
    const outcome = await channel({}, authority.certificate).send(messageOf(), enough());
    expect(outcome).toEqual({ kind: "failed", why: "no answer (ESOCKET)" });
    expect(server.received).toEqual([]);
  });

  test("ends with its time", async () => {
    const time = new AbortController();
    server.hold = () => {
      time.abort();
      return true;
    };
    expect(await channel().send(messageOf(), time.signal)).toEqual({
      kind: "failed",
      why: "did not answer in time",
    });
  });
});

test.each([
  [450, "failed"],
  [550, "barred"],
])("says when one of the recipients gets nothing (%i)", async (code, kind) => {
  server = await mailServer(pki.leaf, {}, "grace@vigil.example");
  server.refuse.set("to", code);
  expect(await channel().send(messageOf(), enough())).toEqual({
    kind,
    why: `1 of 2 recipients: answered ${code}`,
  });
});

test("sends nobody a second copy while another mailbox is full", async () => {
  server = await mailServer(pki.leaf, {}, "grace@vigil.example");
  const to = channel();
  server.refuse.set("to", 452);
  for (let n = 0; n < 3; n += 1) await to.send(messageOf({ key: "a" }), enough());
  await to.send(messageOf({ key: "b" }), enough());
  server.refuse.clear();
  expect(await to.send(messageOf({ key: "a" }), enough())).toEqual({ kind: "sent" });
  const [ada, grace] = ["ada@vigil.example", "grace@vigil.example"];
  expect(server.received.map((mail) => mail.to)).toEqual([[ada], [ada], [grace]]);
});

test("speaks TLS from the first byte", async () => {
  server = await mailServer(pki.leaf, { secure: true });
  expect(await channel({ tls: "tls" }).send(messageOf(), enough())).toEqual({ kind: "sent" });
  expect(server.received).toMatchObject([{ secure: true, user: login.user }]);
});

test("says nothing to a server without TLS", async () => {
  server = await mailServer(pki.leaf, { hideSTARTTLS: true, disabledCommands: ["STARTTLS"] });
  expect(await channel().send(messageOf(), enough())).toEqual({
    kind: "barred",
    why: "answered 500",
  });
  expect(server.received).toEqual([]);
});

test("is barred when there is no way to sign in that both know", async () => {
  server = await mailServer(pki.leaf, { authMethods: ["XOAUTH2"] });
  expect((await channel().send(messageOf(), enough())).kind).toBe("barred");
  expect(server.received).toEqual([]);
});

test("sends without signing in where that is not asked for", async () => {
  server = await mailServer(pki.leaf, { authOptional: true });
  const open = { user: undefined, passwordFile: undefined };
  expect(await channel(open).send(messageOf(), enough())).toEqual({ kind: "sent" });
  expect(server.received).toMatchObject([{ secure: true, user: false }]);
});

test("does not leave out the signing in where the server does not offer it", async () => {
  server = await mailServer(pki.leaf, { disabledCommands: ["AUTH"], authOptional: true });
  expect((await channel().send(messageOf(), enough())).kind).toBe("barred");
  expect(server.received).toEqual([]);
});

test("tries again when there is no server", async () => {
  server = await mailServer(pki.leaf);
  const to = channel();
  await server.close();
  expect(await to.send(messageOf(), enough())).toMatchObject({ kind: "failed" });
  server = await mailServer(pki.leaf);
});
