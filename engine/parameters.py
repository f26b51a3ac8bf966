"""What a request asks for, out of a JSON body or a query string, with each member of its type."""

from collections.abc import Mapping
from types import NoneType
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from engine import json_body
from engine.refusals import Refusal, bad_http

_JSON_MEMBERS: Final = frozenset({"variables", "extensions"})
# What each member is, if it is there, and how that is called.
_KINDS: Final = (
    ("query", (str, NoneType), "a string"),
    ("operationName", (str, NoneType), "a string"),
    ("variables", (dict, NoneType), "an object"),
    ("extensions", (dict, NoneType), "an object"),
)


class Parameters(NamedTuple):
    """`members` is everything that was sent, for whoever knows more of it than the specification."""

    query: str | None = None
    operation_name: str | None = None
    variables: Mapping[str, Any] = {}
    extensions: Mapping[str, Any] = {}
    members: Mapping[str, Any] = {}


def of_body(body: bytes) -> Parameters:
    """From a POST's JSON. Raises `Refusal` for what is none, or a member of another type."""
    members = json_body.loads(body)
    if isinstance(members, list):
        raise bad_http("Send one operation a request; batches are not answered.")
    if not isinstance(members, dict):
        raise bad_http("Send one JSON object.")
    return _parameters(members)


def of_query_string(query_string: bytes) -> Parameters:
    """From a GET's query string; an empty member counts as absent."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), errors="strict", max_num_fields=20)
    except ValueError:
        raise bad_http("The query string is not readable.") from None
    members: dict[str, Any] = dict(pairs)
    if len(members) != len(pairs):
        raise bad_http("The query string holds a name twice.")
    for name in _JSON_MEMBERS & members.keys():
        members[name] = json_body.loads(members[name].encode())
    return _parameters(members)


def _parameters(members: dict[str, Any]) -> Parameters:
    for name, kinds, words in _KINDS:
        if not isinstance(members.get(name), kinds):
            raise bad_http(f"`{name}` is {words}.")
    return Parameters(
        members.get("query"),
        members.get("operationName") or None,
        members.get("variables") or {},
        members.get("extensions") or {},
        members,
    )


def no_query() -> Refusal:
    return bad_http('Send a `query`, as JSON: {"query": "…"}.')
