"""What happens to second factors without anybody asking: keys that change, sign-ins that nobody finished."""

import asyncpg
import pytest
from sqlalchemy import update

from auth.vault import CannotOpen, Vault
from db.models import Challenge, Totp
from db.transaction import write
from domain.seals import reseal
from domain.tasks import end_challenges
from schema.context import Services
from tests.api.accounts import CONFIRM_IDENTITY, Rows, log_in
from tests.api.second_factors import COMPLETE, turn_on
from tests.conftest import Api
from tests.factories import VAULT_KEY, Make

_NEW = {"next": b"a key that comes after the first"}
_BOTH = {**_NEW, "test": VAULT_KEY.encode()}


async def test_after_resealing_the_old_key_may_go(api: Api, make: Make, services: Services, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    app, _ = await turn_on(api, ada), await turn_on(api, bob)
    assert await reseal(services.stores.sessions, Vault(_BOTH)) == 2
    assert await reseal(services.stores.sessions, Vault(_BOTH)) == 0
    hers = next(row for row in await rows(Totp) if row.user_id == ada.id)
    assert Vault(_NEW).open(hers.sealed_secret, about=f"totp:{ada.id}").decode() == app.secret
    with pytest.raises(CannotOpen):
        services.vault.open(hers.sealed_secret, about=f"totp:{ada.id}")


async def test_what_no_key_opens_keeps_nothing_else_from_being_resealed(
    api: Api, make: Make, services: Services, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await turn_on(api, ada), await turn_on(api, bob)
    async with write(services.stores.sessions) as session:
        lost = Vault({"lost": b"a key that nobody has any more...."}).seal(b"?", about=f"totp:{ada.id}")
        await session.execute(update(Totp).where(Totp.user_id == ada.id).values(sealed_secret=lost))
    assert await reseal(services.stores.sessions, Vault(_BOTH)) == 1
    sealed = {row.user_id: row.sealed_secret for row in await rows(Totp)}
    assert sealed[ada.id] == lost
    assert Vault(_NEW).open(sealed[bob.id], about=f"totp:{bob.id}")


async def test_a_sign_in_that_nobody_finished_is_forgotten_and_another_stays(
    api: Api, make: Make, services: Services, rows: Rows, owner: asyncpg.Connection
) -> None:
    app = await turn_on(api, await make.user("ada"))
    await log_in(api, "ada")
    await owner.execute("UPDATE challenges SET expires_at = now() - interval '1 second'")
    challenge = (await log_in(api, "ada"))["challenge"]
    await end_challenges(services.stores)
    assert len(await rows(Challenge)) == 1
    answer = await api(COMPLETE, input={"challenge": challenge, "totpCode": app.next_code})
    assert answer["__typename"] == "CompleteSignInPayload"


@pytest.mark.parametrize("field", ["totpCode", "recoveryCode"])
async def test_half_a_character_is_a_wrong_code_like_any_other(api: Api, make: Make, field: str) -> None:
    ada = await make.user("ada")
    await turn_on(api, ada)
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={field: "\ud800"})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    answer = await api(COMPLETE, input={"challenge": "\ud800", field: "000000"})
    assert answer["__typename"] == "NotAllowed"
