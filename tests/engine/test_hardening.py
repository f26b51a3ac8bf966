"""What an attacker, an odd object or a careless resolver must not do to an execution."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, build_schema, parse

from engine.documents import Documents
from engine.execution import execute, most_variants
from engine.pipeline import Schema

SCHEMA = build_schema(
    "type Query { posts: [Post] one: Post } type Post { n: Int m: Int name: String tags: [Post] }"
)


async def asked(text: str, root: Any, schema: Any = SCHEMA) -> ExecutionResult:
    result = execute(schema, parse(text), root)
    return result if isinstance(result, ExecutionResult) else await result


def batched(function: Any, *fields: str) -> Any:
    schema = build_schema("type Query { posts: [Post] } type Post { n: Int m: Int name: String }")
    for field in fields:
        schema.type_map["Post"].fields[field].extensions = {"batch": function}  # type: ignore[attr-defined]
    return schema


async def test_a_list_that_changes_meanwhile_changes_nothing() -> None:
    posts = [{"n": 1}, {"n": 2}]

    async def names(parents: list[Any], info: Any) -> Sequence[str]:
        found = [f"post {each['n']}" for each in parents]
        await asyncio.sleep(0)
        posts.append({"n": 3})
        parents.clear()
        return found

    result = await asked("{ posts { n name } }", {"posts": posts}, batched(names, "name"))
    assert result == ({"posts": [{"n": 1, "name": "post 1"}, {"n": 2, "name": "post 2"}]}, None)


async def test_a_function_of_two_fields_hears_of_each() -> None:
    async def named(parents: list[Any], info: Any) -> Sequence[str]:
        return [1 if info.field_name == "n" else 2 for _ in parents]  # type: ignore[misc]

    result = await asked("{ posts { n m } }", {"posts": [{}]}, batched(named, "n", "m"))
    assert result.data == {"posts": [{"n": 1, "m": 2}]}


@pytest.mark.parametrize("answer", [{"a": 1, "b": 2}, "12"])
async def test_what_is_no_list_is_no_answer_to_a_batch(answer: Any) -> None:
    async def wrong(parents: list[Any], info: Any) -> Any:
        return answer

    result = await asked("{ posts { n } }", {"posts": [{}, {}]}, batched(wrong, "n"))
    assert [error.path for error in result.errors or ()] == [["posts", 0, "n"], ["posts", 1, "n"]]


async def test_middleware_stands_around_a_batch_too() -> None:
    async def names(parents: list[Any], info: Any) -> Sequence[str]:
        return ["name" for _ in parents]

    async def around(next_: Any, source: Any, info: Any, **given: Any) -> Any:
        found = next_(source, info, **given)
        found = await found if asyncio.iscoroutine(found) else found
        return f"a {found}" if info.field_name == "name" else found

    document = parse("{ posts { name } }")
    result = await execute(batched(names, "name"), document, {"posts": [{}]}, middleware=[around])  # type: ignore[misc]
    assert result.data == {"posts": [{"name": "a name"}]}


def test_an_object_at_several_places_has_rows_of_its_own() -> None:
    same = {"n": 1}
    for _ in range(3):
        result = execute(SCHEMA, parse("{ posts { n } }"), {"posts": [same] * 40})
        assert isinstance(result, ExecutionResult)
        assert result.data is not None
        rows = result.data["posts"]
        rows[0]["n"] = 2
        assert rows[1:] == [{"n": 1}] * 39


async def test_an_end_of_everything_is_no_error_of_a_field() -> None:
    class Stop(BaseException):
        pass

    async def stops(*_: Any) -> Any:
        await asyncio.sleep(0)
        raise Stop

    async def waits(*_: Any) -> Any:
        await asyncio.sleep(60)

    with pytest.raises(Stop):
        await asked("{ posts { n } one { n } }", {"posts": stops, "one": waits})


def test_odd_objects_fail_where_they_are_read() -> None:
    class Odd:
        def __getattr__(self, name: str) -> Any:
            raise ValueError(f"no {name}")

    class Lazy(list[Any]):
        def __iter__(self) -> Any:
            return iter([{"n": 7}])

    document = parse("{ one { n } posts { n } }")
    for _ in range(3):
        result = execute(SCHEMA, document, {"one": Odd(), "posts": Lazy()})
        assert isinstance(result, ExecutionResult)
        assert result.data == {"one": {"n": None}, "posts": [{"n": 7}]}
        assert [(error.message, error.path) for error in result.errors or ()] == [("no n", ["one", "n"])]


async def test_thousands_of_lists_take_no_longer_than_their_items() -> None:
    async def late() -> dict[str, int]:
        return {"n": 1}

    def tagged() -> dict[str, Any]:
        return {"tags": [late()]}

    async with asyncio.timeout(30):
        result = await asked("{ posts { tags { n } } }", {"posts": [tagged() for _ in range(20_000)]})
    assert result.data == {"posts": [{"tags": [{"n": 1}]}] * 20_000}


def test_a_copy_of_an_info_knows_its_path() -> None:
    paths = []

    def resolve(*arguments: Any) -> int:
        info = arguments[-1]
        paths.append(info._replace(context=1).path == info.path and info.path in info)
        return 1

    assert execute(SCHEMA, parse("{ one { n } }"), {"one": {"n": resolve}}) == ({"one": {"n": 1}}, None)
    assert paths == [True]


def test_what_may_be_planned_of_a_document_is_counted() -> None:
    plain, deciding = (
        parse("query ($a: Boolean!) { one { n } }"),
        parse(
            "query ($a: Boolean!, $b: Boolean!) { one { n @skip(if: $a) ...F } }"
            " fragment F on Post { m @skip(if: $b) }"
        ),
    )
    assert (most_variants(plain), most_variants(deciding)) == (1, 4)
    names = [f"v{number}" for number in range(20)]
    many = f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ one {{ n "
    many += " ".join(f"f{name}: m @include(if: ${name})" for name in names) + "} }"
    assert most_variants(parse(many)) == 8
    documents = Documents(SCHEMA)
    plain_text = "{ one { n " + " ".join(f"f{name}: m" for name in names) + "} }"
    counted = [read.size / read.words for read in map(documents.read, (plain_text, many))]
    assert counted[1] > 2 * counted[0]


@strawberry.type
class Query:
    name: str = "plain"


async def test_a_schema_refuses_what_would_go_around_its_gates() -> None:
    with pytest.raises(TypeError, match="gates"):
        Schema(query=Query, extensions=[strawberry.extensions.MaskErrors()])
    schema: Schema[None] = Schema(query=Query)
    with pytest.raises(TypeError, match="root value"):
        await schema.execute("{ name }", root_value=Query())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        schema.execute_sync("{ name }")
    with pytest.raises(TypeError):
        await schema.subscribe("subscription { name }")
