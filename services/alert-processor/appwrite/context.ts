/** What Appwrite's runtime hands to a function, as far as this one uses it. */

export interface FunctionRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bodyText: string;
}

/** What the runtime makes an HTTP response of. */
export interface FunctionResponse {
  readonly body: unknown;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface FunctionContext {
  readonly req: FunctionRequest;
  readonly res: {
    json(body: object, statusCode?: number, headers?: Record<string, string>): FunctionResponse;
  };
  log(...messages: unknown[]): void;
  error(...messages: unknown[]): void;
}
