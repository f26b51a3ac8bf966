"""Operations by their ids: every place in which clients put one, and which kind of operation is meant there.

| where | who | what is meant |
|---|---|---|
| `documentId`, in a body, a query string or the path | the specification, urql, Hive | a trusted one |
| `extensions.persistedQuery` | Apollo, urql (“automatic”) | a trusted one, or one that a client registered |
| `doc_id` | Relay | a trusted one |
| `query` with `persisted: true` | Mercurius | a trusted one |
| `id`, without a `query` | Hot Chocolate | a trusted one |
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLError

from engine.codes import ErrorCode
from engine.parameters import Parameters
from engine.refusals import Refusal, bad_http

# A miss that a cache keeps would outlive the registration; these are Apollo's words for that.
_UNCACHEABLE: Final = {"cache-control": "private, no-cache, must-revalidate"}
# Codegen's documents carry the hash as an id, which urql and Apollo are then told to send as their hash.
_HASH: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
# Members of a request any of which may name its operation beside its text.
_NAMING: Final = frozenset({"documentId", "doc_id", "persisted"})
ID: Final = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True, slots=True)
class TrustedId:
    """An id for what an operator imported."""

    name: str


@dataclass(frozen=True, slots=True)
class Automatic:
    """A hash for what a client registered, or registers now by sending the text along."""

    sha256: str
    text: str | None


def reference(asked_for: Parameters, in_path: str | None = None) -> TrustedId | Automatic | None:
    """The id that a request names its operation by, if any. Raises `Refusal` for two, or one of no known form."""
    if _is_text_alone(asked_for, in_path):
        return None
    is_mercurius = asked_for.members.get("persisted") in (True, "true")
    found: list[TrustedId | Automatic] = [*_trusted(asked_for, in_path, is_mercurius), *_automatic(asked_for)]
    if not found:
        return None
    if len(found) > 1:
        raise bad_http("Name one persisted operation, in one way.")
    if isinstance(found[0], TrustedId) and asked_for.query and not is_mercurius:
        raise Refusal(ErrorCode.CANNOT_SEND_PQ_ID_AND_BODY, "Send an operation's id or its text, not both.")
    return found[0]


def not_found() -> Refusal:
    """Apollo's word, which its clients and urql's take for: send the text along."""
    return Refusal(ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound", status=200, headers=_UNCACHEABLE)


def is_not_found(error: GraphQLError) -> bool:
    """That word: nothing is refused by it, for the text is about to come."""
    return isinstance(error, Refusal) and error.code is ErrorCode.PERSISTED_QUERY_NOT_FOUND


def not_supported() -> Refusal:
    """Apollo's word, which its clients and urql's take for: never ask by hash again."""
    return Refusal(
        ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported", status=200, headers=_UNCACHEABLE
    )


def not_in_list() -> Refusal:
    return Refusal(ErrorCode.PERSISTED_QUERY_NOT_IN_LIST, "No operation has this id.", status=404)


def _is_text_alone(asked_for: Parameters, in_path: str | None) -> bool:
    """As most requests are: then there is nothing to look for."""
    has_none = in_path is None and _NAMING.isdisjoint(asked_for.members)
    return bool(has_none and asked_for.query and "persistedQuery" not in asked_for.extensions)


def _trusted(asked_for: Parameters, in_path: str | None, is_mercurius: bool) -> list[TrustedId]:
    members = asked_for.members
    names: list[Any] = [in_path, members.get("documentId"), members.get("doc_id")]
    if not asked_for.query:
        # Beside a text it is some other protocol's number of the request.
        names.append(members.get("id"))
    if is_mercurius:
        names.append(asked_for.query)
    given = [name for name in names if name is not None and name != ""]
    if any(not isinstance(name, str) or not ID.fullmatch(name) for name in given):
        raise bad_http("An operation's id has at most 256 plain characters.")
    return [TrustedId(name) for name in dict.fromkeys(given)]


def _automatic(asked_for: Parameters) -> list[Automatic]:
    named = asked_for.extensions.get("persistedQuery")
    if named is None:
        return []
    if not isinstance(named, dict) or named.get("version") != 1:
        raise bad_http("Unsupported persisted query version")
    sha256 = named.get("sha256Hash")
    found = _HASH.fullmatch(sha256) if isinstance(sha256, str) else None
    if found is None:
        raise bad_http("`sha256Hash` is 64 digits of lower-case hexadecimal.")
    return [Automatic(found[1], asked_for.query or None)]
