"""Dataloaders: one statement a page, nothing twice, and no caller's trouble becomes another's."""

import asyncio
from collections.abc import Mapping
from typing import Any, TypeVar

import pytest

from db import loaders
from db.loaders import Loader, Loaders
from db.queries.pages import Page
from db.reads import Read
from domain.audit import Origin
from schema.context import Context, Services
from tests.factories import Make

R = TypeVar("R")


class Counted:
    """The pool's reads, with every statement and its keys noted."""

    def __init__(self, services: Services) -> None:
        self._reads = services.stores.reads
        self.calls: list[dict[str, Any]] = []

    async def fetch(self, statement: Read[R], **values: Any) -> list[R]:
        self.calls.append(values)
        return await self._reads.fetch(statement, **values)


class Shelf:
    """A batch function whose answers the test holds back until it says so."""

    def __init__(self, values: Mapping[int, str], *, error: Exception | None = None) -> None:
        self.values = values
        self.error = error
        self.asked: list[list[int]] = []
        self.started = asyncio.Event()
        self.answer = asyncio.Event()

    async def load(self, keys: list[int]) -> Mapping[int, str]:
        self.asked.append(keys)
        self.started.set()
        await self.answer.wait()
        if self.error is not None:
            raise self.error
        return self.values


@pytest.fixture
def shelf() -> Shelf:
    return Shelf({number: f"book {number}" for number in range(5000)})


async def test_a_page_is_one_statement_however_it_is_asked_for(services: Services, make: Make) -> None:
    people = [await make.user(f"person_{number}") for number in range(6)]
    reads = Counted(services)
    users = Loaders(reads, None).user_by_id
    await asyncio.gather(
        users.many([person.id for person in people[:3]]), *(users.load(person.id) for person in people[2:])
    )
    assert [sorted(call["ids"]) for call in reads.calls] == [[person.id for person in people]]


async def test_a_nested_page_is_one_statement_for_all_its_parents(services: Services, make: Make) -> None:
    people = [await make.user(f"person_{number}") for number in range(4)]
    posts = [await make.post(person) for person in people[:3]]
    reads = Counted(services)
    slices = await Loaders(reads, None).posts_by_author_id(Page(3)).many([person.id for person in people])
    assert [[edge.node.id for edge in rows.edges] for rows in slices if rows] == [[post.id] for post in posts] + [
        []
    ]
    assert len(reads.calls) == 1


async def test_a_page_of_another_size_is_a_loader_of_its_own(services: Services) -> None:
    made = Loaders(services.stores.reads, None)
    assert made.posts_by_author_id(Page(3)) is made.posts_by_author_id(Page(3))
    assert made.posts_by_author_id(Page(3)) is not made.posts_by_author_id(Page(4))
    assert made.posts_by_author_id(Page(3)) is not made.liked_posts_by_user_id(Page(3))


async def test_keys_are_asked_for_once_and_answered_in_the_callers_order(shelf: Shelf) -> None:
    shelf.answer.set()
    loader = Loader(shelf.load)
    assert await loader.many([3, 1, 3, 2, 1]) == ["book 3", "book 1", "book 3", "book 2", "book 1"]
    assert shelf.asked == [[3, 1, 2]]


async def test_what_was_loaded_is_not_asked_for_again(shelf: Shelf) -> None:
    shelf.answer.set()
    loader = Loader(shelf.load)
    await loader.many([1, 2])
    assert (await loader.load(2), await loader.many([2, 3])) == ("book 2", ["book 2", "book 3"])
    assert shelf.asked == [[1, 2], [3]]


async def test_a_key_that_is_not_there_loads_as_none_and_is_remembered(shelf: Shelf) -> None:
    shelf.answer.set()
    loader = Loader(shelf.load)
    assert await loader.many([-1, 1]) == [None, "book 1"]
    assert await loader.load(-1) is None
    assert shelf.asked == [[-1, 1]]


async def test_no_keys_ask_nothing(shelf: Shelf) -> None:
    assert await Loader(shelf.load).many([]) == []
    assert shelf.asked == []


async def test_the_viewer_is_part_of_the_set(services: Services, make: Make) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.block(ada, bob)
    for viewer_id, name in ((None, "ada"), (ada.id, "ada"), (bob.id, None)):
        row = await Loaders(services.stores.reads, viewer_id).user_by_id.load(ada.id)
        assert (row and row.username) == name


