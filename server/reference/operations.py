"""Reference pages of the root fields: what each takes, answers, and can be refused with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from strawberry.types import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from db.buckets import Limit
from engine.codes import ErrorCode
from resolvers.limits import Per, RateLimit, limit_of
from schema.root import Mutation, Query
from server.reference.answers import Answer
from server.reference.examples import Example
from server.reference.markdown import anchor, as_json, code, default, meaning, page, table, type_link
from server.reference.refusals import Refusals, Refused, refusals_of

_OBJECTS: Final = "objects.md"
_EVERYWHERE: Final = "What any request may meet besides: [errors](../errors.md)."
_SIGN_IN: Final = {True: "Only for those who are signed in.", False: "Open to everyone, signed in or not."}
# These two are told of by what was recorded and by the limits.
_TOLD_ELSEWHERE: Final = {ErrorCode.UNAUTHENTICATED, ErrorCode.RATE_LIMITED}
_PERIODS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_TITLES: Final = {
    "query": ("Queries", "Everything that can be read."),
    "mutation": ("Mutations", "Everything that can be changed."),
}


@dataclass(frozen=True)
class Operation:
    """A root field with all that is known of it."""

    example: Example
    answer: Answer
    field: GraphQLField
    limit: RateLimit | None
    refusals: Refusals

    @property
    def name(self) -> str:
        return self.example.field


def operations(schema: GraphQLSchema, examples: list[Example], answers: dict[str, Answer]) -> list[Operation]:
    code_of = dict(_fields())
    roots = {"query": schema.query_type, "mutation": schema.mutation_type}
    return [
        Operation(
            example,
            answers[example.field],
            roots[example.kind].fields[example.field],  # type: ignore[union-attr] # both are there
            limit_of(code_of[example.field]),
            refusals_of(_resolver(code_of[example.field])),
        )
        for example in examples
    ]


def operations_page(kind: str, all_of_them: list[Operation]) -> str:
    told = [each for each in all_of_them if each.example.kind == kind]
    title, summary = _TITLES[kind]
    listed = "\n".join(f"* [{each.name}](#{anchor(each.name)})" for each in told)
    return page(f"# {title}", summary, listed, *(_told(each, all_of_them) for each in told))


def _told(operation: Operation, others: list[Operation]) -> str:
    answer = operation.answer
    return page(
        f"## {operation.name}",
        meaning(operation.field.description, operation.field.deprecation_reason),
        f"Answers {type_link(operation.field.type)}. {_SIGN_IN[answer.needs_sign_in]}",
        _arguments(operation),
        "**Example**",
        code("graphql", operation.example.document.text),
        f"with these variables:\n\n{as_json(answer.variables)}" if answer.variables else "",
        f"answers:\n\n{as_json(answer.answer)}",
        f"### Errors of {operation.name}",
        _typed(operation),
        _codes(operation, others),
        _EVERYWHERE,
    ).strip()


def _arguments(operation: Operation) -> str:
    rows = [row for name, argument in operation.field.args.items() for row in _argument(name, argument)]
    return table(["argument", "type", "default", "meaning"], rows)


def _argument(name: str, entrance: GraphQLArgument | GraphQLInputField, lead: str = "") -> Iterator[list[str]]:
    """A row for an argument, and one for each field of the input that it takes."""
    said = meaning(entrance.description, entrance.deprecation_reason)
    yield [f"{lead}`{name}`", type_link(entrance.type), default(entrance), said]
    kind = get_named_type(entrance.type)
    if isinstance(kind, GraphQLInputObjectType):
        for inner, field in kind.fields.items():
            yield from _argument(inner, field, f"{lead}↳ ")


def _typed(operation: Operation) -> str:
    """The refusals that are members of the answer's union, and those of its members that nobody meets."""
    union = get_named_type(operation.field.type)
    if not isinstance(union, GraphQLUnionType):
        return ""
    met = {refused.kind for refused in operation.refusals.typed}
    rows = [
        [f"[`{refused.kind}`]({_OBJECTS}#{anchor(refused.kind)})", _place(refused), refused.message or ""]
        for refused in _sorted(operation.refusals.typed)
    ]
    unmet = [f"`{each.name}`" for each in union.types if _is_refusal(each) and each.name not in met]
    kept = f"Nothing answers with {' or '.join(unmet)} now: kept in the union for what may come." if unmet else ""
    return page(table([f"in {type_link(union)}", "field", "says"], rows), kept).strip()


def _codes(operation: Operation, others: list[Operation]) -> str:
    rows = []
    if operation.answer.needs_sign_in:
        rows.append(["`UNAUTHENTICATED`", "", "Nobody is signed in, or the access token is good no longer."])
    rows += [["`RATE_LIMITED`", "", words] for words in _limits(operation, others)]
    rows += [
        [f"`{refused.kind}`", _place(refused), refused.message or ""]
        for refused in _sorted(operation.refusals.codes)
        if refused.kind not in _TOLD_ELSEWHERE
    ]
    return table(["top-level code", "argument", "when, or what it says"], rows)


def _limits(operation: Operation, others: list[Operation]) -> Iterator[str]:
    if operation.limit:
        yield _shared(operation, operation.limit, others)
    for bucket, limit in sorted(operation.refusals.limits, key=str):
        yield f"More than {amount(limit)}, counted as `{bucket}`."


def _shared(operation: Operation, limit: RateLimit, others: list[Operation]) -> str:
    sharers = [
        f"`{each.name}`"
        for each in others
        if each.limit and each.limit.bucket == limit.bucket and each is not operation
    ]
    anyone = "person" if operation.answer.needs_sign_in else "person, or per address where nobody is signed in"
    who = {Per.ADDRESS: "address", Per.VIEWER: anyone, Per.BOTH: "person or per address"}[limit.per]
    together = f", counted together with {', '.join(sharers)}" if sharers else ""
    return f"More than {amount(limit.limit)} per {who}{together}."


def amount(limit: Limit) -> str:
    """Such as "20 in 5 minutes"."""
    length, unit = next((length, unit) for length, unit in _PERIODS if limit.seconds % length == 0)
    periods = limit.seconds // length
    one = f"an {unit}" if unit == "hour" else f"a {unit}"
    return f"{limit.count} in {f'{periods} {unit}s' if periods > 1 else one}"


def _place(refused: Refused) -> str:
    return f"`{refused.place}`" if refused.place else ""


def _sorted(refusals: frozenset[Refused]) -> list[Refused]:
    return sorted(refusals, key=lambda each: (each.kind, each.place or "", each.message or ""))


def _is_refusal(kind: Any) -> bool:
    return any(each.name == "UserError" for each in kind.interfaces)


def _fields() -> Iterator[tuple[str, StrawberryField]]:
    for root in (Query, Mutation):
        for field in get_object_definition(root, strict=True).fields:
            yield field.graphql_name or to_camel_case(field.python_name), field


def _resolver(field: StrawberryField) -> Any:
    assert field.base_resolver
    return field.base_resolver.wrapped_func
