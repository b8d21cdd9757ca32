import * as pulumi from "@pulumi/pulumi";
import { GrafanaContent } from "../../components/grafana-content.ts";
import type { Trust } from "../../components/trust.ts";

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

const trust = {
  authority: pulumi.output("certificate"),
  access: () => ({ username: "grafana", password: pulumi.secret("one") }),
  asker: () => ({ certificate: pulumi.output("own"), key: pulumi.secret("two") }),
  operator: { username: "admin", password: pulumi.secret("another") },
} as unknown as Trust;

it("is written one by one: Grafana on SQLite locks itself up where two secrets come at once", async () => {
  const written: string[] = [];
  let now = 0;
  let most = 0;
  await pulumi.runtime.setMocks({
    newResource: async ({ inputs, name, type }) => {
      if (type.startsWith("grafana:")) {
        written.push(name);
        most = Math.max(most, (now += 1));
        await pause();
        now -= 1;
      }
      return { id: `${name}-id`, state: { ...(inputs as object) } };
    },
    call: () => ({}),
  });
  new GrafanaContent("content", {
    url: "https://grafana.example.com",
    authority: undefined,
    trust,
    prometheus: "prometheus:9090",
    alertmanager: "alertmanager:9093",
    scrapeInterval: "15s",
    channels: { email: { to: "oncall@example.com" } } as never,
    boards: { one: "{}", two: "{}" },
  });
  await pulumi.runtime.disconnect();
  expect(written).toEqual([
    "content-folder",
    "grafana-prometheus",
    "grafana-alertmanager",
    "content-one",
    "content-two",
    "content-contact",
  ]);
  expect(most).toBe(1);
});
