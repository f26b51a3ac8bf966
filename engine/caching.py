"""What browsers and CDNs may keep of an answer: entity tags, and ages by the schema's `@cacheControl`.

Only answers to a GET that names its operation by id come here; the address then says all that was asked.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from hashlib import sha256
from typing import Final
from weakref import WeakKeyDictionary

import strawberry
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
)
from strawberry.schema_directive import Location

from engine.documents import Operation
from engine.fragments import fragments_of

# Of `If-None-Match`, so much is read.
_HEADER_MAX: Final = 4096
_VARIES: Final = "Accept, Authorization"


@strawberry.enum(description="Whose an answer is.")
class CacheControlScope(Enum):
    PUBLIC = strawberry.enum_value("PUBLIC", description="The same for everybody who is not signed in.")
    PRIVATE = strawberry.enum_value("PRIVATE", description="Not to be shared.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="cacheControl",
    description=(
        "For how long an answer that holds this may be kept; the shortest counts. A field without it goes by the "
        "one it is in, and a root field without it may not be kept."
    ),
)
class CacheControl:
    max_age: int = strawberry.field(name="maxAge", description="Seconds.")
    scope: CacheControlScope = strawberry.field(name="scope", description="Who may share it.")


def headers(schema: GraphQLSchema, operation: Operation, *, is_anonymous: bool) -> dict[str, str]:
    """Of a whole answer without errors. What is a person's own, their browser may keep and has to ask about."""
    seconds = _max_age(schema, operation) if is_anonymous else 0
    kept = f"public, max-age={seconds}" if seconds else "private, no-cache"
    return {"cache-control": kept, "vary": _VARIES}


def is_shared(headers: Mapping[str, str]) -> bool:
    """Do they let anybody but the one who asked have the answer?"""
    return headers.get("cache-control", "").startswith("public")


def tag(body: bytes, media_type: str) -> str:
    """Another one for each of the types that one address answers in."""
    digest = sha256(media_type.encode() + b" " + body).hexdigest()
    return f'"{digest[:32]}"'


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Does the client have it already? Compared weakly, as RFC 9110 §13.1.2 wants it."""
    offered = [each.strip().removeprefix("W/") for each in (if_none_match or "")[:_HEADER_MAX].split(",")]
    return tag in offered or offered == ["*"]


_known: WeakKeyDictionary[Operation, int] = WeakKeyDictionary()


def _max_age(schema: GraphQLSchema, operation: Operation) -> int:
    age = _known.get(operation)
    if age is None:
        age = _known[operation] = min(_ages(schema, operation), default=0)
    return age


def _ages(schema: GraphQLSchema, operation: Operation) -> Iterator[int]:
    """Of every field that says one, and 0 for a root field that does not. The limits bound the walk."""
    root = schema.get_root_type(operation.kind)
    assert root is not None
    fragments = fragments_of(operation.document.node)
    open_sets: list[tuple[SelectionSetNode, object]] = [(operation.node.selection_set, root)]
    while open_sets:
        selections, parent = open_sets.pop()
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                fragment = fragments[node.name.value]
                open_sets.append((fragment.selection_set, schema.get_type(fragment.type_condition.name.value)))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = schema.get_type(condition.name.value) if condition else parent
                open_sets.append((node.selection_set, inner))
            elif isinstance(node, FieldNode) and isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
                field = parent.fields.get(node.name.value)
                if field is None:
                    continue
                hint = _hint(field)
                if hint is not None:
                    yield hint.max_age if hint.scope is CacheControlScope.PUBLIC else 0
                elif parent is root:
                    yield 0
                if node.selection_set is not None:
                    open_sets.append((node.selection_set, get_named_type(field.type)))


def _hint(field: GraphQLField) -> CacheControl | None:
    directives = getattr(field.extensions.get("strawberry-definition"), "directives", None) or ()
    return next((each for each in directives if isinstance(each, CacheControl)), None)
