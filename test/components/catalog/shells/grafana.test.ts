import * as pulumi from "@pulumi/pulumi";
import { grafanaShell } from "../../../../components/catalog/shells/grafana.ts";

/** grafana.ini where the person and the secret key have these passwords. */
async function iniWith(person: string, key: string): Promise<string> {
  await pulumi.runtime.setMocks({
    newResource: ({ inputs, name }) => ({
      id: `${name}-id`,
      state: { ...(inputs as object), password: pulumi.secret(key) },
    }),
    call: () => ({}),
  });
  const { files } = grafanaShell.process({
    name: "grafana",
    estate: { common: { login: { username: "vigil" } } },
    place: { name: "grafana", config: "/etc/vigil", data: "/data", listen: "127.0.0.1:3000" },
    programHome: () => "/usr/share/grafana",
    settings: { image: "grafana:1", memory: 512, port: 3000 },
    texts: {},
    trust: {
      authority: pulumi.output("certificate"),
      identity: () => ({ certificate: pulumi.output("certificate"), key: pulumi.secret("key") }),
      access: () => ({ username: "prometheus", password: pulumi.secret("machine") }),
      health: () => ({}),
      operator: { password: pulumi.secret(person) },
    },
    child: {},
  } as never);
  const ini = pulumi.output(files["grafana.ini"]);
  expect(await pulumi.isSecret(ini)).toBe(false);
  const text = await new Promise<string>((resolve) =>
    ini.apply((value) => {
      resolve(String(value));
    }),
  );
  await pulumi.runtime.disconnect();
  return text;
}

const databaseIn = (ini: string): string | undefined => /^path = (.*)$/m.exec(ini)?.[1];

it("takes a database of its own for every login and secret key, which an older one would refuse", async () => {
  const first = await iniWith("one", "key");
  expect(databaseIn(first)).toMatch(/^grafana-[0-9a-f]{12}\.db$/);
  expect(await iniWith("one", "key")).toBe(first);
  const others = [await iniWith("two", "key"), await iniWith("one", "another key")];
  expect(new Set([first, ...others].map(databaseIn)).size).toBe(3);
});
