"""Passwords that come with a mutation: every try is counted before it is compared, and failures stay counted."""

from collections.abc import Awaitable, Callable
from typing import Final

from auth.passwords import TooBusy
from db.buckets import Charge, Limit
from db.queries.accounts import AccountRow
from domain import passwords
from domain.errors import NotAllowed
from domain.passwords import WRONG, Proof
from resolvers.limits import give_back, hashed, take
from schema.context import Context

FAILURES: Final = Limit.parse("5/15m")


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


async def proof_of_own(context: Context, field: str, password: str, *, failure: str) -> Proof:
    """Proof of knowing one's own password; without, `InvalidInput` on `field` and a trace called `failure`."""
    viewer, services = context.signed_in, context.services
    proof = await _limited(
        context,
        f"own-password-failures:{viewer.user_id}",
        lambda: passwords.prove_own(services.stores.reads, services.passwords, viewer, password),
    )
    if not proof.is_match:
        await _note(context, failure, proof)
    passwords.check_own(field, proof)
    return proof


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
