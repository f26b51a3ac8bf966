"""Refusals that a person can act on; the API answers with them as data."""

from typing import ClassVar

from db.models import SignInMethod
from db.queries.accounts import AccountRow


class DomainError(Exception):
    """Carries one sentence that can be shown to the person; `said` where it is always the same."""

    said: ClassVar[str] = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(DomainError):
    """A value was not acceptable; `field` is its name in Python's spelling."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotFound(DomainError):
    """Not there, or not visible to the person asking: the same words for both."""


class NotAllowed(DomainError):
    """Visible, but not theirs to do."""


class NotPermitted(NotAllowed):
    """What only a role is trusted with that they do not have; it leaves a trace."""

    said = "Your role does not allow this."

    def __init__(self, permission: str) -> None:
        super().__init__(self.said)
        self.permission = permission


class Conflict(DomainError):
    """Not possible as things stand."""


class SecondFactorNeeded(DomainError):
    """The sign-in is right so far, and goes on once its second factor is shown; see `domain.sign_ins`.

    `takes_deletion_back`: the account is deleted, and comes back by it.
    """

    said = "Show your second factor to finish signing in."

    def __init__(self, account: AccountRow, method: SignInMethod, *, takes_deletion_back: bool = False) -> None:
        super().__init__(self.said)
        self.account = account
        self.method = method
        self.takes_deletion_back = takes_deletion_back


class ConfirmationNeeded(DomainError):
    """Theirs to do, but not before they show again who they are."""

    said = "Confirm first that it is you."

    def __init__(self) -> None:
        super().__init__(self.said)
