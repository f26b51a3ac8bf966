/** What this page knows: where it is shown, and what the server tells it. */

export interface Example {
  field: string;
  kind: "query" | "mutation";
  text: string;
  variables: Record<string, unknown>;
  signedIn: boolean;
}

export interface Credentials {
  username: string;
  password: string;
}

export interface PageFacts {
  /** The demonstration account, where there is one. */
  demo: Credentials | null;
  /** Whether this server has pages of documentation. */
  docs: boolean;
  /** Whether it tells its schema to whoever asks. */
  schema: boolean;
  /** Whose accounts one can sign in by. */
  providers: string[];
  /** The server's own address, as providers know it. */
  origin: string;
  examples: Example[];
}

/** As in `page.css`: there is room for one thing at a time. */
export const NARROW = matchMedia("(max-width: 700px)");

const told: PageFacts | null = await fetch("/graphiql/page.json")
  .then((response) => (response.ok ? response.json() : null))
  .catch(() => null);
export const isTold = told !== null;
export const facts: PageFacts = told ?? {
  demo: null, docs: false, schema: true, providers: [], origin: "", examples: [],
};
