import { webArgs, webFiles } from "../render/web.ts";
import type { Place } from "../targets/target.ts";
import type { ArgsInput, Shell } from "./service.ts";
import type { BesideFacts } from "./shells/beside.ts";
import type { ExporterFacts } from "./shells/exporter.ts";
import type { FlagFacts } from "./shells/exporter-by-flags.ts";

/** Account of the images of the Prometheus family. */
export const nobody = { uid: 65534, gid: 65534 } as const;

/**
 * Arguments and shell of a program that takes TLS and who may ask from a web.yml, and tells its metrics to
 * Prometheus and to whoever runs `up`. Its texts are read again on SIGHUP.
 *
 * @param facts - `args` come before those of the listener.
 */
export const exporter = <S>({
  args,
  ...facts
}: ExporterFacts<S> & {
  readonly args: (place: Place, settings: S) => readonly string[];
}) => ({
  // Nobody opens it, so it need not know by which address.
  args: ({ place, settings }: ArgsInput<S>): readonly string[] => [
    ...args(place, settings),
    ...webArgs({ ...place, url: undefined }),
  ],
  shell: async (): Promise<Shell<S>> => {
    const { exporterShell } = await import("./shells/exporter.ts");
    return exporterShell(facts);
  },
});

/** Flags that name the files of a listener. */
interface ListenerFlags {
  readonly certificate: string;
  readonly key: string;
  readonly clients: string;
}

/**
 * Arguments and shell of an exporter without a web.yml. Whoever has a certificate of the estate to ask with may
 * ask: its flags cannot tell one from another.
 *
 * @param facts - `args` come before those of the listener.
 */
export const exporterByFlags = <S>({
  args,
  tls,
  ...facts
}: FlagFacts<S> & {
  readonly args: (place: Place, settings: S) => readonly string[];
  readonly tls: ListenerFlags;
}) => ({
  args: ({ place, settings }: ArgsInput<S>): readonly string[] => [
    ...args(place, settings),
    `${tls.certificate}=${place.config}/${webFiles.certificate}`,
    `${tls.key}=${place.config}/${webFiles.key}`,
    `${tls.clients}=${place.config}/${webFiles.clients}`,
    `--web.listen-address=${place.listen}`,
  ],
  shell: async (): Promise<Shell<S>> => {
    const { flagShell } = await import("./shells/exporter-by-flags.ts");
    return flagShell(facts);
  },
});

/**
 * Arguments and shell of an exporter that speaks no TLS: it shares the loopback of Prometheus, the one program
 * that asks it, and listens on no network.
 */
export const exporterBeside = ({
  args,
  ...facts
}: BesideFacts & { readonly args: (place: Place) => readonly string[] }) => ({
  args: ({ place }: ArgsInput<unknown>): readonly string[] => args(place),
  shell: async (): Promise<Shell<unknown>> => {
    const { besideShell } = await import("./shells/beside.ts");
    return besideShell(facts);
  },
});
