"""Which operation runs, told to whoever watches it as soon as it is known."""

from dataclasses import dataclass


@dataclass(slots=True)
class Operation:
    """`name` is the one the client sent, and once the document is read its own; until it is found good there is
    no `kind` ("query", "mutation", "subscription").
    """

    name: str | None = None
    kind: str | None = None
