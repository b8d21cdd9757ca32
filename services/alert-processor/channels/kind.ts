/** The definition of a kind of channel: `channels/index.ts` registers it with one line, and nothing else names it. */
import type { z } from "zod";
import type { Channel } from "./channel.ts";
import type { Opening } from "./opening.ts";

/** A webhook by which the service behind a channel reports what people do there, as the API describes it. */
export interface Hook {
  /** Of the service. */
  readonly service: string;
  /** What it posts. */
  readonly posts: string;
  /** Name of the scheme by which it is known. */
  readonly scheme: string;
  /** The scheme as OpenAPI has it. */
  readonly proof:
    | { readonly type: "apiKey"; readonly in: "header"; readonly name: string; description: string }
    | { readonly type: "http"; readonly scheme: "basic"; description: string };
}

/** One kind of channel. */
export interface ChannelKind<Schema extends z.ZodType> {
  /** Its keys in processor.yml; `kind` is a literal. */
  readonly schema: Schema;
  /** Left out where it sends nothing back. */
  readonly hook?: Hook;
  /**
   * Opens a channel of it. Secrets are read now, and not again.
   *
   * @throws {@link ChannelError}
   */
  open(opening: Opening, config: z.output<Schema>): Channel;
}

/** Defines a kind of channel. */
export const channelKind = <Schema extends z.ZodType>(
  kind: ChannelKind<Schema>,
): ChannelKind<Schema> => kind;
