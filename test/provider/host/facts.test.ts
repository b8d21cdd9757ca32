import { obstacles, parseFacts } from "../../../provider/host/facts.ts";

const plain = `system Linux
machine x86_64
init systemd
name Debian GNU/Linux 12 (bookworm)
kilobytes 4000000
inodes 90000
state inactive
`;

const facts = (more = "", less = ""): ReturnType<typeof parseFacts> =>
  parseFacts(`${plain.replace(less, "")}${more}`);

const wanted = { environment: "prod", name: "node", port: 9100 };
const obstaclesOf = (...args: Parameters<typeof facts>): string[] =>
  obstacles(facts(...args), wanted, 20_000_000, "x64");

it("a host with nothing on it can have one", () => {
  expect(obstaclesOf()).toEqual([]);
  expect(facts()).toMatchObject({ current: undefined, holder: undefined, program: undefined });
});

it("what is there already is known", () => {
  expect(facts("current abc\nprogram def\n")).toMatchObject({ current: "abc", program: "def" });
});

it.each([
  ["another system", "system FreeBSD\n", /runs FreeBSD, not Linux/],
  ["no systemd", "init openrc-init\n", /is started by openrc-init, not by systemd/],
  [
    "another kind of machine",
    "machine aarch64\n",
    /is aarch64, and the program at hand is for x86_64/,
  ],
  ["a full disk", "kilobytes 12000\n", /has 11 MB left below \/opt, of 39 MB that are needed/],
  ["no inodes", "inodes 3\n", /has no inodes left/],
])("%s is an obstacle", (_what, line, reason) => {
  expect(obstaclesOf(line)).toEqual([expect.stringMatching(reason)]);
});

it("every obstacle is told at once", () => {
  expect(obstaclesOf("system Darwin\ninit launchd\nkilobytes 1\n")).toHaveLength(3);
});

it("what belongs to another estate is not taken over", () => {
  expect(obstaclesOf("current abc\nestate prod\n")).toEqual([]);
  expect(obstaclesOf("estate dev\n")).toEqual([]);
  expect(obstaclesOf("current abc\nestate dev\n")).toEqual([
    "has node of the estate dev already: take the host out of one of the two",
  ]);
});

it("a file system that makes inodes as it needs them lacks none", () => {
  expect(obstaclesOf("inodes 0\n")).toEqual([]);
  expect(obstaclesOf("inodes -\n")).toEqual([]);
});

it("a program that is there already needs no more room", () => {
  expect(obstaclesOf("kilobytes 25000\n")).toHaveLength(1);
  expect(obstaclesOf("kilobytes 25000\nprogram def\n")).toEqual([]);
});

it("whoever has the port is named, with the command that stops it", () => {
  const line = "taken prometheus\nholder 812 prometheus-node-exporter.service /usr/bin/x\n";
  expect(obstaclesOf(line)).toEqual([
    "has /usr/bin/x (process 812, prometheus-node-exporter.service) on port 9100 already: systemctl disable --now prometheus-node-exporter.service, or give Vigil's another port",
  ]);
  expect(obstaclesOf("taken root\nholder 9 - /srv/a b\n")).toEqual([
    "has /srv/a b (process 9, root) on port 9100 already: stop it there, or give Vigil's another port",
  ]);
  expect(obstaclesOf("taken nobody\n")).toEqual([
    expect.stringContaining("has a process of nobody on port 9100"),
  ]);
});
