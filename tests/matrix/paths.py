"""Every way in the schema that leads to a person's content, read from the schema itself."""

from collections.abc import Iterator
from itertools import chain

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    get_named_type,
)

from schema.root import schema

SCHEMA = schema._schema
_NODE = SCHEMA.type_map["Node"]
assert isinstance(_NODE, GraphQLInterfaceType)
# What has an id of its own: people and what they say.
CONTENT = {kind.name for kind in SCHEMA.get_possible_types(_NODE)} | {"Node"}
ROOTS = ("Query", "Mutation")
# Lists of what befell accounts, not of what people published; who may read them their own tests tell.
_LOGS = {"auditLog", "securityEvents"}
# Ids of what nobody but its owner is ever shown; its own tests aim at other people's.
_PERSONAL_KEYS = {"exportId", "passkeyId", "sessionId", "tokenId"}


def reading_paths() -> Iterator[str]:
    """`Query.post`, `User.posts`: connections, edges and pages in between are part of the way."""
    for owner in ("Query", *sorted(CONTENT - {"Node"})):
        yield from (f"{owner}.{name}" for name in _fields(owner) if list(_ends(_type(owner, name))))


def writing_paths() -> Iterator[str]:
    """`Mutation.follow.followingEdge.node`: every place in an answer where content stands."""
    for name in _fields("Mutation"):
        yield from (f"Mutation.{name}.{end}" for end in _ends(_type("Mutation", name)))


def targets() -> Iterator[str]:
    """`follow.userId`: every id that a mutation is aimed at, but those of what is one's own alone."""
    for name, field in _object("Mutation").fields.items():
        given = [get_named_type(argument.type) for argument in field.args.values()]
        inputs = [kind.fields.items() for kind in given if isinstance(kind, GraphQLInputObjectType)]
        for key, value in chain.from_iterable(inputs):
            if get_named_type(value.type).name == "ID" and key not in _PERSONAL_KEYS:
                yield f"{name}.{key}"


def connections() -> Iterator[str]:
    """`Post.likers`, `Query.homeFeed`: every list that is walked in pages."""
    for owner in ("Query", *sorted(CONTENT - {"Node"})):
        for name in _fields(owner):
            if get_named_type(_type(owner, name)).name.endswith("Connection") and name not in _LOGS:
                yield f"{owner}.{name}"


def scalars(kind: str, scalar: str) -> list[str]:
    """The fields of a type that are of that scalar."""
    return [name for name in _fields(kind) if get_named_type(_type(kind, name)).name == scalar]


def _ends(kind: GraphQLOutputType, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The ways from a type to content: `""` for content itself, else through what merely carries it."""
    named = get_named_type(kind)
    if named.name in CONTENT:
        yield ""
    elif isinstance(named, GraphQLUnionType):
        for member in named.types:
            yield from _ends(member, seen)
    elif isinstance(named, GraphQLObjectType) and named.name not in seen:
        for name, field in named.fields.items():
            ends = _ends(field.type, seen | {named.name})
            yield from (f"{name}.{end}".rstrip(".") for end in ends)


def _object(name: str) -> GraphQLObjectType:
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def _fields(name: str) -> list[str]:
    return list(_object(name).fields)


def _type(owner: str, name: str) -> GraphQLOutputType:
    kind: GraphQLOutputType = _object(owner).fields[name].type
    return kind
