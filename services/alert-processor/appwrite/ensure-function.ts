import { createHmac } from "node:crypto";
import {
  DeploymentStatus,
  type Functions,
  type Models,
  ProjectKeyScopes,
  Runtime,
} from "node-appwrite";
import { InputFile } from "node-appwrite/file";
import { DeployError, type DeployOptions, ensure, found, type Thing, waitUntil } from "./ensure.ts";
import { packFunction } from "./package.ts";
import { secretNames } from "./settings.ts";

export interface FunctionOptions extends DeployOptions {
  readonly functionId: string;
  /** Of the alert processor. */
  readonly folder: string;
  /** The function's environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Keeps secrets from being guessed from their digests. */
  readonly apiKey: string;
}

const commands = "npm ci --omit=dev --ignore-scripts";

const wanted = {
  name: "Vigil alert processor",
  runtime: Runtime.Node22,
  // Alertmanager has no account: its token is checked by the function.
  execute: ["any"],
  schedule: "* * * * *",
  timeout: 60,
  enabled: true,
  logging: true,
  commands,
  scopes: [ProjectKeyScopes.RowsRead, ProjectKeyScopes.RowsWrite, ProjectKeyScopes.MessagesWrite],
};

/** The settings of the function that differ from what they should be. */
function differences(made: Models.Function): string {
  const is = made as unknown as Readonly<Record<string, unknown>>;
  const plain = (value: unknown): string =>
    JSON.stringify(Array.isArray(value) ? value.toSorted() : value);
  const names = Object.entries(wanted)
    .filter(([name, value]) => plain(is[name]) !== plain(value))
    .map(([name]) => name);
  return names.length === 0 ? "right" : names.join(", ");
}

/** Creates or updates the function, its environment and its code. */
export async function ensureFunction(api: Functions, options: FunctionOptions): Promise<void> {
  const { apiKey, folder, functionId, variables } = options;
  const get = () => found(() => api.get({ functionId }));
  await ensure(
    [
      {
        name: `function ${functionId}`,
        look: async () => {
          const made = await get();
          return made === undefined ? "missing" : differences(made);
        },
        create: () => api.create({ functionId, ...wanted }),
        change: () => api.update({ functionId, ...wanted }),
      },
    ],
    options,
  );

  // The entry point of the running code says with which secrets it was deployed: Appwrite does not show them, and
  // passes new ones only to a new deployment.
  const salt = createHmac("sha256", apiKey).update(JSON.stringify(variables)).digest("hex");
  const { archive, entrypoint } = packFunction(folder, salt);
  const active = (await get())?.deploymentId ?? "";
  const running =
    active === ""
      ? undefined
      : await found(() => api.getDeployment({ functionId, deploymentId: active }));
  const same = running?.entrypoint === entrypoint;

  const listed = await found(() => api.listVariables({ functionId }));
  const made = new Map((listed?.variables ?? []).map((one) => [one.key, one]));
  await ensure(
    Object.entries(variables).map(([key, value]): Thing => {
      const one = made.get(key);
      const secret = secretNames.includes(key);
      const right = secret ? same && one?.secret === true : one?.value === value;
      const why = secret ? "its value cannot be read, so it is set again" : "it had another value";
      return {
        name: `variable ${key}`,
        look: () => Promise.resolve(one === undefined ? "missing" : right ? "right" : why),
        create: () =>
          // Names are the same in every function, ids of variables in none.
          api.createVariable({ functionId, variableId: "unique()", key, value, secret }),
        change: () =>
          api.updateVariable({ functionId, variableId: one?.$id ?? "", key, value, secret }),
      };
    }),
    options,
  );

  async function upload(): Promise<void> {
    const { $id: deploymentId } = await api.createDeployment({
      functionId,
      code: InputFile.fromBuffer(archive, "code.tar.gz"),
      activate: false,
      entrypoint,
      commands,
    });
    await waitUntil(
      "code",
      async () => {
        const { buildLogs, status } = await api.getDeployment({ functionId, deploymentId });
        if (status === DeploymentStatus.Ready) return "done";
        const broken = [DeploymentStatus.Failed, DeploymentStatus.Canceled].includes(status);
        return broken ? `its build ${status}, nothing was activated:\n${buildLogs}` : "waiting";
      },
      options,
    );
    await api.updateFunctionDeployment({ functionId, deploymentId });
  }

  const code: Thing = {
    name: `code ${entrypoint.split("/")[0] ?? ""}`,
    look: () => {
      if (running === undefined) return Promise.resolve("missing");
      return Promise.resolve(
        same ? "right" : `${running.entrypoint.split("/")[0] ?? ""} was running`,
      );
    },
    create: upload,
    change: upload,
  };
  try {
    await ensure([code], options);
  } catch (error) {
    throw error instanceof DeployError ? error : new DeployError([String(error)]);
  }
}
