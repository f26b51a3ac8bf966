"""What leaves of an error: ours as they are, the library's without what was sent, bugs as an id to look up."""

import asyncio
import re
from typing import Any, Final

import asyncpg
import structlog
from graphql import GraphQLError, GraphQLFormattedError, GraphQLSyntaxError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from engine.codes import ErrorCode
from engine.refusals import Refusal
from server.logging import notes

MOST_ERRORS: Final = 10
# The codes that are ours to answer for: they alone spend the error budget.
FAULTS: Final = frozenset({ErrorCode.INTERNAL, ErrorCode.UNAVAILABLE})
UNAVAILABLE: Final = "Not available just now; try again."
INTERNAL: Final = "Something went wrong on our side."
# What the library says of values it was sent.
_TOLD: Final = (
    (re.compile(r"(?:, but encountered error .*)?[,.;]( Did you mean .*?\?)? [Ff]ound: .*$", re.DOTALL), r".\1"),
    (re.compile(r"( cannot represent [\w -]*value): .*$", re.DOTALL), r"\1."),
    (re.compile(r" not to be None\b"), " not to be null"),
    (re.compile(r"Value '.*' does not exist in '", re.DOTALL), "The value does not exist in '"),
)
_log = structlog.get_logger("graphql")

# A store that is away or too slow: nothing a client did, and worth another try.
_UNAVAILABLE: Final = (
    asyncio.TimeoutError,
    OSError,
    PoolTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.InternalClientError,  # its backend was just terminated, and the socket is not closed yet
)


def formatted(errors: list[GraphQLError]) -> list[GraphQLFormattedError]:
    """At most ten errors, each with a code."""
    shown = [_format(error) for error in errors[:MOST_ERRORS]]
    notes.get().errors = tuple(error["extensions"]["code"] for error in shown if "extensions" in error)
    return shown


def answer(code: ErrorCode, message: str, **extensions: Any) -> dict[str, Any]:
    """A whole response that is one error."""
    return {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]}


def _format(error: GraphQLError) -> GraphQLFormattedError:
    original = error.original_error
    if isinstance(original, GraphQLError):
        original = original.original_error
    if original is not None:
        return _masked(error, original)
    shown = error.formatted
    if not isinstance(error, Refusal):
        for told, instead in _TOLD:
            shown["message"] = told.sub(instead, shown["message"])
    shown["extensions"] = {"code": _code(error), **(shown.get("extensions") or {})}
    return shown


def _code(error: GraphQLError) -> ErrorCode:
    if isinstance(error, GraphQLSyntaxError):
        return ErrorCode.GRAPHQL_PARSE_FAILED
    # What the library itself says while executing, or on account of another error, it says of a value that came
    # from the client.
    is_of_value = error.path is not None or not error.nodes or error.original_error is not None
    return ErrorCode.BAD_USER_INPUT if is_of_value else ErrorCode.GRAPHQL_VALIDATION_FAILED


def is_unavailable(error: Exception) -> bool:
    """Is this a store that is away, rather than a bug?"""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return isinstance(cause, _UNAVAILABLE) or isinstance(cause.__cause__, _UNAVAILABLE)


def _masked(error: GraphQLError, original: Exception) -> GraphQLFormattedError:
    shown = GraphQLError("", nodes=error.nodes, path=error.path).formatted
    if is_unavailable(original):
        _log.warning("unavailable", path=error.path, kind=type(original).__name__)
        shown["message"] = UNAVAILABLE
        shown["extensions"] = {"code": ErrorCode.UNAVAILABLE}
        return shown
    _log.error("unexpected_error", path=error.path, exc_info=original)
    notes.get().bugs.append(original)
    shown["message"] = INTERNAL
    shown["extensions"] = {"code": ErrorCode.INTERNAL, "requestId": notes.get().request_id}
    return shown
