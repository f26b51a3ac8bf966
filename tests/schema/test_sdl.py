"""The schema as a document: described throughout, safe at every entrance, Relay through and through."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_introspection_type,
    is_non_null_type,
    is_specified_scalar_type,
)

from schema.root import sdl

SCHEMA = build_schema(sdl())
TYPES = [
    each
    for each in SCHEMA.type_map.values()
    if not is_introspection_type(each) and not is_specified_scalar_type(each)
]


def described(kind: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """Everything of a type that can carry words, by its coordinate."""
    yield kind.name, kind.description
    if isinstance(kind, GraphQLEnumType):
        yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())
    if isinstance(kind, GraphQLInputObjectType):
        yield from ((f"{kind.name}.{name}", field.description) for name, field in kind.fields.items())
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field.description
            for argument, value in field.args.items():
                yield f"{kind.name}.{name}({argument})", value.description


def entrances() -> Iterator[tuple[str, GraphQLArgument | GraphQLInputField]]:
    """Every argument and input field of the schema."""
    for kind in TYPES:
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", field) for name, field in kind.fields.items())
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                yield from ((f"{kind.name}.{name}({argument})", value) for argument, value in field.args.items())


def test_every_type_field_argument_and_value_is_described() -> None:
    bare = [place for kind in TYPES for place, words in described(kind) if not words or not words.strip()]
    assert bare == []


def test_every_scalar_of_ours_says_where_it_is_specified() -> None:
    ours = {kind.name: kind.specified_by_url for kind in TYPES if isinstance(kind, GraphQLScalarType)}
    assert set(ours) == {"SafeText", "Secret", "DateTime"}
    assert all(url and url.startswith("https://") for url in ours.values())


def test_every_string_that_enters_is_safe_text_an_id_or_a_cursor() -> None:
    unsafe = [
        place
        for place, entrance in entrances()
        if get_named_type(entrance.type).name == "String" and not place.endswith(("(after)", "(before)"))
    ]
    assert unsafe == []


def test_every_connection_takes_the_four_arguments() -> None:
    for kind in TYPES:
        for name, field in getattr(kind, "fields", {}).items():
            if get_named_type(field.type).name.endswith("Connection"):
                assert {"first", "after", "last", "before"} <= set(field.args), f"{kind.name}.{name}"


# Mutations that have nothing to be told: an input object may not be empty.
_NEEDING_NOTHING = {"startTotp", "startPasskey", "startPasskeySignIn"}
# Those that once needed nothing: older clients still send nothing, and are told what is wanted.
_ONCE_NEEDING_NOTHING = {"replaceRecoveryCodes"}


@pytest.mark.parametrize("name", sorted(SCHEMA.mutation_type.fields if SCHEMA.mutation_type else ()))
def test_every_mutation_takes_one_input_and_answers_with_one_union_of_its_own(name: str) -> None:
    assert SCHEMA.mutation_type
    field = SCHEMA.mutation_type.fields[name]
    title = name[0].upper() + name[1:]
    if name in _NEEDING_NOTHING:
        assert list(field.args) == []
    else:
        assert list(field.args) == ["input"]
        assert is_non_null_type(field.args["input"].type) is (name not in _ONCE_NEEDING_NOTHING)
        assert get_named_type(field.args["input"].type).name == f"{title}Input"
    result = get_named_type(field.type)
    assert isinstance(result, GraphQLUnionType)
    assert result.name == f"{title}Result"
    # Some ask to be shown again who one is, and signing in may ask for more.
    members = {member.name for member in result.types} - {"ConfirmationNeeded", "SecondFactorNeeded"}
    assert members == {f"{title}Payload", "InvalidInput", "NotFound", "NotAllowed", "Conflict"}


def test_nothing_that_only_the_server_decides_can_be_sent() -> None:
    decided = {"role", "status", "createdAt", "authorId", "deletedAt", "likeCount", "followerCount"}
    sent = {place for place, _ in entrances() if place.partition(".")[2] in decided}
    # By administrators.
    assert sent == {"SetRoleInput.role"}
