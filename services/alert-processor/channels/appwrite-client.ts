import { Client, Messaging } from "node-appwrite";
import type { Outcome } from "../core/retry.ts";
import type { Post } from "./http.ts";

export { Messaging };

/**
 * The SDK's client on our way to the network: its own follows redirects with the key in a header,
 * takes neither a signal nor an authority, and reads answers of any size.
 */
export class GuardedClient extends Client {
  readonly #send: (url: URL, post: Post) => Promise<Outcome>;
  /** Of the last call. */
  outcome: Outcome = { kind: "failed", why: "nothing was sent" };

  constructor(send: (url: URL, post: Post) => Promise<Outcome>) {
    super();
    this.#send = send;
  }

  override async call(
    ...[, url, headers, params]: Parameters<Client["call"]>
  ): Promise<Record<string, never>> {
    const post = { headers: { ...this.headers, ...headers }, body: JSON.stringify(params) };
    this.outcome = await this.#send(url, post);
    return {};
  }
}
