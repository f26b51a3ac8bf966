"""GraphQL documents in files, each with its viewer and its variables in leading comments."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graphql import DocumentNode, OperationDefinitionNode, OperationType, parse

_HEAD: Final = re.compile(r"# (viewer|variables): (.+)\n")


@dataclass(frozen=True)
class Document:
    """`variables` may hold names of a network's things, such as `"@post"`; without a viewer it is anonymous."""

    name: str
    text: str
    viewer: str | None
    variables: dict[str, Any]

    @classmethod
    def read(cls, path: Path, name: str) -> "Document":
        text = path.read_text(encoding="utf-8")
        head = dict(_HEAD.findall(text))
        return cls(name, _HEAD.sub("", text), head.get("viewer"), json.loads(head.get("variables", "{}")))

    @property
    def parsed(self) -> DocumentNode:
        return parse(self.text)

    @property
    def operation(self) -> OperationDefinitionNode:
        (operation,) = (each for each in self.parsed.definitions if isinstance(each, OperationDefinitionNode))
        return operation

    @property
    def is_mutation(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    @property
    def parameters(self) -> set[str]:
        """The names of the operation's variables."""
        return {each.variable.name.value for each in self.operation.variable_definitions or ()}
