import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import { join } from "node:path";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(300_000);

let place: Workspace;
const text = (...path: string[]): string => readFileSync(place.inHome(...path), "utf8");

/** What an estate has, and what each is good for: all of it, and nothing else. */
const doors: Readonly<Record<string, readonly string[]>> = {
  "password access/login": ["processor", "processor metrics", "prometheus"],
  "password services/prometheus/secrets/processor": ["processor metrics"],
  "password services/prometheus/secrets/prometheus": ["prometheus"],
  "password services/processor/secrets/metrics-password": ["processor metrics"],
  "password services/processor/secrets/signing-key": [],
  "password services/processor/secrets/tokens": ["processor alerts"],
  "password services/alertmanager/processor/token": ["processor alerts"],
  "certificate access/client": ["alertmanager", "blackbox", "node"],
  "certificate services/processor/client": ["alertmanager"],
  "certificate services/prometheus/client": ["alertmanager", "blackbox", "node"],
  ...Object.fromEntries(
    ["alertmanager", "blackbox", "node", "processor", "prometheus"].map((name) => [
      `certificate services/${name}/tls`,
      [],
    ]),
  ),
};

interface Key {
  readonly name: string;
  readonly shown: readonly RequestOptions[];
}

const names = ["alertmanager", "grafana", "operator", "processor", "prometheus", "vigil"];

/** Whatever lies in the estate's folder and could open something, found rather than listed. */
function keys(): Key[] {
  const found: Key[] = [];
  const bearer = (word: string) => ({ headers: { authorization: `Bearer ${word}` } });
  for (const top of ["access", "services"]) {
    for (const file of readdirSync(place.inHome(top), { recursive: true, encoding: "utf8" })) {
      const path = join(top, file);
      if (path.endsWith(".key") && existsSync(place.inHome(path))) {
        const cert = text(path.replace(/key$/, "crt"));
        const name = `certificate ${path.replace(/\.key$/, "")}`;
        found.push({ name, shown: [{ cert, key: text(path) }] });
      } else if (/^access\/login$|\/(?:secrets\/.+|token)$/.test(path)) {
        const content = text(path).trim();
        const word = /password (\S+)$/.exec(content)?.[1] ?? content;
        const logins = names.map((one) => ({ auth: `${one}:${word}` }));
        found.push({ name: `password ${path}`, shown: [...logins, bearer(word)] });
      }
    }
  }
  return found;
}

/** Every listener, what of it asks for other rights apart. */
function listeners(): Readonly<Record<string, readonly [url: string, method: string]>> {
  const { alertmanager, blackboxExporter, nodeExporter, processor, prometheus } = place.ports;
  const at = (port: number, path: string): string => `https://127.0.0.1:${port}${path}`;
  return {
    alertmanager: [at(alertmanager, "/api/v2/status"), "GET"],
    blackbox: [at(blackboxExporter, "/metrics"), "GET"],
    node: [at(nodeExporter, "/metrics"), "GET"],
    processor: [at(processor, "/v1/alerts?limit=1"), "GET"],
    "processor alerts": [at(processor, "/v1/alerts"), "POST"],
    "processor metrics": [at(processor, "/metrics"), "GET"],
    prometheus: [at(prometheus, "/api/v1/query?query=up"), "GET"],
  };
}

/** Status of the answer, and its text; 0 where the connection ended before. */
const knock = (
  url: string,
  options: RequestOptions,
  body = "",
): Promise<{ status: number; body: string }> =>
  new Promise((resolve) => {
    request(
      url,
      {
        ...options,
        agent: false,
        ca: text("access", "ca.crt"),
        headers: {
          ...(options.headers as object | undefined),
          "content-type": "application/json",
        },
      },
      (answer) => {
        let all = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (all += chunk));
        answer.on("end", () => {
          resolve({ status: answer.statusCode ?? 0, body: all });
        });
      },
    )
      .on("error", () => {
        resolve({ status: 0, body: "" });
      })
      .end(body);
  });

