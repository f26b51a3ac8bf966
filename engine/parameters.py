"""What a request asks for, out of a JSON body or a query string, with each member of its type."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import parse_qsl

from engine import json_body
from engine.refusals import Refusal, bad_http

T = TypeVar("T")

_JSON_MEMBERS: Final = frozenset({"variables", "extensions"})


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
    return Parameters(
        query=_member(members, "query", str, "a string"),
        operation_name=_member(members, "operationName", str, "a string") or None,
        variables=_member(members, "variables", dict, "an object") or {},
        extensions=_member(members, "extensions", dict, "an object") or {},
        members=members,
    )


def _member(members: dict[str, Any], name: str, kind: type[T], words: str) -> T | None:
    value = members.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise bad_http(f"`{name}` is {words}.")


def no_query() -> Refusal:
    return bad_http('Send a `query`, as JSON: {"query": "…"}.')
