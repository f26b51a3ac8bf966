/** The corner where one signs in, sees as whom, and signs out. */

import { useState, type FormEvent } from "react";
import { ask } from "./ask";
import { facts, type Credentials } from "./page";
import { Providers } from "./providers";
import { NEEDED, SecondFactor } from "./second-factor";
import { forget, useSession } from "./session";

const LOGIN = `mutation SignIn($input: LoginInput!) {
  login(input: $input) {
    ... on LoginPayload { session { accessToken refreshToken } viewer { username } }
    ${NEEDED}
    ... on UserError { message }
  }
}`;

export function Account() {
  const session = useSession();
  return (
    <div className="account">
      {session === null ? (
        <SignIn />
      ) : (
        <>
          <span>
            Signed in{session.username !== null && <> as <b>{session.username}</b></>}
          </span>
          <button onClick={signOut}>Sign out</button>
        </>
      )}
    </div>
  );
}

function SignIn() {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [challenge, setChallenge] = useState<string | null>(null);

  async function signIn(credentials: Credentials) {
    const answer = await logIn(credentials).catch((): LoginAnswer => ({ message: "The server does not answer." }));
    setChallenge(answer.challenge ?? null);
    setRefusal(answer.challenge === undefined ? (answer.message ?? null) : null);
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void signIn({ username: String(form.get("username")), password: String(form.get("password")) });
  }

  if (challenge !== null) return <SecondFactor challenge={challenge} leave={() => setChallenge(null)} />;
  const { demo } = facts;
  return (
    <>
      {refusal !== null && <span role="alert">{refusal}</span>}
      {demo !== null && (
        <button className="chief" onClick={() => void signIn(demo)}>
          Sign in as {demo.username}
        </button>
      )}
      <Providers needs={setChallenge} />
      <details>
        <summary>{demo === null ? "Sign in" : "Other account"}</summary>
        <form onSubmit={submit}>
          <input name="username" placeholder="Username or e-mail" autoComplete="username" required />
          <input name="password" type="password" placeholder="Password" autoComplete="current-password" required />
          <button className="chief">Sign in</button>
        </form>
      </details>
    </>
  );
}

interface LoginAnswer {
  message?: string;
  challenge?: string;
}

async function logIn({ username, password }: Credentials): Promise<LoginAnswer> {
  const answer = await ask({ query: LOGIN, variables: { input: { usernameOrEmail: username, password } } });
  return answer.errors?.[0] ?? (answer.data?.login as LoginAnswer | null | undefined) ?? {};
}

async function signOut() {
  await ask({ query: "mutation SignOut { logout(input: {}) { __typename } }" }).finally(forget);
}
