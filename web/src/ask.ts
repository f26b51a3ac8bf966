/** Asks the API as whoever is signed in, and stays signed in meanwhile. */

import { current, forget, keep, type Session } from "./session";

export interface Params {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** What any mutation that signs in or stays signed in answers with. */
interface SignedIn {
  session?: { accessToken?: string; refreshToken?: string };
  viewer?: { username?: string };
}

/** An `Authorization` among `headers` stands as it is; without one the session's token is sent. */
export async function ask(params: Params, headers: HeadersInit = {}): Promise<Answer> {
  const session = new Headers(headers).has("authorization") ? null : current();
  let answer = await post(params, headers, session);
  if (session !== null && isRefused(answer) && (await renew(session))) {
    answer = await post(params, headers, current());
  }
  takeSession(answer);
  return answer;
}

async function post(params: Params, given: HeadersInit, session: Session | null): Promise<Answer> {
  const headers = new Headers(given);
  headers.set("content-type", "application/json");
  if (session !== null) headers.set("authorization", `Bearer ${session.accessToken}`);
  const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(params) });
  return (await response.json()) as Answer;
}

/** Only what had no effect yet may be sent again. */
function isRefused({ data, errors = [] }: Answer): boolean {
  const isUnauthenticated = errors.some((error) => error.extensions?.code === "UNAUTHENTICATED");
  return isUnauthenticated && Object.values(data ?? {}).every((value) => value === null);
}

const RENEW = `mutation Renew($input: RefreshSessionInput!) {
  refreshSession(input: $input) { ... on RefreshSessionPayload { session { accessToken refreshToken } } }
}`;

let renewing: Promise<void> | null = null;

/** Whether there is another token than that of `stale` now. */
async function renew(stale: Session): Promise<boolean> {
  if (current()?.accessToken === stale.accessToken) {
    renewing ??= refresh(stale).finally(() => (renewing = null));
    await renewing;
  }
  const now = current();
  return now !== null && now.accessToken !== stale.accessToken;
}

/** The session is over when the server says so, not when it is too busy to say. */
async function refresh({ refreshToken, username }: Session): Promise<void> {
  if (refreshToken === null) return forget();
  const answer = await post({ query: RENEW, variables: { input: { refreshToken } } }, {}, null);
  if (!takeSession(answer, username) && answer.errors === undefined) forget();
}

/** Tokens in an answer become the page's session, also those of a mutation that was written by hand. */
function takeSession({ data }: Answer, username: string | null = null): boolean {
  for (const value of Object.values(data ?? {})) {
    const { session, viewer } = (value ?? {}) as SignedIn;
    if (session?.accessToken === undefined) continue;
    const { accessToken, refreshToken = null } = session;
    keep({ accessToken, refreshToken, username: viewer?.username ?? username });
    return true;
  }
  return false;
}
