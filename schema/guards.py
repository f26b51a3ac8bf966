"""What stands before an operation's execution, whatever its fields."""

from collections.abc import Mapping
from typing import Final

from db.models import TokenScope
from engine.pipeline import Answer, Asked
from schema.context import Context
from schema.errors import forbidden, introspection_disabled, unauthenticated

# What one does without being signed in: a client whose token ran out sends it along with these, too.
_OPEN: Final = {
    "register",
    "login",
    "refreshSession",
    "logout",
    "cancelDeletion",
    "signInWithProvider",
    "requestPasswordReset",
    "resetPassword",
    "verifyEmail",
    "completeSignIn",
    "startPasskeySignIn",
    "signInWithPasskey",
    "__typename",
    "serverInfo",
}

_INTROSPECTING: Final = {"__schema", "__type"}
# Nothing of anybody: the schema, which is kept by another guard.
_TELLING_NOTHING: Final = {*_INTROSPECTING, "__typename"}


async def refuse_bad_token(asked: Asked, context: Context) -> None:
    """A token that is no longer good is told, never silently taken for an anonymous request."""
    if not context.token_refused:
        return
    if not _OPEN.issuperset(asked.operation.roots):
        raise unauthenticated("The access token is not valid or has run out. Refresh it or sign in.")


class KeepToScopes:
    """A personal token opens the root fields of its scopes; those without one are open to none."""

    def __init__(self, scopes: Mapping[str, TokenScope]) -> None:
        self._scopes = scopes

    async def check(self, asked: Asked, context: Context) -> None:
        if context.viewer is None or context.viewer.scopes is None:
            return
        for name in asked.operation.roots.keys() - _TELLING_NOTHING:
            scope = self._scopes.get(name)
            if scope is None:
                raise forbidden(f"No personal token opens `{name}`: sign in.")
            if scope not in context.viewer.scopes:
                raise forbidden(f"`{name}` needs a personal token with the scope {scope}.")


async def keep_schema(asked: Asked, context: Context) -> None:
    """Where the schema is not told, no operation asks for it."""
    if not tells_schema(context) and not _INTROSPECTING.isdisjoint(asked.operation.roots):
        raise introspection_disabled()


def tells_schema(context: Context) -> bool:
    """May whoever asks know what is in the schema?"""
    return context.services.tells_schema


def send_cookie(_: object, __: Asked, answer: Answer, context: Context) -> None:
    """What a browser shall keep goes back with the answer."""
    if context.browser is not None:
        context.browser.tell(answer)


def note_kind(_: object, asked: Asked, __: object, context: Context) -> None:
    """Tell whoever watches that the operation was a good one, and of what kind."""
    context.operation.kind = asked.operation.kind.value
