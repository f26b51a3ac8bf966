"""Who asks, as clients call themselves, and how often each asked for what kind of operation."""

import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

MOST_CLIENTS: Final = 200
_PREFIXES: Final = ("apollographql-client", "graphql-client", "x-graphql-client")
HEADERS: Final = tuple(f"{prefix}-{what}" for prefix in _PREFIXES for what in ("name", "version"))
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


OTHERS: Final = Client("(others)")


def client_of(headers: Mapping[str, str]) -> Client:
    for prefix in _PREFIXES:
        if name := _word(headers.get(f"{prefix}-name")):
            return Client(name, _word(headers.get(f"{prefix}-version")))
    return Client()


class Uses:
    """Counts since the beginning, and until they are taken away.

    A name is anything a client says: the first 200 count apart. `looks` is how often somebody asked for what the
    list of trusted operations did not have and was asked for anew, `found` how often it was there then.
    """

    def __init__(self) -> None:
        self.totals: Counter[Use] = Counter()
        self.looks = 0
        self.found = 0
        self._counts: Counter[Use] = Counter()
        self._clients: set[Client] = set()

    def count(self, client: Client, kind: Kind) -> None:
        if client not in self._clients:
            if len(self._clients) < MOST_CLIENTS:
                self._clients.add(client)
            else:
                client = OTHERS
        use = Use(client, kind)
        self._counts[use] += 1
        self.totals[use] += 1

    def taken(self) -> Mapping[Use, int]:
        counts, self._counts = self._counts, Counter()
        return counts

    def give_back(self, counts: Mapping[Use, int]) -> None:
        """What could not be written down is there next time."""
        self._counts.update(counts)


def _word(said: str | None) -> str:
    return said if said and _WORD.fullmatch(said) else ""
