"""Proofs that come with a mutation: every try is counted before it is compared, and failures stay counted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from auth.passwords import TooBusy
from db.buckets import Charge, Limit
from db.locks import change_people
from db.queries.accounts import AccountRow
from domain import passkeys, passwords, second_factors
from domain.errors import InvalidInput, NotAllowed
from domain.passwords import WRONG, Proof
from domain.second_factors import SecondFactor
from resolvers.limits import give_back, hashed, take
from schema.context import Context

R = TypeVar("R")

FAILURES: Final = Limit.parse("5/15m")
WRONG_ANSWER: Final = "This is wrong, or was used before."
ONE: Final = "Show who you are in one way."


@dataclass(frozen=True, slots=True)
class Answer:
    """A second factor as it was shown, and the input field it came in, in Python's spelling."""

    factor: SecondFactor
    field: str
    value: str


def answer_of(totp_code: str | None, recovery_code: str | None, passkey: str | None) -> Answer:
    """The one that is given. Raises `InvalidInput` for none or several."""
    given = []
    if totp_code is not None:
        given.append(Answer(SecondFactor.TOTP, "totp_code", totp_code))
    if recovery_code is not None:
        given.append(Answer(SecondFactor.RECOVERY_CODE, "recovery_code", recovery_code))
    if passkey is not None:
        given.append(Answer(SecondFactor.PASSKEY, "passkey", passkey))
    if len(given) != 1:
        raise InvalidInput("totp_code", ONE)
    return given[0]


async def proof_of_name(context: Context, name: str, password: str, *, may: Callable[[AccountRow], bool]) -> Proof:
    """Proof of knowing the password of the account of that name or address; `NotAllowed` without.

    The name as it is typed is what is limited, whether anyone has it or not: one limit for an account's name
    and its address would tell which belong together, and let a stranger who knows the name lock out its owner,
    who can still sign in by the address.
    """
    name = name.strip().lower()
    services = context.services
    proof = await _limited(
        context,
        f"sign-in-failures:{hashed(name)}",
        lambda: passwords.prove(services.stores.reads, services.passwords, name, password, may=may),
    )
    if not proof.is_match:
        await _note(context, "authn_login_fail", proof)
        raise NotAllowed(WRONG)
    return proof


async def proof_of_account(context: Context, account: AccountRow, field: str, password: str) -> Proof:
    """The same for an account that a link leads to; without, `InvalidInput` on `field`."""
    return await _proof_of(context, account.user_id, field, password, failure="authn_login_fail")


async def proof_of_own(context: Context, field: str, password: str, *, failure: str) -> Proof:
    """Proof of knowing one's own password; without, `InvalidInput` on `field` and a trace called `failure`."""
    return await _proof_of(context, context.signed_in.user_id, field, password, failure=failure)


async def proof_of_owner(context: Context, field: str, password: str | None, *, failure: str) -> Proof:
    """The same; who has no password gives none, and must have shown a moment ago who they are."""
    if password is None:
        return await passwords.prove_none(context.services.stores.reads, context.signed_in, field)
    return await proof_of_own(context, field, password, failure=failure)


async def with_second_factor(
    context: Context, user_id: int, answer: Answer, deed: Callable[[AsyncSession], Awaitable[R]]
) -> R:
    """Does `deed` in the transaction that uses the answer up, with its person held.

    Every try is counted; a wrong one leaves a trace and is refused with `InvalidInput`.
    """
    charge = Charge(f"second-factor-failures:{user_id}", FAILURES)
    await take(context, charge)
    async with context.write() as session:
        await change_people(session, user_id)
        is_right = await _is_right(context, session, user_id, answer)
        if is_right:
            done = await deed(session)
        else:
            second_factors.note_failure(session, user_id, answer.factor, origin=context.origin)
    if not is_right:
        raise InvalidInput(answer.field, WRONG_ANSWER)
    await give_back(context, charge)
    return done


async def _proof_of(context: Context, user_id: int, field: str, password: str, *, failure: str) -> Proof:
    services = context.services
    proof = await _limited(
        context,
        f"own-password-failures:{user_id}",
        lambda: passwords.prove_own(services.stores.reads, services.passwords, user_id, password),
    )
    if not proof.is_match:
        await _note(context, failure, proof)
    passwords.check_own(field, proof)
    return proof


async def _is_right(context: Context, session: AsyncSession, user_id: int, answer: Answer) -> bool:
    if answer.factor is SecondFactor.TOTP:
        return await second_factors.takes_code(session, user_id, answer.value, context.services.vault)
    if answer.factor is SecondFactor.RECOVERY_CODE:
        return await second_factors.takes_recovery_code(session, user_id, answer.value, origin=context.origin)
    party = context.services.relying_party
    return await passkeys.shown(session, party, answer.value, of=user_id, origin=context.origin) is not None


async def _limited(context: Context, key: str, compare: Callable[[], Awaitable[Proof]]) -> Proof:
    charge = Charge(key, FAILURES)
    # Before it is known whether it fails, or many at once would all find room.
    await take(context, charge)
    try:
        proof = await compare()
    except TooBusy:
        await give_back(context, charge)
        raise
    if proof.is_match:
        await give_back(context, charge)
    return proof


async def _note(context: Context, event: str, proof: Proof) -> None:
    async with context.write() as session:
        passwords.note_failure(session, event, proof, origin=context.origin)
