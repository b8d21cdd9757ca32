import type { FileCheck } from "../../provider/types.ts";
import type { Place } from "../targets/target.ts";
import type { Shell } from "./service.ts";

/** What is particular about an exporter of the Prometheus family. */
export interface ExporterFacts {
  /** Beside those of the listener. */
  readonly args: (place: Place) => readonly string[];
  readonly checks?: readonly FileCheck[];
  /** Path that answers when it is ready. */
  readonly health: string;
}

/** Account of the images of the Prometheus family. */
export const nobody = { uid: 65534, gid: 65534 } as const;

/**
 * The shell of a program that takes TLS and who may ask from a web.yml, and tells its metrics to Prometheus
 * and to whoever runs `up`. Its texts are read again on SIGHUP.
 */
export const exporter = (facts: ExporterFacts) => async (): Promise<Shell<unknown>> => {
  const { exporterShell } = await import("./shells/exporter.ts");
  return exporterShell(facts);
};
