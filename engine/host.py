"""What the endpoint needs of the application around it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from graphql import GraphQLError
from starlette.types import Scope

from engine.pipeline import Asked, Bucket
from engine.refusals import Refusal

C_co = TypeVar("C_co", covariant=True)


class Host(Protocol[C_co]):
    """Who asks, what that costs them, and what is said of errors; one for all requests."""

    @property
    def watch(self) -> Callable[[Mapping[str, str]], AbstractContextManager[None]]:
        """Stands around a request from its headers to its reply."""

    async def context(self, scope: Scope, headers: Mapping[str, str], asked: Asked) -> C_co:
        """Who asks, and what the operation may use."""

    def may_have_committed(self, context: Any) -> bool:
        """Has the operation come to where giving it up no longer undoes it?"""

    def bucket(self, context: Any) -> Bucket | None:
        """What the operation was paid from, once it was."""

    def registrant(self, context: Any) -> str:
        """Whose registrations of texts count together."""

    def out_of_patience(self, scope: Scope) -> Refusal | None:
        """How somebody is refused of whom too much was refused lately; asks no store."""

    async def count_refused(self, scope: Scope) -> Refusal | None:
        """Something was refused before it had a price: the same, if that was one too many. Never raises."""

    def is_allowed_origin(self, origin: str, headers: Mapping[str, str]) -> bool:
        """May pages of that origin send requests in their visitor's name?"""

    def suspect(self) -> None:
        """A request is being refused that pages of another origin may have had a browser send."""

    def shown(self, errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
        """What leaves of them."""

    def refusal_of(self, error: Exception) -> Refusal:
        """For what broke outside of any field."""
