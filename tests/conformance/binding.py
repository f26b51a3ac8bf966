"""A plugin for graphql-core's own tests: what they call `execute` is another executor, and who answered is told.

It runs where graphql-core's tests do, in a process of their own, and so imports nothing of these.
"""

import inspect
import json
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

import graphql
import pytest
from graphql import execution, harness

_CORE = execution.execute
_PARAMETERS = inspect.signature(_CORE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--executor", help="the module with `execute`, `fallthroughs` and `no_fallthrough`")
    parser.addoption("--no-fallthrough", action="store_true", help="raise where it would hand on")
    parser.addoption("--told", type=Path, help="the file for what happened in each test")


def pytest_configure(config: pytest.Config) -> None:
    executor = import_module(config.getoption("executor"))
    binding = Binding(executor, is_strict=config.getoption("no_fallthrough"))
    binding.replace()
    config.pluginmanager.register(Teller(binding, config.getoption("told")))


class Binding:
    """Stands where graphql-core's `execute` stood; `calls` counts how often it was asked."""

    def __init__(self, executor: Any, *, is_strict: bool) -> None:
        self.calls = 0
        self._executor = executor
        self._guard = executor.no_fallthrough if is_strict else nullcontext

    @property
    def handed_on(self) -> int:
        return sum(self._executor.fallthroughs.values())

    def execute(self, *arguments: Any, **named: Any) -> Any:
        given = _PARAMETERS.bind(*arguments, **named).arguments
        given |= given.pop("custom_context_args", {})
        self.calls += 1
        with self._guard():
            return self._executor.execute(**{name: value for name, value in given.items() if _says(name, value)})

    def replace(self) -> None:
        """In the packages that the tests import from; modules of graphql-core keep what they had."""
        bound = harness.default_harness._replace(execute=self.execute)
        replaced = {
            "execute": self.execute,
            "execute_sync": self._execute_sync(),
            "graphql": partial(graphql.graphql, harness=bound),
            "graphql_sync": partial(graphql.graphql_sync, harness=bound),
        }
        for name, value in replaced.items():
            for package in (graphql, execution):
                if hasattr(package, name):
                    setattr(package, name, value)

    def _execute_sync(self) -> FunctionType:
        """graphql-core's own, over this executor."""
        core = execution.execute_sync
        names = {**core.__globals__, "experimental_execute_incrementally": self.execute}
        return FunctionType(core.__code__, names, core.__name__, core.__defaults__, core.__closure__)


def _says(name: str, value: Any) -> bool:
    """Whether an argument is more than the default, spelled out."""
    parameter = _PARAMETERS.parameters.get(name)
    return parameter is None or value is not parameter.default


class Teller:
    """Notes of each test how it ended, and whether its executor was asked and answered by itself."""

    def __init__(self, binding: Binding, told: Path) -> None:
        self._binding, self._told = binding, told
        self._tests: dict[str, dict[str, str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        calls, handed_on = self._binding.calls, self._binding.handed_on
        try:
            yield
        finally:
            asked, was_handed_on = self._binding.calls > calls, self._binding.handed_on > handed_on
            by = "nobody" if not asked else "graphql-core" if was_handed_on else "the executor"
            self._tests[item.nodeid] = {"answered_by": by}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            test = self._tests.setdefault(report.nodeid, {"answered_by": "nobody"})
            test |= {"outcome": report.outcome, "why": _last_line(report)}

    def pytest_sessionfinish(self) -> None:
        self._told.write_text(json.dumps(self._tests))


def _last_line(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message.splitlines()[0] if crash and crash.message else ""
