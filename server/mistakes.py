"""Errors of installation and use, each as one sentence for the person at the terminal."""

import errno
from collections.abc import Iterator
from traceback import walk_tb
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import ValidationError

_SYSTEM: Final = {
    errno.EACCES: "Permission is denied",
    errno.EPERM: "Permission is denied",
    errno.EADDRINUSE: "The address is taken by another program",
    errno.EMFILE: "Too many files are open",
    errno.ENOENT: "There is no such file",
    errno.ENOSPC: "No space is left on the disk",
    errno.EDQUOT: "No space is left on the disk",
    errno.EROFS: "The disk may only be read",
}


class UserMistake(Exception):
    """Its text is the sentence."""


def sentence(error: Exception) -> str | None:
    """What to tell a person; `None` for what is our bug and deserves its traceback."""
    # Imported here, since `plaza serve` must reach its database before it pays for these.
    import asyncpg
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError

    from domain.errors import DomainError
    from engine.manifests import ManifestRefused
    from server.local import LocalServersError
    from server.migration import Behind, RolesMissing

    if isinstance(error, UserMistake | LocalServersError | RolesMissing | Behind | DomainError | ManifestRefused):
        return str(error)
    if isinstance(error, ValidationError):
        return "\n".join(_settings(error))
    if isinstance(error, asyncpg.InvalidCatalogNameError | asyncpg.InvalidAuthorizationSpecificationError):
        return f"PostgreSQL refuses the connection: {error}."
    if isinstance(error, DBAPIError) and isinstance(error.orig, Exception):
        error = error.orig.__cause__ if isinstance(error.orig.__cause__, Exception) else error.orig
    if isinstance(error, asyncpg.UndefinedTableError):
        return "The database has no tables yet: run `plaza migrate`."
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return f"PostgreSQL says {error}: the owner's role needs CREATE on the database and its public schema."
    if isinstance(error, asyncpg.PostgresConnectionError | asyncpg.CannotConnectNowError):
        return f"PostgreSQL cannot be reached: {error}"
    if isinstance(error, OSError):
        return f"PostgreSQL cannot be reached: {_said(error)}" if _is_of_asyncpg(error) else _system(error)
    return None


def _is_of_asyncpg(error: OSError) -> bool:
    """It passes on what the system says of its sockets, and only the place tells whose they were."""
    modules = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    return any(module.partition(".")[0] == "asyncpg" for module in modules)


def _said(error: OSError) -> str:
    # A connection that ran out of time says nothing at all.
    return str(error) or "it does not answer"


def _system(error: OSError) -> str | None:
    said = _SYSTEM.get(error.errno or 0)
    if said is None:
        return None
    return f"{said}: {error.filename}." if error.filename else f"{said}."


def _settings(error: "ValidationError") -> Iterator[str]:
    wrong = [(str(each["loc"][0]).upper() if each["loc"] else "", each) for each in error.errors()]
    if unset := [name for name, each in wrong if each["type"] == "missing"]:
        *others, last = unset
        yield f"{', '.join(others)} and {last} are not set." if others else f"{last} is not set."
    for name, each in wrong:
        if each["type"] != "missing":
            said = each["msg"].removeprefix("Value error, ")
            yield said if name in said else f"{name}: {said}"
