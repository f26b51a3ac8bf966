"""Who asks, as clients call themselves, and how often each asked for what kind of operation."""

import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

# That are counted apart: those seen with a trusted operation, and all others.
MOST_KNOWN: Final = 150
MOST_STRANGERS: Final = 50
_IDLE: Final = 3600.0  # seconds
_PREFIXES: Final = ("apollographql-client", "graphql-client", "x-graphql-client")
_NAMES_AND_VERSIONS: Final = tuple((f"{prefix}-name", f"{prefix}-version") for prefix in _PREFIXES)
HEADERS: Final = tuple(header for both in _NAMES_AND_VERSIONS for header in both)
_WORD: Final = re.compile(r"[\x20-\x7e]{1,64}")


class Kind(StrEnum):
    TRUSTED = "trusted"
    AUTOMATIC = "automatic"
    AD_HOC = "ad hoc"
    # Unknown, unreadable, too much, or none that is answered here.
    REFUSED = "refused"


class Client(NamedTuple):
    """Empty where it does not say."""

    name: str = ""
    version: str = ""


class Use(NamedTuple):
    client: Client
    kind: Kind


UNNAMED: Final = Client()
OTHERS: Final = Client("(others)")


def client_of(headers: Mapping[str, str]) -> Client:
    for name_header, version_header in _NAMES_AND_VERSIONS:
        if name := _word(headers.get(name_header)):
            return Client(name, _word(headers.get(version_header)))
    return UNNAMED


class Uses:
    """Counts since the beginning, and until they are taken away.

    A name is anything a client says, so there are places for those that came with a trusted operation, and fewer
    for all others. One that was not heard of for an hour makes room; who finds none is of the `OTHERS`.

    `looks` is how often the list of trusted operations was asked anew for what it did not have, `found` how often
    it had it then.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.totals: Counter[Use] = Counter()
        self.looks = 0
        self.found = 0
        self._counts: Counter[Use] = Counter()
        self._clock = clock
        self._known, self._strangers = _Places(MOST_KNOWN), _Places(MOST_STRANGERS)

    def count(self, client: Client, kind: Kind) -> None:
        use = Use(client if self._has_place(client, kind) else OTHERS, kind)
        self._counts[use] += 1
        self.totals[use] += 1

    def taken(self) -> Mapping[Use, int]:
        counts, self._counts = self._counts, Counter()
        return counts

    def give_back(self, counts: Mapping[Use, int]) -> None:
        """What could not be written down is there next time."""
        self._counts.update(counts)

    def _has_place(self, client: Client, kind: Kind) -> bool:
        if client == UNNAMED:
            return True
        is_known = client in self._known or kind is Kind.TRUSTED
        if is_known and self._take(self._known, client):
            self._strangers.leave(client)
            return True
        return self._take(self._strangers, client)

    def _take(self, places: "_Places", client: Client) -> bool:
        if gone := places.take(client, self._clock()):
            for kind in Kind:
                self.totals[Use(OTHERS, kind)] += self.totals.pop(Use(gone, kind), 0)
        return client in places


class _Places:
    """So many clients, the longest unheard of first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._heard: OrderedDict[Client, float] = OrderedDict()

    def __contains__(self, client: Client) -> bool:
        return client in self._heard

    def leave(self, client: Client) -> None:
        self._heard.pop(client, None)

    def take(self, client: Client, now: float) -> Client | None:
        """Keeps its place, or takes one if there is one; who had to go for it."""
        gone = None
        if client not in self._heard and len(self._heard) == self._most:
            longest, heard = next(iter(self._heard.items()))
            if now - heard < _IDLE:
                return None
            self.leave(longest)
            gone = longest
        self._heard[client] = now
        self._heard.move_to_end(client)
        return gone


def _word(said: str | None) -> str:
    return said if said and _WORD.fullmatch(said) else ""
