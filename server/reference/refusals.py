"""What an operation can be refused with, read from the code that its resolver can reach.

Nothing is run. A resolver's functions are followed from call to call, with those arguments that are known before
anybody asks: constants, and words made of constants. That is enough, for a refusal says its reason where it is
raised. A branch that is never taken is told of too, and words that are made at run time are left out. Only what
is reached by a name is seen: rules are plain functions here, and no methods.
"""

import ast
import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from types import CodeType
from typing import Any, Final

from strawberry.utils.str_converters import to_camel_case

from db.buckets import Charge, Limit
from domain.errors import DomainError, InvalidInput
from engine.refusals import Refusal
from schema import errors
from server.reference.scopes import Function, Scope

_FLOORS: Final = ("resolvers", "domain", "schema")


@dataclass(frozen=True)
class Refused:
    """`kind` is a type of the union or a code; `place` the input field or argument at fault, if it is known."""

    kind: str
    place: str | None
    message: str | None


@dataclass(frozen=True)
class Refusals:
    """Typed ones, top-level ones, and limits counted inside the resolver by their bucket."""

    typed: frozenset[Refused] = frozenset()
    codes: frozenset[Refused] = frozenset()
    limits: frozenset[tuple[str, Limit]] = frozenset()

    def __or__(self, other: "Refusals") -> "Refusals":
        return Refusals(self.typed | other.typed, self.codes | other.codes, self.limits | other.limits)

    def uncaught(self, caught: tuple[type[BaseException], ...]) -> "Refusals":
        kinds = {error.__name__ for error in DomainError.__subclasses__() if issubclass(error, caught)}
        return replace(self, typed=frozenset(each for each in self.typed if each.kind not in kinds))


def refusals_of(resolver: Function) -> Refusals:
    """Of a root field; both as it is wrapped (the codes of retries and paging) and as it is written."""
    read = _Reading()
    # The wrapper catches every domain error, to answer it as data.
    return read.function(resolver, {}) | read.function(inspect.unwrap(resolver), {})


class _Reading:
    """One walk, through each function once for the same known arguments."""

    def __init__(self) -> None:
        self._read: dict[tuple[CodeType, str], Refusals] = {}

    def function(self, function: Function, known: dict[str, Any]) -> Refusals:
        key = (function.__code__, repr(sorted(known.items())))
        if key not in self._read:
            self._read[key] = Refusals()  # all that a function adds to itself
            scope = Scope(function, known)
            self._read[key] = self._all(scope.body, scope)
        return self._read[key]

    def _all(self, nodes: Sequence[ast.AST], scope: Scope) -> Refusals:
        return _together(self._node(node, scope) for node in nodes)

    def _node(self, node: ast.AST, scope: Scope) -> Refusals:
        if isinstance(node, ast.Try):
            caught = tuple(each for handler in node.handlers for each in scope.classes(handler.type))
            rest = self._all([*node.handlers, *node.orelse, *node.finalbody], scope)
            return self._all(node.body, scope).uncaught(caught) | rest
        if isinstance(node, ast.NamedExpr):
            scope.assigned[node.target.id] = [node.value]  # what it is from here on
        if isinstance(node, ast.Call):
            return self._call(node, scope) | self._all([*node.args, *node.keywords], scope)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            return self._mentioned(scope.value(node))
        return self._all(list(ast.iter_child_nodes(node)), scope)

    def _mentioned(self, value: Any) -> Refusals:
        """Functions that are handed on rather than called, alone or in a table."""
        values = value.values() if isinstance(value, dict) else (value,)
        return _together(self.function(each, {}) for each in values if _is_ours(each))

    def _call(self, call: ast.Call, scope: Scope) -> Refusals:
        called = scope.value(call.func)
        if _is_ours(called):
            return self.function(called, scope.arguments(call, called))
        if called is Charge:
            key, limit = call.args
            bucket = str(scope.value(key)).partition(":")[0]
            return Refusals(limits=frozenset({(bucket, scope.value(limit))}))
        if isinstance(called, type) and issubclass(called, DomainError):
            places = call.args[:1] if called is InvalidInput else []
            field = scope.value(places[0]) if places else None
            place = field and to_camel_case(field)
            words = [called.said] if called.said else scope.texts(call.args[len(places)])
            return Refusals(typed=frozenset(Refused(_told_as(called), place, text) for text in words))
        if called is Refusal:
            arguments = [each.value for each in call.keywords if each.arg == "argument"]
            place = scope.value(arguments[0]) if arguments else None
            code = scope.value(call.args[0])
            words = scope.texts(call.args[1])
            return Refusals(codes=frozenset(Refused(str(code), place, text) for text in words))
        return self._node(call.func, scope)


def _told_as(error: type[DomainError]) -> str:
    """The name of the type of the schema that stands for it."""
    return next(kind.__name__ for kind in error.__mro__ if hasattr(errors, kind.__name__))


def _is_ours(value: Any) -> bool:
    named = inspect.isfunction(value) and value.__name__ != "<lambda>"
    return named and value.__module__.partition(".")[0] in _FLOORS


def _together(found: Iterable[Refusals]) -> Refusals:
    return reduce(or_, found, Refusals())
