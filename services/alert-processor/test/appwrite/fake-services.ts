/** Messaging and functions of the fake Appwrite. */
import { FakeError } from "./fake-queries.ts";

/** A message that the fake was given to send. */
export interface FakeMessage {
  readonly kind: "push" | "sms";
  readonly messageId: string;
  readonly topics: string[];
  readonly title?: string;
  readonly body?: string;
  readonly content?: string;
}

interface FakeVariable {
  readonly $id: string;
  readonly key: string;
  value: string;
  secret: boolean;
}

interface FakeDeployment {
  readonly $id: string;
  readonly entrypoint: string;
  readonly code: Buffer;
  status: string;
}

export interface FakeFunction {
  readonly $id: string;
  readonly fields: Record<string, unknown>;
  deploymentId: string;
  readonly deployments: Map<string, FakeDeployment>;
  readonly variables: Map<string, FakeVariable>;
}

const steps = ["waiting", "building", "ready"];

export class FakeServices {
  readonly topics = new Map<string, Record<string, unknown>>();
  readonly messages = new Map<string, FakeMessage>();
  readonly functions = new Map<string, FakeFunction>();
  /** What a build ends with. */
  lastStep = "ready";

  topic(id: string): Record<string, unknown> {
    const found = this.topics.get(id);
    if (!found) throw new FakeError(404, "topic_not_found", `no topic ${id}`);
    return found;
  }

  send(message: FakeMessage): void {
    const { messageId, title = "" } = message;
    if (!/^[a-zA-Z0-9][\w.-]{0,35}$/.test(messageId) || Array.from(title).length > 256) {
      throw new FakeError(400, "general_argument_invalid", "Invalid `messageId` or `title` param");
    }
    if (this.messages.has(messageId)) {
      throw new FakeError(409, "message_already_exists", "Message with the requested ID exists.");
    }
    this.messages.set(messageId, message);
  }

  function(id: string): FakeFunction {
    const found = this.functions.get(id);
    if (!found) throw new FakeError(404, "function_not_found", `no function ${id}`);
    return found;
  }

  createFunction(fields: Record<string, unknown>): FakeFunction {
    const $id = String(fields["functionId"]);
    const made = {
      $id,
      fields,
      deploymentId: "",
      deployments: new Map(),
      variables: new Map(),
    };
    this.functions.set($id, made);
    return made;
  }

  deploy({ deployments }: FakeFunction, entrypoint: string, code: Buffer): FakeDeployment {
    const made = { $id: `deployment${deployments.size + 1}`, entrypoint, code, status: "waiting" };
    deployments.set(made.$id, made);
    return made;
  }

  /** As it is now; it is one step further when asked for the next time. */
  deployment({ deployments }: FakeFunction, id: string): FakeDeployment {
    const found = deployments.get(id);
    if (!found) throw new FakeError(404, "deployment_not_found", `no deployment ${id}`);
    const now = { ...found };
    const next = steps[steps.indexOf(found.status) + 1];
    if (next !== undefined) found.status = next === "ready" ? this.lastStep : next;
    return now;
  }

  activate(of: FakeFunction, id: string): void {
    if (of.deployments.get(id)?.status !== "ready") {
      throw new FakeError(400, "build_not_ready", "Build with the requested ID is not ready.");
    }
    of.deploymentId = id;
  }

  setVariable({ variables }: FakeFunction, id: string, to: Omit<FakeVariable, "$id">): void {
    if (variables.get(id)?.secret === true && !to.secret) {
      throw new FakeError(400, "variable_cannot_unset_secret", "Secret variables stay secret.");
    }
    variables.set(id, { $id: id, ...to });
  }

  /** Values of secret variables are never shown. */
  variablesOf({ variables }: FakeFunction): FakeVariable[] {
    return [...variables.values()].map((one) => (one.secret ? { ...one, value: "" } : one));
  }
}
