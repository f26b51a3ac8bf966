"""Names for the metrics' labels: clients name operations as they like, and a label's value lives for ever."""

from typing import Final, NamedTuple

from schema.operation import Operation

MOST_NAMES: Final = 100
MOST_FOR_ANYBODY: Final = 20  # of them; the other places are kept for operations of people who are signed in
LONGEST_NAME: Final = 100

ANONYMOUS: Final = "anonymous"
INVALID: Final = "invalid"
OTHER: Final = "other"


class Labels(NamedTuple):
    operation: str
    kind: str


_INVALID: Final = Labels(INVALID, "none")


class Names:
    """The first `MOST_NAMES` operations that come to run keep their names; all later ones share `OTHER`.

    One without a name is `ANONYMOUS`; what never comes to run, for it cannot be read or is refused, `INVALID`.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Labels] = {}
        self._anybodys = 0

    def labels(self, operation: Operation, *, signed_in: bool) -> Labels:
        name, kind = operation.name, operation.kind
        if kind is None:
            return _INVALID
        if name is None:
            return Labels(ANONYMOUS, kind)
        return self._known.get((name, kind)) or self._new(name, kind, signed_in=signed_in)

    def _new(self, name: str, kind: str, *, signed_in: bool) -> Labels:
        is_full = len(self._known) >= MOST_NAMES or (not signed_in and self._anybodys >= MOST_FOR_ANYBODY)
        if is_full or len(name) > LONGEST_NAME:
            return Labels(OTHER, kind)
        self._anybodys += not signed_in
        labels = self._known[name, kind] = Labels(name, kind)
        return labels
