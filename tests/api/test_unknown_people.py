"""Who has an account, of whatever kind, and who has none: every way in, and every search, answers alike."""

import json
from typing import Any

import asyncpg
import pytest

from db.models import UserStatus
from tests.api.accounts import CANCEL_DELETION, CHANGE_EMAIL, LOGIN, REQUEST_RESET, REQUEST_VERIFICATION
from tests.api.passkeys import START_SIGN_IN, add
from tests.api.second_factors import turn_on
from tests.authenticator import Authenticator
from tests.conftest import Api
from tests.factories import PASSWORD, Make, Person
from tests.letters import Mail

FIND = """
query ($text: SafeText!) {
  user(username: $text) { username }
  searchUsers(query: $text, first: 5) { edges { node { username } } }
}
"""
KINDS = ["known", "unverified", "suspended", "deleted", "guarded", "with_passkey", "without_password"]


@pytest.fixture
async def people(api: Api, make: Make, owner: asyncpg.Connection) -> dict[str, Person]:
    """One of each kind, by its name."""
    statuses = {"suspended": UserStatus.SUSPENDED, "deleted": UserStatus.DELETED}
    people = {
        kind: await make.user(kind, verified=kind != "unverified", status=statuses.get(kind, UserStatus.ACTIVE))
        for kind in KINDS
    }
    await turn_on(api, people["guarded"])
    await add(api, people["with_passkey"], Authenticator())
    without = people["without_password"].id
    await owner.execute("UPDATE credentials SET password_hash = NULL WHERE user_id = $1", without)
    return people


async def answers_to(api: Api, document: str, **asked: dict[str, Any]) -> list[Any]:
    """To each, from a client of its own: what it says, but for whom it was asked about."""
    answers = [
        json.dumps(await api.raw(document, ip=f"192.0.2.{number}", input=given)).replace(name, "nobody")
        for number, (name, given) in enumerate(asked.items())
    ]
    return [json.loads(answer) for answer in answers]


@pytest.mark.parametrize("document", [LOGIN, CANCEL_DELETION], ids=["login", "cancelDeletion"])
@pytest.mark.parametrize("by", ["{}", "{}@example.org"])
@pytest.mark.usefixtures("people")
async def test_a_wrong_password_tells_of_nobody(api: Api, document: str, by: str) -> None:
    names = ["nobody", *KINDS]
    answers = await answers_to(
        api, document, **{name: {"usernameOrEmail": by.format(name), "password": "wrong"} for name in names}
    )
    assert [name for name, answer in zip(names, answers, strict=True) if answer != answers[0]] == []


@pytest.mark.usefixtures("people")
async def test_the_right_password_of_a_deleted_account_signs_nobody_in(api: Api) -> None:
    gone, nobody = await answers_to(
        api,
        LOGIN,
        deleted={"usernameOrEmail": "deleted", "password": PASSWORD},
        nobody={"usernameOrEmail": "nobody", "password": PASSWORD},
    )
    assert gone == nobody


@pytest.mark.usefixtures("people")
async def test_a_forgotten_password_tells_of_nobody(api: Api) -> None:
    names = ["nobody", *KINDS]
    answers = await answers_to(api, REQUEST_RESET, **{name: {"email": f"{name}@example.org"} for name in names})
    assert [name for name, answer in zip(names, answers, strict=True) if answer != answers[0]] == []


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("document", "field"), [(CHANGE_EMAIL, "newEmail"), (REQUEST_VERIFICATION, "email")])
async def test_another_address_tells_of_nobody(api: Api, make: Make, document: str, field: str) -> None:
    answers = []
    for number, name in enumerate(("nobody", *KINDS)):
        asker = await make.user(f"asker_{number}", verified=False)
        answer = await api.raw(document, viewer=asker, input={field: f"{name}@example.org"})
        answers.append(json.dumps(answer).replace(name, "nobody"))
    assert len(set(answers)) == 1


async def test_nobody_is_found_by_their_address(api: Api, make: Make) -> None:
    await make.user("ada", email="quick.zebra@example.org")
    for text in ("quick.zebra@example.org", "quick.zebra", "example.org"):
        assert await api(FIND, text=text) == {"user": None, "searchUsers": {"edges": []}}


@pytest.mark.usefixtures("people")
async def test_a_browser_is_asked_for_any_passkey_and_told_of_none(api: Api) -> None:
    """There is no name to ask with, and no list of passkeys that would tell whose there are."""
    told = json.loads((await api(START_SIGN_IN))["options"])
    assert told.keys() == {"challenge", "timeout", "rpId", "allowCredentials", "userVerification"}
    assert told["allowCredentials"] == []


async def test_letters_that_tell_go_to_nobody_else(api: Api, people: dict[str, Person], mail: Mail) -> None:
    for name in ("nobody", *KINDS):
        await api(REQUEST_RESET, input={"email": f"{name}@example.org"})
    assert {letter["to"] for letter in await mail.deliver()} <= {f"{name}@example.org" for name in people}
