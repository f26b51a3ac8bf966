/** The second step of signing in, for whoever has an authenticator app: its code, or one that was written down. */

import { useState, type FormEvent } from "react";
import { ask } from "./ask";

/** Among what a mutation that signs in may answer. */
export const NEEDED = "... on SecondFactorNeeded { challenge }";

const COMPLETE = `mutation CompleteSignIn($input: CompleteSignInInput!) {
  completeSignIn(input: $input) {
    ... on CompleteSignInPayload { session { accessToken refreshToken } viewer { username } }
    ... on UserError { message }
  }
}`;

interface Props {
  challenge: string;
  leave: () => void;
}

export function SecondFactor({ challenge, leave }: Props) {
  const [refusal, setRefusal] = useState<string | null>(null);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code"));
    void refusalTo(challenge, code).catch(() => "The server does not answer.").then(setRefusal);
  }

  return (
    <>
      <span>One more step</span>
      <form onSubmit={submit}>
        {refusal !== null && <span role="alert">{refusal}</span>}
        <label>
          The code that your app shows, or a recovery code
          <input name="code" autoComplete="one-time-code" autoFocus required />
        </label>
        <button className="chief">Go on</button>
        <button type="button" onClick={leave}>
          Begin again
        </button>
      </form>
    </>
  );
}

async function refusalTo(challenge: string, code: string): Promise<string | null> {
  const proof = /^\s*\d(\s*\d){5}\s*$/.test(code) ? { totpCode: code } : { recoveryCode: code };
  const answer = await ask({ query: COMPLETE, variables: { input: { challenge, ...proof } } });
  const completed = answer.data?.completeSignIn as { message?: string } | null | undefined;
  return answer.errors?.[0]?.message ?? completed?.message ?? null;
}
