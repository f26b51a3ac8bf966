"""Deprecations: how their reasons are written, and how a response tells of those that its operation touched."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from graphql import GraphQLSchema

from engine.deprecations import Deprecation, Deprecations
from engine.pipeline import Answer, Asked

_REASON: Final = re.compile(
    r"(?:.+[.!?] )?Remove after (?P<day>\d{4}-\d{2}-\d{2}); "
    r"use (?P<use>@?[A-Za-z_]\w*(?:\.\w+)?(?:\(\w+:\))?)(?: [^.]+)?\.",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a reason promises: the last day on which the element is there, and the coordinate to use instead."""

    last_day: date
    use: str

    @classmethod
    def read(cls, reason: str) -> "Announcement | None":
        """`None` for a reason that is not written as `docs/versioning.md` has it."""
        found = _REASON.fullmatch(reason)
        try:
            return None if found is None else cls(date.fromisoformat(found["day"]), found["use"])
        except ValueError:
            return None


def tell_deprecations(schema: GraphQLSchema, asked: Asked, answer: Answer, _: object) -> None:
    """Lists under `extensions.deprecations` what of an executed operation is on its way out."""
    operation = asked.operation
    touched = _of_schema(schema).touched(operation.document.node, operation.name)
    if found := touched.with_values(asked.variables):
        answer.extensions["deprecations"] = [_shown(each) for each in found]


@lru_cache(maxsize=8)
def _of_schema(schema: GraphQLSchema) -> Deprecations:
    return Deprecations(schema)


def _shown(deprecation: Deprecation) -> dict[str, str]:
    shown = {"coordinate": deprecation.coordinate, "reason": deprecation.reason}
    if announced := Announcement.read(deprecation.reason):
        shown |= {"removeAfter": announced.last_day.isoformat(), "use": announced.use}
    return shown
