"""The scope of a personal token that opens a root field, named beside it; without one it is open to no token."""

from collections.abc import Mapping
from typing import Any, Final

from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from db.models import TokenScope

_MARK: Final = "token_scope"


def opened_by(scope: TokenScope) -> dict[Any, Any]:
    """Metadata of a root field that a script may ask for."""
    return {_MARK: scope}


def scopes_of(*roots: type) -> Mapping[str, TokenScope]:
    """By the fields' names in the schema."""
    fields = [field for root in roots for field in get_object_definition(root, strict=True).fields]
    return {to_camel_case(field.name): field.metadata[_MARK] for field in fields if _MARK in field.metadata}
