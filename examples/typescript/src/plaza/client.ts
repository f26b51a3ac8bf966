/** Asks Plaza: every operation typed by its document, signed in, and refreshed when the access token has run out. */
import {
  LoginDocument,
  LogoutDocument,
  RefreshSessionDocument,
  type TokensFragment,
  type TypedDocumentString,
} from "../gql/graphql.js";
import { PlazaError } from "./errors.js";
import { granted, isRefusal } from "./refusals.js";

/** Where the tokens are kept, rotated ones too: an object, or accessors of a storage of yours. */
export interface Keep {
  tokens: TokensFragment | null;
}

type Document<Data, Variables> = TypedDocumentString<Data, Variables>;
type Given<Variables> = Variables extends Record<string, never> ? [] : [variables: Variables];

export class Plaza {
  /** Where Plaza is, without `/graphql` and the slash after it, however it was given. */
  readonly url: string;
  #renewing: Promise<void> | null = null;
  /** Until the server does not know one of our operations. */
  #sendsIds = true;

  constructor(
    url: string,
    readonly keep: Keep = { tokens: null },
  ) {
    if (!/^https?:/.test(url)) throw new TypeError(`Where is Plaza? At https://…, not at "${url}".`);
    this.url = url.replace(/\/*$/, "").replace(/\/graphql$/, "");
  }

  /** The operation's data; throws `PlazaError` for whatever is no data. */
  async ask<Data, Variables>(document: Document<Data, Variables>, ...given: Given<Variables>): Promise<Data> {
    const token = this.keep.tokens?.accessToken;
    try {
      return await this.#send(document, given[0], token);
    } catch (error) {
      if (!token || !(error instanceof PlazaError && error.code === "UNAUTHENTICATED")) throw error;
      return await this.#send(document, given[0], await this.#newerThan(token, error));
    }
  }

  /** Signs in and returns who you are; throws `Refused` for a wrong password. */
  async signIn(usernameOrEmail: string, password: string) {
    const { login } = await this.#send(LoginDocument, { input: { usernameOrEmail, password } });
    const { session, viewer } = granted(login);
    this.keep.tokens = session;
    return viewer;
  }

  async signOut(): Promise<void> {
    const refreshToken = this.keep.tokens?.refreshToken;
    this.keep.tokens = null;
    if (refreshToken) await this.#send(LogoutDocument, { input: { refreshToken } });
  }

  /** An access token other than the refused one. However many wait for it, one refresh is sent. */
  async #newerThan(refused: string, error: PlazaError): Promise<string> {
    if (this.keep.tokens?.accessToken === refused) {
      this.#renewing ??= this.#renew(this.keep.tokens.refreshToken).finally(() => (this.#renewing = null));
      await this.#renewing;
    }
    const token = this.keep.tokens?.accessToken;
    if (!token) throw error; // the session is over: show the sign-in page
    return token;
  }

  async #renew(refreshToken: string): Promise<void> {
    const { refreshSession } = await this.#send(RefreshSessionDocument, { input: { refreshToken } });
    this.keep.tokens = refreshSession && !isRefusal(refreshSession) ? refreshSession.session : null;
  }

  async #send<Data, Variables>(
    document: Document<Data, Variables>,
    variables: Variables | undefined,
    token?: string,
  ): Promise<Data> {
    const documentId = this.#sendsIds ? document.__meta__?.hash : undefined;
    const response = await fetch(`${this.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ ...(documentId ? { documentId } : { query: document.toString() }), variables }),
    });
    const answer = await response.json().catch(() => null);
    if (!answer?.data || answer.errors) {
      const error = new PlazaError(response, answer?.errors?.[0]);
      if (!documentId || error.code !== "PERSISTED_QUERY_NOT_IN_LIST") throw error;
      this.#sendsIds = false; // nobody imported persisted-documents.json there
      return await this.#send(document, variables, token);
    }
    return answer.data;
  }
}
