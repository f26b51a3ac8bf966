"""One runnable example for each root field, from `tests/corpus/examples`.

Their variables may hold names in place of what differs from network to network; whoever runs an example fills
them in. Of the viewer: `@username`, `@email`, `@password`, `@refresh_token`, `@own_post`, `@own_comment`,
`@session`, `@personal_token`, and `@asker`, who asks to follow them. Of others: `@post`, anybody's that can be
seen; `@person`, and `@stranger` whom the viewer does not follow yet; `@other_username`, `@part_of_name`; and
`@deleted_username`, of an account that is deleted with the same password. What must not be there yet:
`@new_username`, `@new_email`, `@new_password`. `@reset_token` and `@verify_token` are what letters tell, and
`@provider_code` and `@link_code` what a browser brought back from a provider, with `@provider_verifier`.
Of people with an authenticator app: `@challenge`, of a sign-in that waits for it, and `@totp_code`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graphql import FieldNode, GraphQLSchema, validate

from server.mistakes import UserMistake
from server.reference.documents import Document

FOLDER: Final = Path(__file__).parents[2] / "tests" / "corpus" / "examples"


@dataclass(frozen=True)
class Example:
    """How a root field is asked for; `variables` may hold names such as `"@post"`."""

    field: str
    kind: str
    document: Document

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "kind": self.kind,
            "text": self.document.text,
            "variables": self.document.variables,
            "signedIn": self.document.viewer is not None,
        }


def examples(schema: GraphQLSchema, folder: Path = FOLDER) -> list[Example]:
    """Sorted by field. Raises `UserMistake` for a root field without an example, or one that does not fit it."""
    if not folder.is_dir():
        raise UserMistake(f"There is no {folder}: run this in a checkout of Plaza.")
    wanted = {_file(field): (field, kind) for field, kind in roots(schema)}
    found = {path.name: path for path in folder.glob("*.graphql")}
    for name in sorted(wanted.keys() - found.keys()):
        raise UserMistake(f"`{wanted[name][0]}` has no example: write tests/corpus/examples/{name}.")
    for name in sorted(found.keys() - wanted.keys()):
        raise UserMistake(f"tests/corpus/examples/{name} is of no root field.")
    made = [Example(*wanted[name], Document.read(path, name)) for name, path in found.items()]
    for example in made:
        _check(example, schema)
    return sorted(made, key=lambda example: example.field)


def as_json(made: list[Example]) -> str:
    return json.dumps([example.as_json for example in made], indent=2, ensure_ascii=False) + "\n"


def roots(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Every root field with `query` or `mutation`."""
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert root is not None
        yield from ((field, kind) for field in root.fields)


def _file(field: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", field) + ".graphql"


def _check(example: Example, schema: GraphQLSchema) -> None:
    for error in validate(schema, example.document.parsed):
        raise UserMistake(f"tests/corpus/examples/{example.document.name}: {error.message}")
    operation = example.document.operation
    asked = [each.name.value for each in operation.selection_set.selections if isinstance(each, FieldNode)]
    if (operation.operation.value, asked) != (example.kind, [example.field]):
        raise UserMistake(
            f"tests/corpus/examples/{example.document.name} asks for more or less than `{example.field}`."
        )
