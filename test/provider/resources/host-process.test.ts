import { hostProcess } from "../../../provider/resources/host-process.ts";
import { isSecret, type Raw, reveal } from "../../../provider/values.ts";

const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
const connection = { address: "web-1.example.com", port: 22, user: "deploy", hostKey, key: "KEY" };

const inputs: Raw = {
  name: "node",
  host: "web-1",
  environment: "prod",
  connection,
  binary: "node_exporter",
  args: ["--web.listen-address=:9100"],
  env: {},
  files: { "web.yml": "a: 1\n" },
  port: 9100,
  memoryMegabytes: 64,
  seesHost: true,
  address: "web-1.example.com:9100",
  collector: { url: "https://127.0.0.1:1", ca: "", username: "p", password: "PASSWORD" },
  timeoutSeconds: 30,
};

const failuresOf = async (more: Raw): Promise<string[]> =>
  (await hostProcess.check({}, { ...inputs, ...more })).failures.map(
    ({ property, reason }) => `${property}: ${reason}`,
  );

it("has the program that would be brought there among its inputs, and no key in clear", async () => {
  const { failures, inputs: asked } = await hostProcess.check({}, inputs);
  expect(failures).toEqual([]);
  expect(asked["checksum"]).toMatch(/^[0-9a-f]{64}$/);
  const { collector, connection: made } = asked as Record<string, Raw>;
  expect([made?.["key"], collector?.["password"]].map(isSecret)).toEqual([true, true]);
  expect(reveal(made)).toEqual(connection);
});

it.each<[string, Raw, RegExp]>([
  ["a name with a command in it", { name: "Node; rm" }, /name/],
  ["a program nobody knows", { binary: "sh" }, /binary: "sh" is not a program/],
  [
    "an address with a command in it",
    { connection: { ...connection, address: "a b" } },
    /not an address/,
  ],
  ["a user with one", { connection: { ...connection, user: "-oProxyCommand=x" } }, /not a user/],
  ["half a host key", { connection: { ...connection, hostKey: "AAAA" } }, /a type and a key/],
  [
    "a bastion like that",
    { connection: { ...connection, bastion: { ...connection, address: "$(id)" } } },
    /not an address/,
  ],
  ["a port beyond all", { port: 70_000 }, /port: it must be a number/],
  ["a file outside its folder", { files: { "../x": "" } }, /files: .*path below the folder/],
])("%s is refused before anything is connected to", async (_what, more, reason) => {
  expect(await failuresOf(more)).toEqual([expect.stringMatching(reason)]);
});

it("another program, another file and one found stopped are changes; the same is none", async () => {
  const { inputs: asked } = await hostProcess.check({}, inputs);
  const changesOf = async (more: Raw) =>
    Object.keys((await hostProcess.diff({ ...asked, ...more }, asked)).changes);
  expect(await changesOf({})).toEqual([]);
  expect(await changesOf({ checksum: "0" })).toEqual(["checksum"]);
  expect(await changesOf({ files: { "web.yml": "a: 2\n" } })).toEqual(['files["web.yml"]']);
  expect(await changesOf({ asInstalled: false })).toEqual(["asInstalled"]);
});

it("a new way to ask Prometheus is recorded without a word to the host", async () => {
  const { inputs: asked } = await hostProcess.check({}, inputs);
  const news = {
    ...asked,
    collector: { ...(asked["collector"] as Raw), url: "https://127.0.0.1:2" },
  };
  const { changes } = await hostProcess.diff(asked, news);
  expect(Object.keys(changes)).toEqual(["collector.url"]);
  // The host does not exist.
  await expect(hostProcess.update("web-1/node", asked, news)).resolves.toMatchObject({
    collector: { url: "https://127.0.0.1:2" },
  });
});
