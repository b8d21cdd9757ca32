import { readPreview, type State } from "../../../cli/preview/digest.ts";
import { renderErrors, renderPage } from "../../../cli/preview/page.ts";
import { readConfig } from "../../../components/config.ts";
import type { RawConfig } from "../../../components/config/parse.ts";
import { Monitoring } from "../../../components/monitoring.ts";
import { plain, record, stackConfig } from "../../kit/harness.ts";
import { makersOf } from "../../kit/makers.ts";

// These tests need no engine: one behind a context is left to the provider to find.
beforeAll(() => {
  process.env["DOCKER_CONTEXT"] = "not asked";
});
afterAll(() => {
  delete process.env["DOCKER_CONTEXT"];
});

const rules = (alert: string, expr: string): string =>
  `groups:\n  - name: x\n    rules:\n      - alert: ${alert}\n        expr: ${expr}\n        labels:\n          severity: critical\n`;

const prometheus = (files: object, more: object = {}): State => ({
  type: "vigil:index:Process",
  custom: true,
  inputs: { name: "prometheus", files, onChange: { "rules/x.yml": "reload" }, ...more },
});

const urn = "urn:pulumi:local::vigil::vigil:index:Process::prometheus";
const options = { stack: "local", planned: {} };

describe("a preview as people read it", () => {
  it("tells changed rules as alerts, and what somebody else changed as such", () => {
    const left = prometheus({ "rules/x.yml": rules("A", "up == 0"), "tls.key": "[secret]" });
    const found = prometheus({ "rules/x.yml": rules("A", "up == 2"), "tls.key": "[secret]" });
    const wanted = prometheus({ "rules/x.yml": rules("A", "up == 1"), "tls.key": "[secret]" });
    const page = renderPage(
      readPreview({
        steps: [
          { op: "refresh", urn, oldState: left, newState: left },
          {
            op: "update",
            urn,
            oldState: found,
            newState: wanted,
            detailedDiff: { 'files["rules/x.yml"]': {}, 'files["tls.key"]': {} },
          },
        ],
        diagnostics: [{ severity: "warning", message: "warning: odd\n" }],
      }),
      options,
    );
    expect(page).toContain("~ prometheus: restarts");
    expect(page).toContain("rules/x.yml, which somebody changed");
    expect(page).toContain("tls.key (not shown)");
    expect(page).toContain("- expr: up == 2");
    expect(page).toContain("+ expr: up == 1");
    expect(page).toContain("! odd");
    expect(page).not.toContain("secret");
  });

  it("does not take for removed what is only not known before it is made", () => {
    const old = prometheus({ "rules/x.yml": rules("A", "up == 0") });
    const next = prometheus({ "rules/x.yml": "04da6b54-80e4-46f7-96ec-b56ff0331ba9" });
    const page = renderPage(
      readPreview({ steps: [{ op: "update", urn, oldState: old, newState: next }] }),
      options,
    );
    expect(page).not.toContain("Alerts");
  });

  it("says when it could only compare with the record, and when nothing would change", () => {
    const page = renderPage(readPreview({ steps: [] }), { ...options, unseen: "no answer" });
    expect(page).toContain("Nothing would change.");
    expect(page).toContain("could not be checked:\n  no answer");
  });

  it("names what is removed, and that its data is kept", () => {
    const page = renderPage(
      readPreview({ steps: [{ op: "delete", urn, oldState: prometheus({}) }] }),
      options,
    );
    expect(page).toContain("- prometheus: is stopped and removed; its data is kept");
  });

  it("shows errors whole", () => {
    const preview = readPreview({
      diagnostics: [{ severity: "error", message: "error: a port\nStop it\n" }],
    });
    expect(renderErrors(preview)).toBe("✗ a port\n  Stop it\n  Nothing was changed.\n");
  });

  /** What the engine would say of a stack for the first time. */
  async function firstPage(stack: string, config: RawConfig): Promise<string> {
    jest.spyOn(console, "warn").mockImplementation(() => undefined);
    const makers = await makersOf(config, ["grafana"]);
    const { resources } = await record(stack, config, async () => {
      const args = { config: await readConfig(), makers, absent: new Set(["grafana"]) };
      new Monitoring("monitoring", args);
    });
    const steps = resources.map(({ inputs, name, type }) => ({
      op: "create",
      urn: `urn:pulumi:${stack}::vigil::${type}::${name}`,
      newState: { type, custom: type.split(":").length === 3, inputs: plain(inputs) as object },
    }));
    return renderPage(readPreview({ steps } as never), { ...options, stack });
  }

  it("is short for the first time on Docker, too, and says where people get in", async () => {
    const page = await firstPage("dev", stackConfig("dev"));
    expect(page.split("\n").length).toBeLessThan(40);
    expect(page).toMatch(/prometheus +container +https:\/\/127\.0\.0\.1:9090/);
    expect(page).toMatch(/node +container +for the others only/);
    expect(page).toMatch(/Alerts +\d+ emergency/);
    expect(page).toContain("STACK=dev make preview");
  });

  it("counts hundreds of hosts", async () => {
    const { secretKeys, values } = stackConfig("local");
    const web = { address: "web-[001:300].example.com", hostKey: "any" };
    const hosts = JSON.stringify({ web });
    const page = await firstPage("local", { secretKeys, values: { ...values, hosts } });
    expect(page.split("\n").length).toBeLessThan(40);
    expect(page).toContain("300 host exporters");
    expect(page).toMatch(/Watched .*node \(301 targets\)/);
  });
});
