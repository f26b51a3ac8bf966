"""What is known of a function's names before it runs: of constants, and of arguments that are."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from types import CodeType
from typing import Any, TypeAlias

Function: TypeAlias = Callable[..., Any]


class _Beginning(str):
    """Of a text that ends in what is not known."""

    __slots__ = ()


class Scope:
    """A function's body, and what its names are known to be; `known` are its known arguments."""

    def __init__(self, function: Function, known: dict[str, Any]) -> None:
        self.body = _body(function.__code__)
        local = {*inspect.signature(function, follow_wrapped=False).parameters, *self.assigned}
        outer = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        self._names = {**{name: value for name, value in outer.items() if name not in local}, **known}

    @cached_property
    def assigned(self) -> dict[str, list[ast.expr]]:
        """What is assigned to the names of this function."""
        found: dict[str, list[ast.expr]] = {}
        for statement in self.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.NamedExpr):
                    found.setdefault(node.target.id, []).append(node.value)
                if isinstance(node, ast.Assign):
                    for target in (each for each in node.targets if isinstance(each, ast.Name)):
                        found.setdefault(target.id, []).append(node.value)
        return found

    def value(self, node: ast.AST) -> Any:
        """What an expression of known names is; `None` where it is not known."""
        try:
            return eval(compile(ast.Expression(node), "", "eval"), dict(self._names))  # type: ignore[arg-type] # noqa: S307 - our own source
        except Exception:  # whatever an unknown name made of it
            is_text = isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
            return _Beginning(node.values[0].value) if is_text else None  # type: ignore[attr-defined]

    def texts(self, node: ast.expr) -> list[str | None]:
        """Every text that an expression can be; `None` for one that is made at run time."""
        if isinstance(node, ast.IfExp):
            return [*self.texts(node.body), *self.texts(node.orelse)]
        known = self.value(node)
        if isinstance(known, str):
            return [None if isinstance(known, _Beginning) else known]
        if isinstance(node, ast.Name) and node.id in self.assigned:
            return [text for value in self.assigned[node.id] for text in self._returned(value)]
        return [None]

    def _returned(self, node: ast.expr) -> Iterator[str | None]:
        called = self.value(node.func) if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or not inspect.isfunction(called):
            yield None
            return
        scope = Scope(called, self.arguments(node, called))
        for statement in scope.body:
            for each in ast.walk(statement):
                if isinstance(each, ast.Return) and each.value and not _is_none(each.value):
                    yield from scope.texts(each.value)

    def arguments(self, call: ast.Call, called: Function) -> dict[str, Any]:
        """The arguments of a call that are known, by the name of the parameter."""
        parameters = inspect.signature(called, follow_wrapped=False).parameters
        positional = zip(parameters, call.args, strict=False)
        given = {**dict(positional), **{each.arg: each.value for each in call.keywords if each.arg}}
        is_open = any(each.arg is None for each in call.keywords)
        known = {name: self.value(node) for name, node in given.items() if name in parameters}
        if not is_open:
            defaults = {name: each.default for name, each in parameters.items() if each.default is not each.empty}
            known = {**defaults, **known}
        return {name: value for name, value in known.items() if isinstance(value, str | tuple)}

    def classes(self, node: ast.expr | None) -> tuple[type[BaseException], ...]:
        value = self.value(node) if node else BaseException
        return value if isinstance(value, tuple) else (value,) if isinstance(value, type) else ()


@cache
def _body(code: CodeType) -> list[ast.stmt]:
    """Of the code itself; asked for a wrapper's source, the library gives that of what it wraps."""
    function = ast.parse(textwrap.dedent(inspect.getsource(code))).body[0]
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    return function.body


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
