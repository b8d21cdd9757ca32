import { about, httpUrl, line, secretText } from "../config/fields.ts";
import { defineChannel, file, inside, type Way } from "./channel.ts";

export const appwrite = defineChannel({
  name: "appwrite",
  temper: "chat",
  fields: {
    endpoint: about(httpUrl, {
      description: "API of Appwrite Messaging.",
      example: "https://fra.cloud.appwrite.io/v1",
    }),
    private: inside,
    project: about(line, { description: "Id of the project.", example: "vigil" }),
    key: about(secretText(), {
      description: "API key with the scope messages.write.",
      secret: true,
    }),
    critical: about(line.default("critical-alerts"), {
      description: "Id of the topic for critical alerts and emergencies: push and SMS.",
      example: "critical-alerts",
    }),
    all: about(line.default("monitoring-alerts"), {
      description: "Id of the topic for every alert and its end: push.",
      example: "monitoring-alerts",
    }),
  },
  ways: ({ all, critical, endpoint, key, private: inside, project }) => {
    const way = (topic: string, kinds: readonly string[], hears: Way["hears"]): Way => ({
      channel: {
        kind: "appwrite",
        endpoint,
        keyFile: file("appwrite-key"),
        kinds,
        private: inside,
        projectId: project,
        topic,
      },
      secrets: { [file("appwrite-key")]: key },
      hears,
    });
    return {
      "appwrite-all": way(all, ["push"], "all"),
      "appwrite-critical": way(critical, ["push", "sms"], "urgent"),
    };
  },
  addresses: ({ endpoint, private: inside }) => [
    { field: "endpoint", url: endpoint, private: inside },
  ],
});
