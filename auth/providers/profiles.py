"""What a provider says of a person, and why it may say nothing."""

from dataclasses import asdict, dataclass, field
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
    `refresh_token` is a secret, with which their consent can be ended at the provider.
    """

    issuer: str
    subject: str
    email: str | None = None
    is_email_current: bool = False
    name: str | None = None
    refresh_token: str | None = field(default=None, repr=False)

    def as_json(self) -> dict[str, Any]:
        """All but the secret."""
        return {name: value for name, value in asdict(self).items() if name != "refresh_token"}
