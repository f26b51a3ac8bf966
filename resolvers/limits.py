"""Rate limits, named beside the root fields they guard."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, Final

from strawberry.types import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from db.buckets import Charge, Limit
from resolvers import excess
from schema.context import Context
from schema.errors import rate_limited

_MARK: Final = "rate_limit"


class Per(Enum):
    """Whose calls count together."""

    VIEWER = auto()  # the signed-in person, or the address of an anonymous client
    # For what asks for a password, a code or a token; these hold without Redis, too.
    ADDRESS = auto()
    BOTH = auto()  # the person's and the address's, each so many


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Fields that share a `bucket` share the count."""

    limit: Limit
    bucket: str
    per: Per

    def charges(self, context: Context) -> list[Charge]:
        """One call of such a field."""
        whose = [Per.VIEWER, Per.ADDRESS] if self.per is Per.BOTH else [self.per]
        keys = {f"{self.bucket}:{who(context, each)}" for each in whose}
        return [Charge(key, self.limit, is_kept=self.per is not Per.VIEWER) for key in keys]


def limited(limit: str, *, bucket: str, per: Per = Per.VIEWER) -> dict[Any, Any]:
    """Metadata of a root field: at most so many calls of it, such as `"30/5m"`."""
    return {_MARK: RateLimit(Limit.parse(limit), bucket, per)}


def limit_of(field: StrawberryField) -> RateLimit | None:
    limit = field.metadata.get(_MARK)
    return limit if isinstance(limit, RateLimit) else None


def limits_of(*roots: type) -> Mapping[str, RateLimit]:
    """The limits of the root fields that have one, by the fields' names in the schema."""
    fields = [field for root in roots for field in get_object_definition(root, strict=True).fields]
    return {to_camel_case(field.name): limit for field in fields if (limit := limit_of(field))}


def hashed(name: str) -> str:
    """A name or an address as a part of a bucket's key, in any case of letters."""
    return hashlib.sha256(name.lower().encode()).hexdigest()


async def take(context: Context, charge: Charge, *, leaves_trace: bool = True) -> None:
    """Count one, with or without Redis; refuses with `RATE_LIMITED` when there were too many.

    A refusal that leaves a trace writes it on a connection of its own: never from within a transaction.
    """
    charges = [charge._replace(is_kept=True)]
    verdict = await context.services.buckets.take(charges)
    if not verdict.allowed:
        if leaves_trace:
            await excess.note_of(context, verdict)
        raise rate_limited(verdict.retry_after)


async def give_back(context: Context, charge: Charge) -> None:
    """Count one less: it turned out not to be of the kind that is limited."""
    await context.services.buckets.take([charge._replace(cost=-charge.cost, is_kept=True)])


def who(context: Context, per: Per) -> str:
    if per is Per.VIEWER and context.viewer is not None:
        return f"user:{context.viewer.user_id}"
    return f"ip:{client_network(context.origin.ip)}"


@lru_cache(maxsize=4096)  # asked in every request, and people come again
def client_network(ip: str | None) -> str:
    """The address as limits count it: a whole /64 of IPv6 is one client."""
    if ip is None:
        return "unknown"
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return str(mapped)
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))
