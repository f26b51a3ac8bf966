/** Signing in by an account elsewhere: away to the provider, and back with a code. */

import { useEffect, useState, type FormEvent } from "react";
import { ask } from "./ask";
import { facts } from "./page";
import { NEEDED } from "./second-factor";

const NAMES: Record<string, string> = { GOOGLE: "Google", APPLE: "Apple", GITHUB: "GitHub" };
const VERIFIER = "plaza:verifier"; // outlives the way there and back in this tab alone

const SIGN_IN = `mutation SignIn($input: SignInWithProviderInput!) {
  signInWithProvider(input: $input) {
    ... on SignInWithProviderPayload { session { accessToken refreshToken } viewer { username } }
    ... on InvalidInput { field }
    ${NEEDED}
    ... on UserError { message }
  }
}`;

interface Came {
  message?: string;
  field?: string;
  challenge?: string;
}

const came = new URLSearchParams(location.search);
let code = came.get("code");
if (code !== null || came.has("error")) history.replaceState(null, "", location.pathname);

/** `needs` is called with the challenge where a second factor is wanted. */
export function Providers({ needs }: { needs: (challenge: string) => void }) {
  const [refusal, setRefusal] = useState(came.has("error") ? "The provider signed nobody in." : null);
  const [isNew, setIsNew] = useState(false);

  async function exchange(username?: string) {
    const input = { code, verifier: sessionStorage.getItem(VERIFIER) ?? "", username };
    const answer = await ask({ query: SIGN_IN, variables: { input } });
    const came = answer.data?.signInWithProvider as Came | null | undefined;
    if (came?.challenge !== undefined) {
      code = null; // it is used up
      return needs(came.challenge);
    }
    setIsNew(came?.field === "username");
    setRefusal(answer.errors?.[0]?.message ?? came?.message ?? null);
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void exchange(String(new FormData(event.currentTarget).get("username")));
  }

  useEffect(() => {
    if (code !== null) void exchange();
  }, []);

  return (
    <>
      {refusal !== null && <span role="alert">{refusal}</span>}
      {isNew ? (
        <form onSubmit={submit}>
          <input name="username" placeholder="Username" autoComplete="username" required />
          <button className="chief">Join</button>
        </form>
      ) : (
        facts.providers.map((provider) => (
          <button key={provider} onClick={() => void leave(provider)}>
            Sign in with {NAMES[provider] ?? provider}
          </button>
        ))
      )}
    </>
  );
}

async function leave(provider: string) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  sessionStorage.setItem(VERIFIER, verifier);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const asked = { return_to: location.origin + location.pathname, challenge: base64url(new Uint8Array(digest)) };
  // By the address that the provider sends back to, or the cookie would be another host's.
  location.assign(`${facts.origin}/auth/${provider.toLowerCase()}/start?${new URLSearchParams(asked)}`);
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
