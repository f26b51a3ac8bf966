"""How the engine executes: what it makes one call of, what it keeps, and what it stops."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
from graphql import ExecutionResult, GraphQLScalarType, Undefined, build_schema, parse
from graphql import execute as by_graphql_core
from strawberry.types.scalar import identity

from engine.execution import FellThrough, execute, fallthroughs, no_fallthrough
from engine.execution.rows import Column, Odd, row_function

SCHEMA = build_schema(
    """
    type Query { posts(first: Int = 2): [Post!]! pinned: Post slow: String! fast: String! maybe: [Post] }
    type Post { id: ID! text: String author: User reply: Post n: Int }
    type User { id: ID! name(loud: Boolean = false): String! }
    """
)
CALLS: Counter[str] = Counter()


async def authors(posts: Sequence[Any], info: Any) -> list[dict[str, Any]]:
    CALLS["authors"] += 1
    CALLS["posts"] += len(posts)
    await asyncio.sleep(0)
    return [{"id": f"u{post['id']}"} for post in posts]


async def names(users: Sequence[Any], info: Any, loud: bool) -> list[str | Exception]:
    CALLS[f"names {loud}"] += 1
    found = [f"name of {user['id']}" for user in users]
    return [ValueError("no name") if "13" in name else name.upper() if loud else name for name in found]


SCHEMA.type_map["Post"].fields["author"].extensions = {"batch": authors}  # type: ignore[attr-defined]
SCHEMA.type_map["User"].fields["name"].extensions = {"batch": names}  # type: ignore[attr-defined]


def post(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "text": f"post {number}", "n": number, **more}


@pytest.fixture(autouse=True)
def no_calls() -> None:
    CALLS.clear()


async def asked(text: str, root: Any, **options: Any) -> ExecutionResult:
    with no_fallthrough():
        result = execute(SCHEMA, parse(text), root, **options)
    return result if isinstance(result, ExecutionResult) else await result


def test_what_waits_for_nothing_is_answered_at_once() -> None:
    assert execute(SCHEMA, parse("{ posts { id } }"), {"posts": [post(1)]}) == ({"posts": [{"id": "1"}]}, None)


async def test_a_level_is_one_call_and_so_are_levels_that_come_up_together() -> None:
    root = {"posts": [post(1), post(2)], "pinned": post(3, reply=post(4))}
    result = await asked(
        "{ posts { author { id name } } pinned { author { name } reply { author { id } } } }", root
    )
    assert result.errors is None
    assert result.data is not None
    assert result.data["posts"][1] == {"author": {"id": "u2", "name": "name of u2"}}
    assert result.data["pinned"] == {"author": {"name": "name of u3"}, "reply": {"author": {"id": "u4"}}}
    assert CALLS == {"authors": 1, "posts": 4, "names False": 1}


async def test_calls_with_other_arguments_stay_apart() -> None:
    text = "{ posts { author { name } shouted: author { name(loud: true) } } }"
    result = await asked(text, {"posts": [post(1)]})
    assert result.data == {"posts": [{"author": {"name": "name of u1"}, "shouted": {"name": "NAME OF U1"}}]}
    assert CALLS == {"authors": 1, "posts": 2, "names False": 1, "names True": 1}


async def test_one_that_fails_in_a_batch_is_one_error() -> None:
    result = await asked("{ posts { author { name } } }", {"posts": [post(12), post(13)]})
    assert result.data == {"posts": [{"author": {"name": "name of u12"}}, {"author": None}]}
    assert [(error.message, error.path) for error in result.errors or ()] == [
        ("no name", ["posts", 1, "author", "name"])
    ]


@pytest.mark.parametrize("answer", [[], [1, 2, 3], 5, None])
async def test_a_batch_that_answers_otherwise_than_it_was_asked_fails_whole(answer: Any) -> None:
    schema = build_schema("type Query { posts: [Post] } type Post { n: Int }")

    async def wrong(posts: Sequence[Any], info: Any) -> Any:
        return answer

    schema.type_map["Post"].fields["n"].extensions = {"batch": wrong}  # type: ignore[attr-defined]
    result = await execute(schema, parse("{ posts { n } }"), {"posts": [{}, {}]})  # type: ignore[misc]
    assert result.data == {"posts": [{"n": None}, {"n": None}]}
    assert [error.path for error in result.errors] == [["posts", 0, "n"], ["posts", 1, "n"]]


async def test_what_a_null_made_needless_is_cancelled_and_the_rest_goes_on() -> None:
    cancelled: list[str] = []

    async def slow(*_: Any) -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append("slow")
            raise
        return "late"

    async def fails(*_: Any) -> str:
        await asyncio.sleep(0)
        raise ValueError("no")

    async with asyncio.timeout(10):
        result = await asked("{ slow fast }", {"slow": slow, "fast": fails})
    assert result.data is None
    assert [error.path for error in result.errors or ()] == [["fast"]]
    assert cancelled == ["slow"]


async def test_giving_up_leaves_nothing_running() -> None:
    running: set[str] = set()
    others = asyncio.all_tasks()

    def wait(name: str) -> Any:
        async def resolve(*_: Any) -> str:
            running.add(name)
            try:
                await asyncio.sleep(60)
            finally:
                running.discard(name)
            return name

        return resolve

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await asked("{ slow fast }", {"slow": wait("slow"), "fast": wait("fast")})
    assert running == set()
    assert asyncio.all_tasks() <= others


async def test_a_future_that_others_wait_for_too_is_not_cancelled() -> None:
    shared: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def fails(*_: Any) -> str:
        await asyncio.sleep(0)
        raise ValueError("no")

    result = await asked("{ slow fast }", {"slow": lambda *_: shared, "fast": fails})
    assert result.data is None
    assert not shared.cancelled()
    shared.set_result("for somebody else")


@pytest.mark.parametrize("variables", [{"a": True, "b": False}, {"a": False, "b": True}, {"a": True, "b": True}])
def test_each_choice_of_what_to_skip_is_a_variant(variables: dict[str, bool]) -> None:
    document = parse(
        "query ($a: Boolean!, $b: Boolean!) { posts { id @skip(if: $a) ...T @include(if: $b) } }"
        " fragment T on Post { text n @include(if: $a) }"
    )
    for _ in range(3):
        for values in (variables, {"a": False, "b": False}):
            root = {"posts": [post(1), post(2)]}
            expected = by_graphql_core(SCHEMA, document, root, variable_values=values)
            assert execute(SCHEMA, document, root, variable_values=values) == expected


def test_many_variables_that_decide_are_decided_at_each_request() -> None:
    names = [f"v{number}" for number in range(8)]
    fields = " ".join(f"f{name}: n @include(if: ${name})" for name in names)
    document = parse(f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ pinned {{ id {fields} }} }}")
    for number in range(256):
        values = {name: bool(number >> bit & 1) for bit, name in enumerate(names)}
        result = execute(SCHEMA, document, {"pinned": post(7)}, variable_values=values)
        assert isinstance(result, ExecutionResult)
        assert result.data == {"pinned": {"id": "7", **{f"f{name}": 7 for name in names if values[name]}}}


def test_objects_mappings_and_both_together() -> None:
    class Thing:
        id, text = "o", "an object"

    document = parse("{ maybe { id text __typename } }")
    for things in ([Thing(), Thing()], [post(1)], [Thing(), post(1), None], [Thing()]):
        expected = by_graphql_core(SCHEMA, document, {"maybe": things})
        assert execute(SCHEMA, document, {"maybe": things}) == expected


def test_a_row_function_reads_what_is_plain_and_refuses_the_rest() -> None:
    kinds = {name: SCHEMA.type_map[name] for name in ("String", "Int", "ID")}
    columns = [
        Column("a'\"\\", "text", kinds["String"], is_nullable=True),  # type: ignore[arg-type]
        Column("n", "n", kinds["Int"], is_nullable=False),  # type: ignore[arg-type]
        Column("class", "class", kinds["ID"], is_nullable=False),  # type: ignore[arg-type]
        Column("later"),
        Column("__typename", constant="Post"),
    ]
    read = row_function(columns, of_mappings=True)
    good = {"text": None, "n": 2**31 - 1, "class": 5}
    row = {"a'\"\\": None, "n": 2**31 - 1, "class": "5", "later": None, "__typename": "Post"}
    assert read([good, good]) == [row, row]
    for odd in ({"n": 2**31}, {"n": True}, {"n": None}, {"text": 5}, {"class": 1.5}):
        with pytest.raises(Odd):
            read([good, {**good, **odd}])


@pytest.mark.parametrize("coerce", [None, identity, lambda value: value])
def test_a_scalar_that_leaves_values_as_they_are_takes_all_but_what_is_not_there(coerce: Any) -> None:
    scalar = GraphQLScalarType("Any", coerce_output_value=coerce)
    read = row_function([Column("any", "any", scalar, is_nullable=False)], of_mappings=True)
    good = [{"any": value} for value in (1, "one", [1], {"one": 1}, True)]
    for _ in range(2):  # their types are known then
        assert read(good) == good
        for odd in (None, Undefined, ValueError("no"), lambda: 1):
            with pytest.raises(Odd):
                read([{"any": odd}])


class _Unhashable:
    """Resolves fields by doubling them."""

    __hash__: ClassVar[None]  # type: ignore[assignment] # as a class with `__eq__` alone has it

    def __eq__(self, other: object) -> bool:
        return True

    def __call__(self, source: Any, info: Any, **_: Any) -> Any:
        return 2 * source[info.field_name]


def test_a_resolver_that_cannot_be_hashed_resolves_as_others_do() -> None:
    schema, document = build_schema("type Query { a: Int }"), parse("{ a }")
    assert execute(schema, document, {"a": 1}, field_resolver=_Unhashable()) == ({"a": 2}, None)
    assert execute(schema, document, {"a": 1}) == ({"a": 1}, None)


def test_what_it_does_not_do_itself_is_counted_or_raises() -> None:
    schema = build_schema("directive @defer on FIELD type Query { a: Int }")
    with pytest.raises(FellThrough), no_fallthrough():
        execute(schema, parse("{ a }"))
    before = fallthroughs["predicate"]
    assert execute(SCHEMA, parse("{ pinned { id } }"), {}, is_awaitable=lambda _: False) == (
        {"pinned": None},
        None,
    )
    assert fallthroughs["predicate"] == before + 1
