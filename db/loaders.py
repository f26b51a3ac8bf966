"""Dataloaders: every edge of the graph, batched and de-duplicated within one operation.

They are named by what they return and by which key. A set lives for one operation and one viewer, and is thrown
away after a write.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from aiodataloader import DataLoader, dispatch_queue
from aiodataloader import Loader as Queued

from db.observing import Loading
from db.queries import accounts, comments, follows, posts, second_factors, suspensions, users
from db.queries.accounts import AddressRow
from db.queries.comments import CommentRow, CommentStatsRow
from db.queries.pages import EdgeRow, Page, Place, Slice
from db.queries.posts import PostEdgeRow, PostRow
from db.queries.second_factors import FactorsRow
from db.queries.suspensions import SuspensionRow
from db.queries.users import RelationshipRow, UserRow, UserStatsRow
from db.reads import Reads

K = TypeVar("K")
V = TypeVar("V")
E = TypeVar("E", bound=Place)

Batch: TypeAlias = Callable[[list[K]], Awaitable[Mapping[K, V]]]

# Keys of one statement; a larger level is loaded by several.
_BATCH_MAX = 2000


class _Place(Generic[V]):
    """Where one key's value arrives: a future's few methods that a loader uses, without a future's weight."""

    __slots__ = ("arrived", "error", "value", "waiting")

    def __init__(self) -> None:
        self.arrived = False
        self.value: V | None = None
        self.error: Exception | None = None
        self.waiting: list[Callable[[], None]] = []

    def done(self) -> bool:
        return self.arrived

    def set_result(self, value: V) -> None:
        self.value = value
        self._arrive()

    def set_exception(self, error: Exception) -> None:
        self.error = error
        self._arrive()

    def _arrive(self) -> None:
        self.arrived = True
        waiting, self.waiting = self.waiting, []
        for wake in waiting:
            wake()

    def result(self) -> V | None:
        if self.error is not None:
            raise self.error
        return self.value


class Loader(DataLoader[K, V | None]):
    """aiodataloader's, with three changes: `many` waits for a whole page with one future, a caller that is
    cancelled takes nobody's key with it, and a batch takes one task where it took two.

    `batch` answers the keys it knows; the others load as `None`.
    """

    def __init__(self, batch: Batch[K, V]) -> None:
        async def load(keys: list[K]) -> list[V | None]:
            try:
                found = await batch(keys)
            except asyncio.CancelledError as error:
                # The loop is ending; whoever still waits must hear of it rather than wait for ever.
                raise RuntimeError("the load was cancelled") from error
            return [found.get(key) for key in keys]

        super().__init__(load, max_batch_size=_BATCH_MAX)
        self._places: dict[K, _Place[V | None]] = {}

    def load(self, key: K) -> "asyncio.Future[V | None]":
        place = self._place(key)
        future: asyncio.Future[V | None] = self.loop.create_future()

        def wake() -> None:
            if not future.done():
                _settle(future, place)

        if place.arrived:
            wake()
        else:
            place.waiting.append(wake)
        return future

    async def many(self, keys: Sequence[K]) -> list[V | None]:
        """The values of `keys` in their order; raises the first error among them."""
        places = [self._place(key) for key in keys]
        missing = {id(place): place for place in places if not place.arrived}
        if missing:
            await self._all(list(missing.values()))
        return [place.result() for place in places]

    def clear(self, key: K) -> "Loader[K, V]":
        self._places.pop(key, None)
        return self

    def clear_all(self) -> "Loader[K, V]":
        self._places.clear()
        return self

    def _place(self, key: K) -> _Place[V | None]:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _Place()
            self._queue.append(Queued(key=key, future=place))
            if len(self._queue) == 1:
                # After all who run now, and those whom they wake.
                self.loop.call_soon(self.loop.call_soon, dispatch_queue, self)
        return place

    async def _all(self, places: Iterable[_Place[Any]]) -> None:
        future: asyncio.Future[None] = self.loop.create_future()
        left = 0

        def wake() -> None:
            nonlocal left
            left -= 1
            if left == 0 and not future.done():
                future.set_result(None)

        for place in places:
            left += 1
            place.waiting.append(wake)
        await future


def _settle(future: "asyncio.Future[Any]", place: _Place[Any]) -> None:
    if place.error is not None:
        future.set_exception(place.error)
    else:
        future.set_result(place.value)


PageQuery = Callable[..., Awaitable[Mapping[int, Slice[E]]]]