beforeAll(async () => {
  place = await createWorkspace("doors", {
    settings: "  vigil:rules:\n    extra:\n      busy: busy.yml\n",
  });
  // Begins and ends all the time, so that there is always something to tell Alertmanager.
  const rule = { alert: "Busy", expr: "vector(time() % 4) < 2", labels: { severity: "info" } };
  mkdirSync(place.folder, { recursive: true });
  writeFileSync(
    join(place.folder, "busy.yml"),
    JSON.stringify({ groups: [{ name: "busy", interval: "1s", rules: [rule] }] }),
  );
  const { code, text: said } = await place.vigil(["up"]);
  if (code !== 0) throw new Error(said);
});

afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  place.remove();
});

it("whatever lies in an estate opens its own doors and no other", async () => {
  const opened: Record<string, string[]> = {};
  for (const { name, shown } of keys()) {
    opened[name] = [];
    for (const [listener, [url, method]] of Object.entries(listeners())) {
      for (const one of shown) {
        const { status } = await knock(url, { ...one, method }, method === "POST" ? "{}" : "");
        // A message of no sense is refused after its sender is known.
        if (![0, 401, 403, 429].includes(status)) opened[name].push(listener);
      }
    }
    opened[name] = [...new Set(opened[name])].sort();
  }
  expect(opened).toEqual(doors);
});

/**
 * Wrong logins from a process of its own, until the first listener has answered more than
 * the hundred whose answers it remembers: before that nobody waits in line.
 */
const flooding = `
  const https = require("node:https");
  const [most, connections, ...ports] = process.argv.slice(1).map(Number);
  let sent = 0, answered = 0;
  for (const port of ports) {
    const agent = new https.Agent({ keepAlive: true, maxSockets: connections });
    const again = () => {
      const auth = "nobody:" + sent++;
      const asked = https.get({ agent, auth, host: "127.0.0.1", path: "/", port, rejectUnauthorized: false }, (answer) => {
        answer.resume().on("end", again);
        if (port === ports[0] && ++answered === most) process.exit();
      });
      asked.on("error", () => setTimeout(again, 20));
    };
    for (let number = 0; number < connections; number++) again();
  }
`;

describe("a flood of wrong logins at Prometheus and Alertmanager", () => {
  const counters = ["sent", "errors", "dropped"].map(
    (one) => `prometheus_notifications_${one}_total`,
  );
  const missed = "prometheus_rule_group_iterations_missed_total";

  const ask = async (path: string): Promise<string> => {
    const auth = `vigil:${/password (\S+)/.exec(text("access", "login"))?.[1] ?? ""}`;
    return (await knock(`https://127.0.0.1:${place.ports.prometheus}${path}`, { auth })).body;
  };

  const query = async (expression: string, time: number): Promise<string[]> => {
    const { data } = JSON.parse(
      await ask(`/api/v1/query?query=${encodeURIComponent(expression)}&time=${time}`),
    ) as { data: { result: { metric: { job: string }; value: [number, string] }[] } };
    return data.result.map(({ metric, value }) => `${metric.job} ${value[1]}`).sort();
  };

  /** As Prometheus says them now: its own scrape may be one that waits. */
  const totals = async (): Promise<number[]> => {
    const told = await ask("/metrics");
    return [...counters, missed].map((name) => {
      const lines = told.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"));
      return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
    });
  };

  it("costs no scrape of another part, no evaluation and no notification", async () => {
    const before = await totals();
    const { alertmanager, prometheus } = place.ports;
    const flood = spawn(
      process.execPath,
      ["-e", flooding, "130", "60", `${prometheus}`, `${alertmanager}`],
      { stdio: "ignore" },
    );
    const begun = Date.now();
    expect((await once(flood, "exit"))[0]).toBe(0);
    const end = Date.now();
    expect(
      await query(
        `min by (job) (min_over_time(up{job!="prometheus"}[${end - begun}ms]))`,
        end / 1000,
      ),
    ).toEqual(["alertmanager 1", "blackbox 1", "node 1", "processor 1"]);
    const after = await totals();
    const [sent = 0, errors, dropped, iterations] = after.map(
      (one, index) => one - (before[index] ?? 0),
    );
    expect({ errors, dropped, iterations }).toEqual({ errors: 0, dropped: 0, iterations: 0 });
    expect(sent).toBeGreaterThan(3);
  });
});
