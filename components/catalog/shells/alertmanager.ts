import type { Shell } from "../service.ts";
import { receiverSecrets } from "../../render/alertmanager.ts";
import { processorAccess } from "../../render/processor.ts";
import { alertmanagerTellings } from "../../tellings.ts";
import { reloaded, reread } from "./on-change.ts";
import { secretFiles } from "./secrets.ts";

/** Groups alerts, silences what follows from others, and notifies people. */
export const alertmanagerShell: Shell<unknown> = {
  process: ({ child, estate, name, place, texts, trust }) => {
    const tellings = alertmanagerTellings(estate.common, estate.has("processor"));
    const secrets = secretFiles(receiverSecrets(tellings));
    const processor = estate.place("processor") && {
      [processorAccess.authority]: trust.authority,
      [processorAccess.token]: trust.token(name, "processor").password,
    };
    const others = ["grafana", "processor"].filter((one) => estate.has(one));
    const listener = trust.peerListener(place, [name, "operator", "prometheus", ...others], child);
    return {
      files: { ...texts, ...secrets, ...processor, ...listener },
      onChange: { ...reloaded(texts), ...reread({ ...secrets, ...processor, ...listener }) },
      checks: [{ binary: "amtool", args: ["check-config", "alertmanager.yml"] }],
      health: trust.health("/-/ready", 30, trust.asker(name)),
    };
  },
};
