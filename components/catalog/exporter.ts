import type { Shell } from "./service.ts";
import type { ExporterFacts } from "./shells/exporter.ts";
import type { FlagFacts } from "./shells/flags.ts";

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

/**
 * The shell of an exporter without a web.yml. Whoever has a certificate of the estate to ask with may ask: its
 * flags cannot tell one from another.
 */
export const exporterByFlags =
  <S>(facts: FlagFacts<S>) =>
  async (): Promise<Shell<S>> => {
    const { flagShell } = await import("./shells/flags.ts");
    return flagShell(facts);
  };
