"""The providers that this installation has, each with its line."""

from collections.abc import Mapping
from typing import ClassVar, Protocol, runtime_checkable

from auth.providers.line import Line, Transport
from auth.providers.profiles import Profile
from auth.providers.trips import Trip
from db.models import Provider


class Voucher(Protocol):
    """A provider as sign-in needs it; `posts_back` tells that its answer comes as a form from its own site."""

    posts_back: ClassVar[bool]
    issuer: str
    line: Line

    def address(self, trip: Trip) -> str: ...

    async def vouch(self, code: str, trip: Trip, said: Mapping[str, str]) -> Profile: ...


@runtime_checkable
class Revoker(Protocol):
    """One that wants to hear when a person's consent ends here."""

    async def revoke(self, token: str) -> None: ...


class Providers:
    """By their names; one that was not set up is not there."""

    def __init__(self, transport: Transport, vouchers: Mapping[Provider, Voucher]) -> None:
        self._transport = transport
        self._vouchers = vouchers

    @property
    def names(self) -> list[Provider]:
        return list(self._vouchers)

    def find(self, name: str) -> tuple[Provider, Voucher] | None:
        """The provider that a path calls `google`, in small letters."""
        return next(((it, voucher) for it, voucher in self._vouchers.items() if it.lower() == name), None)

    def revoker(self, name: Provider) -> Revoker | None:
        voucher = self._vouchers.get(name)
        return voucher if isinstance(voucher, Revoker) else None

    async def shut(self) -> None:
        await self._transport.shut()
