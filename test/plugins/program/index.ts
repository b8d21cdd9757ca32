import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ContactPoint } from "@pulumiverse/grafana/alerting/contactPoint.js";
import { NotificationPolicy } from "@pulumiverse/grafana/alerting/notificationPolicy.js";
import { Dashboard } from "@pulumiverse/grafana/oss/dashboard.js";
import { DataSource } from "@pulumiverse/grafana/oss/dataSource.js";
import { Folder } from "@pulumiverse/grafana/oss/folder.js";
import { Provider } from "@pulumiverse/grafana/provider.js";
import { dockerTarget } from "../../../components/targets/docker/index.ts";
import { deploy, estate } from "../../docker/estate.ts";
import type { Trial } from "../trial.ts";

const trial = JSON.parse(readFileSync(process.env["VIGIL_TRIAL"] ?? "", "utf8")) as Trial;

if (trial.docker) {
  const { ports, stack, ...given } = trial.docker;
  const target = dockerTarget({ stack, host: "here", publish: ports });
  const problem = target.lacks("prometheus");
  if (problem !== undefined) throw new pulumi.RunError(problem);
  deploy(target, estate(target, given));
}

if (trial.grafana) {
  const { auth, ca, title, url } = trial.grafana;
  const trust = ca === undefined ? {} : { caCert: ca };
  const provider = new Provider("grafana", { url, auth: pulumi.secret(auth), ...trust });
  const opts = { provider };
  const folder = new Folder("folder", { title: "Vigil", uid: "vigil-trial" }, opts);
  new DataSource(
    "prometheus",
    {
      name: "Vigil trial",
      type: "prometheus",
      uid: "vigil-trial",
      url: "https://prometheus:9090",
      basicAuthEnabled: true,
      basicAuthUsername: "vigil",
      jsonDataEncoded: JSON.stringify({ httpMethod: "POST", tlsAuthWithCACert: true }),
      secureJsonDataEncoded: pulumi.secret(JSON.stringify({ basicAuthPassword: "hidden" })),
    },
    opts,
  );
  const board = { uid: "vigil-trial", title, schemaVersion: 42, panels: [] };
  new Dashboard(
    "board",
    { configJson: JSON.stringify(board), folder: folder.uid, overwrite: true },
    opts,
  );
  const contact = new ContactPoint(
    "contact",
    {
      name: "vigil-trial",
      webhooks: [
        {
          url: "https://hook.example/",
          basicAuthUser: "vigil",
          basicAuthPassword: pulumi.secret("hidden"),
        },
      ],
    },
    { ...opts, deleteBeforeReplace: false },
  );
  new NotificationPolicy(
    "policy",
    { contactPoint: contact.name, groupBies: ["alertname"], groupWait: "1m" },
    opts,
  );
}
