"""What one operation knows: who asks, from where, and the stores it may use."""

from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import strawberry
from aiodataloader import DataLoader
from sqlalchemy.ext.asyncio import AsyncSession

from auth.passkeys import RelyingParty
from auth.passwords import Passwords
from auth.providers.registry import Providers
from auth.tokens import AccessTokens
from auth.vault import Vault
from auth.viewer import Viewer
from db import transaction
from db.buckets import Buckets, Standing, Verdict
from db.loaders import Loaders
from db.stores import Stores
from domain.audit import Origin
from engine.cost import Amount
from schema.browser import Browser
from schema.errors import unauthenticated
from schema.operation import Operation


@dataclass(frozen=True)
class Services:
    """What a process makes once and every operation shares."""

    stores: Stores
    buckets: Buckets
    passwords: Passwords
    providers: Providers
    tokens: AccessTokens
    refresh_keys: Sequence[bytes]
    vault: Vault
    relying_party: RelyingParty
    version: str
    tells_schema: bool


@dataclass(frozen=True, slots=True)
class Points:
    """What an operation was charged: its price, the buckets that paid, and how they and the others stand."""

    amount: Amount
    keys: Sequence[str]
    verdict: Verdict

    @property
    def standing(self) -> Standing:
        """The bucket that clients are told of: the person's, or an anonymous client's address's."""
        return self.verdict.standings[0]


@dataclass
class Context:
    services: Services
    viewer: Viewer | None
    origin: Origin
    # A token was sent and is not good: only what needs no signing in may go on.
    token_refused: bool = False
    # Where the refresh token stays in a cookie.
    browser: Browser | None = None
    points: Points | None = None
    # From here on giving the operation up no longer undoes it.
    may_have_committed: bool = False
    operation: Operation = field(default_factory=Operation)
    batches: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)

    @property
    def signed_in(self) -> Viewer:
        """The viewer; refuses the anonymous with `UNAUTHENTICATED`."""
        if self.viewer is None:
            raise unauthenticated()
        return self.viewer

    @property
    def viewer_id(self) -> int | None:
        return None if self.viewer is None else self.viewer.user_id

    @cached_property
    def loaders(self) -> Loaders:
        stores = self.services.stores
        return Loaders(stores.reads, self.viewer_id, stores.loading)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction; what was loaded before it is forgotten after it."""
        async with transaction.write(self.services.stores.sessions) as session:
            yield session
            self.may_have_committed = True
        self.forget()

    def become(self, viewer: Viewer | None) -> None:
        """Go on as somebody else: whoever just signed in, or nobody after signing out."""
        self.viewer = viewer
        if viewer is None and self.browser is not None:
            self.browser.forget()
        self.forget()

    def forget(self) -> None:
        """Let the rest of the operation load anew."""
        self.__dict__.pop("loaders", None)
        self.batches.clear()


Info: TypeAlias = strawberry.Info[Context, None]