async def test_many_waits_with_one_future_for_the_whole_page(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = Loader(shelf.load)
    made = 0
    create = loader.loop.create_future

    def counted() -> "asyncio.Future[Any]":
        nonlocal made
        made += 1
        return create()

    monkeypatch.setattr(loader, "loop", _Loop(loader.loop, counted))
    shelf.answer.set()
    await loader.many(list(range(100)))
    assert made == 1


class _Loop:
    """A loop that tells when a future is made."""

    def __init__(self, loop: asyncio.AbstractEventLoop, create_future: Any) -> None:
        self._loop = loop
        self.create_future = create_future

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)


@pytest.mark.parametrize("way", ["load", "many"])
async def test_a_cancelled_caller_leaves_no_poisoned_key(shelf: Shelf, way: str) -> None:
    loader = Loader(shelf.load)
    leaving = asyncio.create_task(_ask(loader, way))
    await shelf.started.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    shelf.answer.set()
    assert (await loader.load(1), await loader.many([1])) == ("book 1", ["book 1"])
    assert shelf.asked == [[1]]


@pytest.mark.parametrize("way", ["load", "many"])
@pytest.mark.parametrize("other_way", ["load", "many"])
async def test_a_cancelled_caller_does_not_cancel_others_who_wait_for_its_key(
    shelf: Shelf, way: str, other_way: str
) -> None:
    loader = Loader(shelf.load)
    leaving = asyncio.create_task(_ask(loader, way))
    staying = asyncio.create_task(_ask(loader, other_way))
    await shelf.started.wait()
    leaving.cancel()
    shelf.answer.set()
    assert await staying == "book 1"
    assert leaving.cancelled() or leaving.cancelling()
    assert shelf.asked == [[1]]


async def test_a_caller_cancelled_before_the_batch_is_sent_harms_nobody(shelf: Shelf) -> None:
    shelf.answer.set()
    loader = Loader(shelf.load)
    loader.load(1).cancel()
    assert await loader.load(1) == "book 1"


async def test_a_cancelled_batch_reaches_every_waiter_as_an_error_and_is_tried_anew() -> None:
    tries: list[list[int]] = []

    async def load(keys: list[int]) -> Mapping[int, str]:
        tries.append(keys)
        if len(tries) == 1:
            raise asyncio.CancelledError
        return dict.fromkeys(keys, "there")

    loader = Loader(load)
    answers = await asyncio.gather(loader.load(1), loader.many([1, 2]), return_exceptions=True)
    assert [type(answer) for answer in answers] == [RuntimeError, RuntimeError]
    assert await loader.many([1, 2]) == ["there", "there"]
    assert tries == [[1, 2], [1, 2]]


async def test_an_error_reaches_every_waiter_and_is_not_remembered() -> None:
    shelf = Shelf({1: "book 1"}, error=OSError("the shelf fell"))
    shelf.answer.set()
    loader = Loader(shelf.load)
    waiting = [loader.load(1), loader.load(2), loader.many([1, 2]), loader.many([2])]
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(answer) for answer in answers] == ["the shelf fell"] * 4
    shelf.error = None
    assert await loader.many([1, 2]) == ["book 1", None]
    assert shelf.asked == [[1, 2], [1, 2]]


async def test_a_level_above_the_cap_is_split_and_still_answered_in_order(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaders, "_BATCH_MAX", 3)
    shelf.answer.set()
    assert await Loader(shelf.load).many(list(range(7))) == [f"book {number}" for number in range(7)]
    assert shelf.asked == [[0, 1, 2], [3, 4, 5], [6]]


async def test_what_is_cleared_is_asked_for_again(shelf: Shelf) -> None:
    shelf.answer.set()
    loader = Loader(shelf.load)
    await loader.many([1, 2])
    await loader.clear(1).many([1, 2])
    await loader.clear_all().many([1, 2])
    assert shelf.asked == [[1, 2], [1], [1, 2]]


async def test_a_write_ends_the_operations_loaders(services: Services, make: Make) -> None:
    ada = await make.user("ada")
    context = Context(services, ada.viewer, Origin())
    before = context.loaders
    assert (await before.stats_by_user_id.many([ada.id]))[0]
    async with context.write():
        await make.post(ada)
        assert context.loaders is before
    after = context.loaders
    assert after is not before
    assert [stats and stats.post_count for stats in await before.stats_by_user_id.many([ada.id])] == [0]
    assert [stats and stats.post_count for stats in await after.stats_by_user_id.many([ada.id])] == [1]
    assert context.batches == {}


async def _ask(loader: Loader[int, str], way: str) -> str | None:
    return await loader.load(1) if way == "load" else (await loader.many([1]))[0]
