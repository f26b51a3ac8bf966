"""What examples really answered: recorded by `tests/test_examples.py`, which asks them of a network."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server.mistakes import UserMistake
from server.reference.examples import FOLDER

FILE: Final = FOLDER / "answers.json"
_RECORD: Final = "run `PLAZA_SNAPSHOT=write python -m pytest tests/test_examples.py`"


@dataclass(frozen=True)
class Answer:
    """`variables` are the example's own with its names filled in; `answer` is the whole response."""

    needs_sign_in: bool
    variables: dict[str, Any]
    answer: dict[str, Any]


def recorded(fields: list[str], file: Path = FILE) -> dict[str, Answer]:
    """By field. Raises `UserMistake` for a field whose answer was never recorded."""
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for field in fields:
        if field not in found:
            raise UserMistake(f"Nobody has recorded what `{field}` answers: {_RECORD}.")
    return {
        field: Answer(found[field]["needsSignIn"], found[field]["variables"], found[field]["answer"])
        for field in fields
    }
