import { ask } from "../../../lib/ask.ts";
import type { Tool } from "../../../tools/tool.ts";
import type { Recipe } from "../recipe.ts";

/** A library, not a program: the Python that has it. */
const python: Tool = {
  name: "kserve",
  version: "0.20",
  binaries: ["python3"],
  accepts: { from: "0.20", before: "1" },
  versionArgs: ["-c", "from importlib.metadata import version; print(version('kserve'))"],
  advice: "pip install kserve in a virtual environment whose python3 is first on PATH",
};

/** A model that answers and explains, over HTTP alone. */
const server = (port: number): string => `
from kserve import Model, ModelServer

class Echo(Model):
    def predict(self, payload, headers=None, response_headers=None):
        return {"predictions": payload["instances"]}
    def explain(self, payload, headers=None):
        return {"explanations": payload["instances"]}

if __name__ == "__main__":
    model = Echo("echo")
    model.ready = True
    ModelServer(http_port=${port}, enable_grpc=False).start([model])
`;

export const kserve: Recipe = {
  exporter: "kserve",
  tools: [python],
  reference: ({ kserve = "" }) =>
    `KServe's Python server ${kserve} with a model of its own, after a prediction and an explanation`,
  async capture(session, binaries) {
    const port = await session.port();
    const url = `http://127.0.0.1:${port}`;
    const file = await session.file("server.py", server(port));
    await session.start("kserve", binaries["python3"] ?? "", [file], {
      ready: `${url}/v1/models/echo`,
    });
    for (const verb of ["predict", "explain"])
      await session.until(`the model can ${verb}`, async () => {
        const { status } = await ask(`${url}/v1/models/echo:${verb}`, {
          method: "POST",
          body: { instances: [1] },
        });
        return status === 200;
      });
    await session.scrape(`${url}/metrics`);
  },
};
