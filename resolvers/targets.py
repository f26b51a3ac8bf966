"""What a mutation's input points at: global ids that must be of one type."""

import strawberry

from domain.errors import InvalidInput
from schema.nodes import parse_global_id


def target(value: strawberry.ID, type_name: str, *, field: str) -> int:
    """The row's id; raises the domain's `InvalidInput` naming the input field (in Python's spelling)."""
    parsed = parse_global_id(value)
    if parsed is None or parsed[0] != type_name:
        raise InvalidInput(field, f"This is not the id of a {type_name}.")
    return parsed[1]
