"""Markdown as the reference writes it: tables, code, and types that link to where they are told."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLNamedType,
    GraphQLType,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_specified_scalar_type,
    is_union_type,
    print_ast,
)

_PAGES: Final = (
    (is_object_type, "objects"),
    (is_input_object_type, "inputs"),
    (is_enum_type, "enums"),
    (is_union_type, "unions"),
    (is_interface_type, "interfaces"),
)


def page_of(kind: GraphQLNamedType) -> str:
    """The page that tells of a type."""
    return next((page for holds, page in _PAGES if holds(kind)), "scalars")


def anchor(name: str) -> str:
    return name.lower()


def type_link(kind: GraphQLType) -> str:
    named = get_named_type(kind)
    if is_specified_scalar_type(named):
        return f"`{kind}`"
    return f"[`{kind}`]({page_of(named)}.md#{anchor(named.name)})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Nothing where there are no rows."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    if not cells:
        return ""
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *cells])


def code(language: str, text: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


def as_json(value: Any) -> str:
    return code("json", json.dumps(value, indent=2, ensure_ascii=False))


def default(entrance: GraphQLArgument | GraphQLInputField) -> str:
    """The default value as it is written in a document; empty where there is none."""
    written = entrance.ast_node and entrance.ast_node.default_value
    return f"`{print_ast(written)}`" if written else ""


def meaning(description: str | None, deprecation: str | None) -> str:
    """A description, led by the warning where there is one."""
    said = (description or "").strip()
    return f"**Deprecated:** {deprecation} {said}".strip() if deprecation else said


def page(*parts: str) -> str:
    """Paragraphs with a line between them; empty ones left out."""
    return "\n\n".join(part for part in parts if part) + "\n"
