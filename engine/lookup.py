"""From a request to the document it means, by id or by text, as far as the mode allows."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from graphql import GraphQLError

from engine import parameters
from engine.clients import Kind, Uses, client_of
from engine.codes import ErrorCode
from engine.documents import Document, Documents, sha256_of
from engine.parameters import Parameters
from engine.persisted import Automatic, TrustedId, is_not_found, not_found, not_in_list, not_supported, reference
from engine.refusals import Refusal
from engine.trusted import Trusted

# What the list of trusted operations is the reason for.
_OF_THE_LIST: Final = frozenset(
    {
        ErrorCode.PERSISTED_QUERY_NOT_IN_LIST,
        ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
        ErrorCode.QUERY_NOT_IN_SAFELIST,
    }
)


class Mode(StrEnum):
    """What is answered: everything; everything, while counting what would not be; trusted operations alone."""

    OPEN = "open"
    OBSERVE = "observe"
    ENFORCE = "enforce"


class Store(Protocol):
    """Texts that clients registered, for all processes; any of them may be gone any time."""

    async def recent(self, sha256: str) -> str | None:
        """The text kept under this hash, or None; never raises."""

    async def register(self, sha256: str, text: str, client: str) -> None:
        """Keep it if there is room and `client` has not registered too many; never raises."""


class Found(NamedTuple):
    """`is_by_id`: the request did not carry the text. `registers`: the next one wants to name it by its hash."""

    document: Document
    kind: Kind
    is_by_id: bool = False
    registers: bool = False


class Lookup:
    """`ad_hoc_get` lets a GET carry the text of a query; otherwise it may only name one.

    `look_again` asks whoever keeps the list of trusted operations for what is newer than this process knows.
    """

    def __init__(
        self,
        documents: Documents,
        trusted: Trusted,
        store: Store | None = None,
        *,
        mode: Mode = Mode.OPEN,
        ad_hoc_get: bool = True,
    ) -> None:
        self.trusted = trusted
        self.uses = Uses()
        self.look_again: Callable[[], Awaitable[None]] | None = None
        self._documents = documents
        self._store = store
        self._mode = mode
        self._ad_hoc_get = ad_hoc_get

    async def find(
        self,
        asked_for: Parameters,
        headers: Mapping[str, str],
        *,
        is_get: bool,
        in_path: str | None = None,
        before_reading: Callable[[], None] = lambda: None,
    ) -> Found:
        """Raises a `GraphQLError` for what is not known, not allowed, too much or not to be read.

        `before_reading` is called before a text is parsed that somebody sent, and may raise one as well.
        """
        client = client_of(headers)
        try:
            found = await self._find_anew(asked_for, before_reading, is_get=is_get, in_path=in_path)
        except GraphQLError as refusal:
            if not is_not_found(refusal):
                self.uses.count(client, Kind.REFUSED)
            raise
        self.uses.count(client, found.kind)
        return found

    async def register(self, document: Document, client: str) -> None:
        """Once it was answered: whatever is kept was parsed, priced and found valid."""
        if self._store is not None:
            await self._store.register(document.sha256, document.text, client)

    async def _find_anew(
        self, asked_for: Parameters, before_reading: Callable[[], None], *, is_get: bool, in_path: str | None
    ) -> Found:
        """What the list does not have may have been imported a moment ago."""
        try:
            return await self._find(asked_for, before_reading, is_get=is_get, in_path=in_path)
        except Refusal as refusal:
            if self.look_again is None or refusal.code not in _OF_THE_LIST:
                raise
        await self.look_again()
        self.uses.looks += 1
        found = await self._find(asked_for, before_reading, is_get=is_get, in_path=in_path)
        self.uses.found += 1
        return found

    async def _find(
        self, asked_for: Parameters, before_reading: Callable[[], None], *, is_get: bool, in_path: str | None
    ) -> Found:
        named = reference(asked_for, in_path)
        if isinstance(named, TrustedId):
            return self._by_id(named)
        if isinstance(named, Automatic):
            found = await self._by_hash(named, before_reading)
        else:
            found = self._by_text(asked_for, before_reading, is_get=is_get)
        if self._mode is Mode.ENFORCE and found.kind is not Kind.TRUSTED:
            raise Refusal(ErrorCode.QUERY_NOT_IN_SAFELIST, "This operation is none that is answered here.")
        return found

    def _by_id(self, named: TrustedId) -> Found:
        document = self.trusted.by_id(named.name)
        if document is None:
            raise not_in_list()
        return Found(document, Kind.TRUSTED, is_by_id=True)

    async def _by_hash(self, named: Automatic, before_reading: Callable[[], None]) -> Found:
        if named.text is not None and sha256_of(named.text) != named.sha256:
            # Apollo's words.
            raise Refusal(ErrorCode.PERSISTED_QUERY_HASH_MISMATCH, "provided sha does not match query")
        if trusted := self.trusted.by_sha256(named.sha256):
            return Found(trusted, Kind.TRUSTED, is_by_id=named.text is None)
        if named.text is not None:
            return self._of_text(named.text, Kind.AUTOMATIC, before_reading)
        if self._mode is Mode.ENFORCE:
            raise not_supported()
        document = self._documents.known(named.sha256) or await self._registered(named.sha256)
        return Found(document, Kind.AUTOMATIC, is_by_id=True)

    async def _registered(self, sha256: str) -> Document:
        text = await self._store.recent(sha256) if self._store is not None else None
        # Whoever can write to the store must not choose what a hash means.
        if text is None or sha256_of(text) != sha256:
            raise not_found()
        return self._documents.read(text)

    def _by_text(self, asked_for: Parameters, before_reading: Callable[[], None], *, is_get: bool) -> Found:
        if not asked_for.query:
            raise parameters.no_query()
        if is_get and not self._ad_hoc_get:
            raise Refusal(
                ErrorCode.PERSISTED_QUERY_ID_REQUIRED,
                "A GET names a persisted operation; POST the text of any other.",
                is_of_http=True,
            )
        return self._of_text(asked_for.query, Kind.AD_HOC, before_reading)

    def _of_text(self, text: str, kind: Kind, before_reading: Callable[[], None]) -> Found:
        sha256 = sha256_of(text)
        # Before it is read, for it may be longer than what anybody sends.
        if trusted := self.trusted.by_sha256(sha256):
            return Found(trusted, Kind.TRUSTED)
        document = self._documents.known(sha256)
        if document is None:
            before_reading()
            document = self._documents.read(text)
        if trusted := self.trusted.like(document):
            return Found(trusted, Kind.TRUSTED)
        return Found(document, kind, registers=kind is Kind.AUTOMATIC)
