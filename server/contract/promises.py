"""What a released schema still promises on a day, and so what may leave it."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from graphql import (
    BreakingChangeType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from schema.deprecations import Announcement
from server.contract.announcements import earliest
from server.contract.changes import Change, Kind, Level, Other, element

_NOT_SENT: Final = "Clients do not send it yet: make it nullable or give it a default."
_KEPT: Final = "Keep it as it was, add a new one beside it, and deprecate this one."
_ADVICE: Final[dict[Kind, str]] = {
    BreakingChangeType.TYPE_CHANGED_KIND: "Keep it as it was, and give the new type another name.",
    BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED: _NOT_SENT,
    BreakingChangeType.REQUIRED_ARG_ADDED: _NOT_SENT,
    BreakingChangeType.REQUIRED_DIRECTIVE_ARG_ADDED: _NOT_SENT,
    BreakingChangeType.FIELD_CHANGED_KIND: _KEPT,
    BreakingChangeType.ARG_CHANGED_KIND: _KEPT,
    Other.ONE_OF_ADDED: "Clients may send several of its fields: make a new input type.",
}
_DEPRECABLE: Final = {
    BreakingChangeType.FIELD_REMOVED,
    BreakingChangeType.ARG_REMOVED,
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM,
    BreakingChangeType.DIRECTIVE_ARG_REMOVED,
}
_NO_LONGER_OF: Final = {
    BreakingChangeType.TYPE_REMOVED_FROM_UNION,
    BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED,
}
_PUT_BACK: Final = "Documents that rely on it would no longer be valid: put it back."


class Promises:
    """Of one released schema, named by its version, as they stand on a day."""

    def __init__(self, schema: GraphQLSchema, version: str, today: date) -> None:
        self._schema = schema
        self._version = version
        self._today = today
        self._led_to = self._lead()

    def broken(self, change: Change) -> str | None:
        """What is wrong with a change and what to do instead; `None` when clients were told in time."""
        if change.level is not Level.BREAKING or self._may_leave(change):
            return None
        return f"{change.sentence} {self._advice(change)}"

    def _may_leave(self, change: Change) -> bool:
        """Only what is removed can be announced: by a date, or by everything that leads to its type."""
        if change.kind is BreakingChangeType.TYPE_REMOVED:
            return change.coordinate not in self._led_to
        if change.kind in _NO_LONGER_OF:
            return change.coordinate not in self._led_to or change.of not in self._led_to
        if change.kind not in _DEPRECABLE:
            return False
        whole = change.coordinate.partition("(")[0]
        elements = (element(self._schema, at) for at in (change.coordinate, whole))
        return any(map(self._has_run_out, elements)) or self._is_unreached(whole.partition(".")[0])

    def _advice(self, change: Change) -> str:
        if change.kind in _ADVICE:
            return _ADVICE[change.kind]
        if change.kind is BreakingChangeType.TYPE_REMOVED:
            via = self._led_to[change.coordinate]
            return (
                f"{self._version} still leads to it by `{via}`. Put it back until everything that leads to it has "
                "left, or, behind an interface or a union, until the deprecations of all its fields have run out."
            )
        if change.kind not in _DEPRECABLE:
            return _PUT_BACK
        reason = element(self._schema, change.coordinate).deprecation_reason
        if announced := Announcement.read(reason or ""):
            return f"{self._version} promises it until {announced.last_day}. Put it back until then."
        return (
            f"{self._version} promises it. Put it back with the deprecation_reason "
            f'"Remove after {earliest(self._today)}; use ….", release that, and remove it after that day.'
        )

    def _is_unreached(self, name: str) -> bool:
        return name in self._schema.type_map and name not in self._led_to

    def _has_run_out(self, element: Any) -> bool:
        announced = Announcement.read(getattr(element, "deprecation_reason", None) or "")
        return announced is not None and announced.last_day < self._today

    def _lead(self) -> dict[str, str]:
        """The types that clients may rely on, each with a coordinate that leads to it."""
        schema = self._schema
        led_to: dict[str, str] = {}
        waiting: list[tuple[GraphQLNamedType, str]] = [
            (get_named_type(argument.type), f"@{directive.name}({name}:)")
            for directive in schema.directives
            for name, argument in self._standing(directive.args)
        ]
        roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
        waiting += [(root, root.name) for root in roots if root]
        while waiting:
            kind, via = waiting.pop()
            if kind.name not in led_to:
                led_to[kind.name] = via
                waiting += self._onwards(kind)
        return led_to

    def _onwards(self, kind: GraphQLNamedType) -> Iterator[tuple[GraphQLNamedType, str]]:
        if isinstance(kind, GraphQLUnionType):
            yield from ((each, kind.name) for each in kind.types if not self._is_let_go(each))
        if isinstance(kind, GraphQLInterfaceType):
            below = self._schema.get_implementations(kind)
            yield from ((each, kind.name) for each in below.objects if not self._is_let_go(each))
            yield from ((each, kind.name) for each in below.interfaces if not self._is_let_go(each))
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            yield from ((each, kind.name) for each in kind.interfaces)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in self._standing(kind.fields):
                yield get_named_type(field.type), f"{kind.name}.{name}"
                for argument, each in self._standing(getattr(field, "args", {})):
                    yield get_named_type(each.type), f"{kind.name}.{name}({argument}:)"

    def _standing(self, elements: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        return ((name, each) for name, each in elements.items() if not self._has_run_out(each))

    def _is_let_go(self, kind: GraphQLObjectType | GraphQLInterfaceType) -> bool:
        """Has every field of its own run out? A type cannot be deprecated, and behind `node` it is not led to."""
        inherited = {name for each in kind.interfaces for name in each.fields}
        own = [field for name, field in kind.fields.items() if name not in inherited]
        return bool(own) and all(self._has_run_out(field) for field in own)
