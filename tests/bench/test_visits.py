"""People on a visit: what they ask about is what they have seen, and the mix is the one that was meant."""

import random
from collections import Counter
from ipaddress import ip_address
from typing import Any

import pytest
from graphql import NonNullTypeNode, OperationDefinitionNode, parse

from bench.operations import DOCUMENTS, refusal
from bench.readers import address
from bench.visits import DEEDS, MIX, Visit

ADA = {
    "gid": "ada",
    "talk": "talk",
    "stranger": "eve",
    "stranger_name": "eve_moss",
    "stranger_first_name": "eve",
}
_FEED = {
    "edges": [{"node": {"id": "post of bob", "commentCount": 2, "author": {"id": "bob", "username": "bob"}}}],
    "pageInfo": {"hasNextPage": True, "endCursor": "older"},
}


class Plaza:
    """Remembers what was asked, and shows everybody the same feed."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((operation, variables))
        return {"homeFeed": _FEED} if operation == "home_feed" else {}


@pytest.fixture(scope="module")
def asked() -> list[tuple[str, dict[str, Any]]]:
    plaza, rng = Plaza(), random.Random(7)
    for _ in range(1000):
        Visit(ADA, plaza, rng).run(lambda _: True)
    return plaza.asked


def test_visits_have_the_mix_and_the_length_that_were_meant(asked: list[tuple[str, dict[str, Any]]]) -> None:
    assert len(asked) / 1000 == pytest.approx(DEEDS, rel=0.1)
    often = Counter(operation for operation, _ in asked)
    for operation in ("home_feed", "post_page", "profile", "like_post"):
        assert often[operation] / len(asked) == pytest.approx(MIX[operation] / sum(MIX.values()), rel=0.2)


def test_people_open_what_their_feed_showed_them(asked: list[tuple[str, dict[str, Any]]]) -> None:
    assert {variables["post"] for operation, variables in asked if operation == "like_post"} == {
        "post of bob",
        "talk",
    }
    assert {variables["after"] for operation, variables in asked if operation == "home_feed"} == {None, "older"}
    assert {variables["user"] for operation, variables in asked if operation == "follow"} == {"bob", "eve"}


def test_a_document_gets_all_it_needs_and_nothing_else(asked: list[tuple[str, dict[str, Any]]]) -> None:
    given = {operation: set(variables) for operation, variables in asked}
    assert given.keys() == MIX.keys()
    for operation, names in given.items():
        first = parse((DOCUMENTS / f"{operation}.graphql").read_text()).definitions[0]
        assert isinstance(first, OperationDefinitionNode)
        known = {each.variable.name.value: each.type for each in first.variable_definitions or ()}
        needed = {name for name, kind in known.items() if isinstance(kind, NonNullTypeNode)}
        assert needed <= names <= known.keys(), operation


def test_whoever_may_not_go_on_leaves() -> None:
    plaza = Plaza()
    Visit(ADA, plaza, random.Random(1)).run(lambda _: False)
    assert len(plaza.asked) == 1
    Visit(ADA, plaza, random.Random(1)).run(lambda _: False, has_begun=True)
    assert len(plaza.asked) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b'{"data":{"viewer":{"id":"1"}}}', None),
        (b'{"data":{"likePost":{"__typename":"LikePostPayload","post":{"id":"1"}}}}', None),
        (b'{"data":{"likePost":{"__typename":"NotFound","message":"Gone."}}}', "NotFound: Gone."),
        (b'{"data":{"post":null}}', "post is null"),
        (
            b'{"data":null,"errors":[{"message":"Slow down.","extensions":{"code":"RATE_LIMITED"}}]}',
            "RATE_LIMITED: Slow down.",
        ),
        (b"", "no JSON: b''"),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_a_failure(answer: bytes, why: str | None) -> None:
    assert refusal(answer) == why


def test_everybody_comes_from_an_address_of_their_own() -> None:
    addresses = {ip_address(address(number)) for number in range(70_000)}
    assert len(addresses) == 70_000
    assert all(each.is_private for each in addresses)
