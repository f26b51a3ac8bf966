// The pages behind links in letters: the token is read from the address's fragment and handed to the API.

const VERIFY = `mutation VerifyEmail($input: VerifyEmailInput!) {
  verifyEmail(input: $input) { __typename ... on VerifyEmailPayload { message } ... on UserError { message } }
}`;
const RESET = `mutation ResetPassword($input: ResetPasswordInput!) {
  resetPassword(input: $input) { __typename ... on ResetPasswordPayload { message } ... on UserError { message } }
}`;

const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
// Neither the history nor a picture of the window shall keep it.
history.replaceState(null, "", location.pathname);

const said = document.getElementById("said");
if (!token) {
  document.querySelector("form").hidden = true;
  said.textContent = "This address lacks the secret of its link. Open the link in the letter again.";
}

async function ask(query, input) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    credentials: "omit",
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors } = await response.json();
  return errors ? { message: errors[0].message } : Object.values(data)[0];
}

function onSubmit(form, act) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    button.disabled = true;
    said.textContent = "";
    try {
      await act(form, button);
    } catch {
      said.textContent = "The server cannot be reached. Try again.";
    }
    button.disabled = false;
  });
}

onSubmit(document.querySelector("form#verify"), async (form, button) => {
  const password = button.name === "stranger" ? null : form.elements.password.value;
  const answer = await ask(VERIFY, { token, password });
  form.hidden = answer.__typename === "VerifyEmailPayload";
  said.textContent = answer.message;
});

onSubmit(document.querySelector("form#reset"), async (form) => {
  const answer = await ask(RESET, { token, newPassword: form.elements.password.value });
  form.hidden = answer.__typename === "ResetPasswordPayload";
  said.textContent = answer.message;
});
