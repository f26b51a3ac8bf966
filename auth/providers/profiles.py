"""What a provider says of a person, and why it may say nothing."""

from dataclasses import asdict, dataclass
from typing import Any


class ProviderError(Exception):
    """The provider vouches for nobody; the text is for logs and holds nothing that it sent."""


class Unavailable(ProviderError):
    """It does not answer, or not now."""


class Untrustworthy(ProviderError):
    """What it answers is not what it should be: it was not it, it is broken, or somebody tampers."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody whom a provider knows, told apart by `issuer` and `subject` alone.

    `email` is one that the provider has seen to be theirs, or None; `is_email_current` tells that it still knows,
    for it is the mailbox's own host. `name` is what they call themselves, as untrusted as any text.
    """

    issuer: str
    subject: str
    email: str | None = None
    is_email_current: bool = False
    name: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
