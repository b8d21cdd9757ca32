import { Secret } from "../../../components/config/fields.ts";
import type { Config } from "../../../components/config/schema.ts";
import { alertmanagerTellings } from "../../../components/tellings.ts";
import { receiverFiles, receiverSecrets, toldOf } from "../../../components/render/alertmanager.ts";
import { renderAlertmanager } from "../../../rules/lib/alertmanager.ts";

const url = (path: string) => ({ url: new Secret(`https://example.com/${path}`) });

const before: Config["receivers"] = {
  webhook: url("hook"),
  email: {
    to: "oncall@example.com",
    from: "vigil@example.com",
    smarthost: "smtp.example.com:587",
    username: "vigil",
    password: new Secret("mail-secret"),
  },
  slack: { ...url("slack"), channel: "#alerts" },
  pagerduty: { routingKey: new Secret("page-secret") },
  heartbeat: url("beat"),
  teams: {
    dba: { email: { to: "dba@example.com" }, slack: { ...url("dba"), channel: "#dba" } },
    security: {
      webhook: url("security"),
      pagerduty: { routingKey: new Secret("security-secret") },
    },
  },
};

const tellings = (receivers: Config["receivers"]) =>
  alertmanagerTellings({ channels: {}, receivers }, true);
const config = tellings(before);

describe("receivers", () => {
  const text = renderAlertmanager(receiverFiles(config, "/etc/am"));
  const secrets = receiverSecrets(config);

  it("have a file for each secret, and name no other file", () => {
    const named = [...text.matchAll(/_file: \/etc\/am\/(\S+)/g)].map(([, file]) => file);
    expect([...new Set(named)].sort()).toEqual(Object.keys(secrets).sort());
  });

  it("never have two secrets in one file", () => {
    const all = Object.values(secrets).map((one) => one.reveal());
    expect(new Set(all).size).toBe(all.length);
    expect(all).toHaveLength(8);
  });

  it("hold no secret in the text", () => {
    for (const one of Object.values(secrets)) expect(text).not.toContain(one.reveal());
  });

  it("send a team's mail over the one mail server", () => {
    const { teams } = receiverFiles(config, "/etc/am");
    expect(teams?.dba?.["email"]?.settings).toEqual({
      to: "dba@example.com",
      from: "vigil@example.com",
      smarthost: "smtp.example.com:587",
      auth_username: "vigil",
      auth_password_file: "/etc/am/secrets/email-password",
    });
  });

  it("say who is notified; a heartbeat is nobody", () => {
    expect(toldOf(config)).toEqual(
      "email pagerduty slack team-dba team-security webhook".split(" "),
    );
    expect(toldOf(tellings({ heartbeat: url("beat") }))).toEqual([]);
  });
});