class Loaders:
    """One operation's loaders, as one viewer sees."""

    def __init__(self, db: Reads, viewer_id: int | None, loading: Loading | None = None) -> None:
        self._db = db
        self._viewer_id = viewer_id
        self._loading = loading
        self._slices: dict[tuple[object, Page], Loader[int, Any]] = {}

    @cached_property
    def user_by_id(self) -> Loader[int, UserRow]:
        return self._seen(users.by_ids)

    @cached_property
    def post_by_id(self) -> Loader[int, PostRow]:
        return self._seen(posts.by_ids)

    @cached_property
    def comment_by_id(self) -> Loader[int, CommentRow]:
        return self._seen(comments.by_ids)

    @cached_property
    def relationship_by_user_id(self) -> Loader[int, RelationshipRow]:
        return self._seen(users.relationships)

    @cached_property
    def own_suspension_by_user_id(self) -> Loader[int, SuspensionRow]:
        return self._seen(suspensions.own)

    @cached_property
    def own_address(self) -> Loader[int, AddressRow]:
        """By the viewer's id; nobody else has one."""

        async def load(ids: list[int]) -> dict[int, AddressRow]:
            if self._viewer_id is None or self._viewer_id not in ids:
                return {}
            own = await accounts.address(self._db, self._viewer_id)
            return {} if own is None else {self._viewer_id: own}

        return self._loader(accounts.address, load)

    @cached_property
    def stats_by_user_id(self) -> Loader[int, UserStatsRow]:
        return self._loader(users.stats, lambda ids: users.stats(self._db, ids))

    @cached_property
    def stats_by_comment_id(self) -> Loader[int, CommentStatsRow]:
        return self._loader(comments.stats, lambda ids: comments.stats(self._db, ids))

    @cached_property
    def own_factors(self) -> Loader[int, FactorsRow]:
        """By the person's id, and only the viewer's."""

        async def own(ids: list[int]) -> dict[int, FactorsRow]:
            if self._viewer_id not in ids:
                return {}
            row = await second_factors.factors(self._db, self._viewer_id)
            return {} if row is None else {row.user_id: row}

        return self._loader(second_factors.factors, own)

    def posts_by_author_id(self, page: Page) -> Loader[int, Slice[PostEdgeRow]]:
        return self._slice(posts.by_author, page)

    def followers_by_user_id(self, page: Page) -> Loader[int, Slice[EdgeRow]]:
        return self._slice(follows.followers, page)

    def following_by_user_id(self, page: Page) -> Loader[int, Slice[EdgeRow]]:
        return self._slice(follows.following, page)

    def requests_by_user_id(self, page: Page) -> Loader[int, Slice[EdgeRow]]:
        return self._slice(follows.requests, page)

    def liked_posts_by_user_id(self, page: Page) -> Loader[int, Slice[PostEdgeRow]]:
        return self._slice(posts.liked_by, page)

    def likers_by_post_id(self, page: Page) -> Loader[int, Slice[EdgeRow]]:
        return self._slice(posts.likers, page)

    def comments_by_post_id(self, page: Page) -> Loader[int, Slice[EdgeRow]]:
        return self._slice(comments.on_posts, page)

    def replies_by_comment_id(self, page: Page) -> Loader[int, Slice[EdgeRow]]:
        return self._slice(comments.replies, page)

    def _seen(self, query: Callable[..., Awaitable[Mapping[int, V]]]) -> Loader[int, V]:
        return self._loader(query, lambda ids: query(self._db, ids, viewer_id=self._viewer_id))

    def _slice(self, query: PageQuery[E], page: Page) -> Loader[int, Slice[E]]:
        loader = self._slices.get((query, page))
        if loader is None:
            loader = self._loader(query, lambda ids: query(self._db, ids, page, viewer_id=self._viewer_id))
            self._slices[query, page] = loader
        return loader

    def _loader(self, query: Callable[..., Any], batch: Batch[K, V]) -> Loader[K, V]:
        return Loader(batch if self._loading is None else _observed(self._loading, query, batch))


def _observed(loading: Loading, query: Callable[..., Any], batch: Batch[K, V]) -> Batch[K, V]:
    name = f"{query.__module__.rpartition('.')[2]}.{query.__name__}"

    async def observed(keys: list[K]) -> Mapping[K, V]:
        with loading(name, len(keys)):
            return await batch(keys)

    return observed
