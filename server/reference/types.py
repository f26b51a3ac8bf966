"""Reference pages of the types, one page a kind."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_specified_scalar_type,
)

from server.reference.markdown import anchor, default, meaning, page, page_of, table, type_link

Teller: TypeAlias = Callable[[Any, GraphQLSchema], str]

_SUMMARIES: Final = {
    "enums": "Values to choose from.",
    "inputs": "What arguments are made of.",
    "interfaces": "What several objects have in common.",
    "objects": "What answers are made of.",
    "scalars": "Single values.",
    "unions": "What a mutation answers with: what was asked for, or a refusal that a person can act on.",
}


def type_pages(schema: GraphQLSchema) -> dict[str, str]:
    """Each page's name and text."""
    return {name: _page(name, summary, schema) for name, summary in _SUMMARIES.items()}


def told_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    """All but the roots, which have pages of their own, and what GraphQL brings along."""
    roots = (schema.query_type, schema.mutation_type)
    return [
        kind
        for _, kind in sorted(schema.type_map.items())
        if kind not in roots and not is_introspection_type(kind) and not is_specified_scalar_type(kind)
    ]


def _page(name: str, summary: str, schema: GraphQLSchema) -> str:
    told = [kind for kind in told_types(schema) if page_of(kind) == name]
    listed = "\n".join(f"* [{kind.name}](#{anchor(kind.name)})" for kind in told)
    return page(f"# {name.capitalize()}", summary, listed, *(_told(kind, schema) for kind in told))


def _told(kind: GraphQLNamedType, schema: GraphQLSchema) -> str:
    tell = next(tell for of, tell in _TELLERS.items() if isinstance(kind, of))
    return page(f"## {kind.name}", meaning(kind.description, None), tell(kind, schema)).strip()


def _object(kind: GraphQLObjectType | GraphQLInterfaceType, schema: GraphQLSchema) -> str:
    implements = ", ".join(type_link(each) for each in kind.interfaces)
    return page(
        f"Implements {implements}." if implements else "",
        table(
            ["field", "type", "meaning"],
            (row for name, field in kind.fields.items() for row in _field(name, field)),
        ),
    ).strip()


def _field(name: str, field: GraphQLField) -> Iterator[list[str]]:
    yield [f"`{name}`", type_link(field.type), meaning(field.description, field.deprecation_reason)]
    for argument, value in field.args.items():
        yield [f"↳ `{argument}`", type_link(value.type), meaning(value.description, value.deprecation_reason)]


def _interface(kind: GraphQLInterfaceType, schema: GraphQLSchema) -> str:
    known = sorted(schema.get_possible_types(kind), key=lambda each: each.name)
    return page(_object(kind, schema), f"Implemented by {', '.join(type_link(each) for each in known)}.").strip()


def _union(kind: GraphQLUnionType, _: GraphQLSchema) -> str:
    return f"One of {', '.join(type_link(each) for each in kind.types)}."


def _input(kind: GraphQLInputObjectType, _: GraphQLSchema) -> str:
    rows = [
        [f"`{name}`", type_link(field.type), default(field), meaning(field.description, field.deprecation_reason)]
        for name, field in kind.fields.items()
    ]
    return table(["field", "type", "default", "meaning"], rows)


def _enum(kind: GraphQLEnumType, _: GraphQLSchema) -> str:
    rows = [
        [f"`{name}`", meaning(value.description, value.deprecation_reason)] for name, value in kind.values.items()
    ]
    return table(["value", "meaning"], rows)


def _scalar(kind: GraphQLScalarType, _: GraphQLSchema) -> str:
    return f"Specified at <{kind.specified_by_url}>." if kind.specified_by_url else ""


_TELLERS: Final[dict[type[GraphQLNamedType], Teller]] = {
    GraphQLObjectType: _object,
    GraphQLInterfaceType: _interface,
    GraphQLUnionType: _union,
    GraphQLInputObjectType: _input,
    GraphQLEnumType: _enum,
    GraphQLScalarType: _scalar,
}
