/** A request that is made again and again. */
export interface Target {
  /** Such as `http://127.0.0.1:4570`. */
  readonly origin: string;
  /** Raw path. */
  readonly path: string;
  readonly body: string;
  /** Beside the content type. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs with SigV4 for Lambda; otherwise the request goes out as it is. */
  readonly signing?: { readonly region: string; readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** How much load: each client makes one request after the other. */
export type Load =
  /** What is answered in so many seconds, after a warm-up that does not count. */
  | { readonly clients: number; readonly seconds: number; readonly warmUpSeconds: number }
  /** So many requests of each client. */
  | { readonly clients: number; readonly requestsPerClient: number };

/** What the process that makes load is asked for. Each client has a connection of its own. */
export interface LoadRequest {
  readonly target: Target;
  readonly load: Load;
}
