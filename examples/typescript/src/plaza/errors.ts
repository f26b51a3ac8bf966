/** What a program acts on, unlike refusals, which are for people: not signed in, too fast, a mistake in a document. */

interface GraphQLError {
  message: string;
  extensions?: { code?: string; retryAfter?: number; requestId?: string };
}

export class PlazaError extends Error {
  readonly code: string;
  /** Seconds after which it is worth another try, where the server says so. */
  readonly retryAfter: number | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | undefined;

  constructor({ url, status }: Response, error?: GraphQLError) {
    super(error?.message ?? `No GraphQL came back from ${url} (HTTP ${status}).`);
    this.name = "PlazaError";
    this.code = error?.extensions?.code ?? "UNAVAILABLE";
    this.retryAfter = error?.extensions?.retryAfter;
    this.requestId = error?.extensions?.requestId;
  }
}
