"""Which of graphql-core's tests are not run, handed on or known to be missed, each with its reason."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LISTS = Path(__file__).parent / "graphql_core.toml"


@dataclass(frozen=True)
class Lists:
    """Tests by name, below graphql-core's `tests/execution`; in `not_run` are whole files as well."""

    not_run: frozenset[str]
    handed_on: frozenset[str]
    misses: frozenset[str]

    @classmethod
    def read(cls) -> "Lists":
        groups = tomllib.loads(_LISTS.read_text())
        return cls(*(frozenset(_tests(groups.get(name, []))) for name in ("not_run", "handed_on", "misses")))


def _tests(groups: list[dict[str, Any]]) -> Iterator[str]:
    for group in groups:
        assert group["reason"], group
        yield from group["tests"]
