"""The operations that operators imported: found by their id, by the hash of their text, or by what they say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.documents import Document, Documents, sha256_of


@dataclass(frozen=True, slots=True)
class Imported:
    """An operation under its id.

    `digest` is its document's, kept so that a process need not parse what nobody asks for.
    """

    id: str
    text: str
    digest: bytes
    is_retired: bool = False


@dataclass
class Trusted:
    """Those of one process. Texts stay; compiled ones are for `documents` to keep. `used` gathers ids."""

    documents: Documents
    used: set[str] = field(default_factory=set)
    _known: dict[str, Imported] = field(default_factory=dict)
    _by_sha256: dict[str, Imported] = field(default_factory=dict)
    _by_digest: dict[bytes, Imported] = field(default_factory=dict)

    def take(self, changes: Iterable[Imported]) -> None:
        """Know these from now on, and no longer those that are retired."""
        for change in changes:
            if change.is_retired:
                self._known.pop(change.id, None)
                self.documents.distrust(change.text)
            else:
                self._known[change.id] = change
        # Anew, for one text may stand under several ids.
        self._by_sha256 = {sha256_of(each.text): each for each in self._known.values()}
        self._by_digest = {each.digest: each for each in self._known.values()}

    def by_id(self, name: str) -> Document | None:
        return self._document(self._known.get(name))

    def by_sha256(self, sha256: str) -> Document | None:
        return self._document(self._by_sha256.get(sha256))

    def like(self, document: Document) -> Document | None:
        """The trusted one that says the same, however it is laid out."""
        return self._document(self._by_digest.get(document.digest)) if self._known else None

    def all(self) -> Sequence[Imported]:
        return list(self._known.values())

    def _document(self, found: Imported | None) -> Document | None:
        if found is None:
            return None
        self.used.add(found.id)
        return self.documents.trust(found.text)
