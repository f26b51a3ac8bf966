"""Pairs of fields under one key: counted as validation compares them, and in no more time than a glance."""

import time

import pytest
from graphql import GraphQLError

from engine import counts, overlaps
from engine.documents import Documents
from schema.root import schema

PAGE = "edges { node { id } }"


def counted(text: str) -> str | None:
    return overlaps.excess(counts.count(counts.words(text)))


@pytest.mark.parametrize(
    "text",
    [
        "{ viewer { " + "id " * 32 + "} }",
        # Another place each time: nothing meets.
        "{ " + " ".join(f"a{n}: viewer {{ id username }}" for n in range(20)) + " }",
        "{ viewer { ...F ...F ...F ...F } } fragment F on User { " + "id " * 22 + "}",
        "{ viewer { "
        + "".join(f"...F{n} " for n in range(13))
        + "} } "
        + "".join(f"fragment F{n} on User {{ id username posts {{ {PAGE} }} }} " for n in range(13)),
    ],
)
def test_what_front_ends_compose_is_not_too_much(text: str) -> None:
    assert counted(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "{ viewer { " + "id " * 33 + "} }",
        f"{{ publicFeed {{ {PAGE * 30} }} }}",
        '{ node(id: "x") { ' + "... on Post { author { id } } " * 40 + "} }",
        "{ publicFeed { "
        + "".join(f"...F{n} " for n in range(25))
        + "} } "
        + "".join(f"fragment F{n} on PostConnection {{ {PAGE} }} " for n in range(25)),
        # Nobody spreads it, and validation looks at it all the same.
        "{ viewer { id } } fragment Unused on User { " + "id " * 33 + "}",
    ],
)
def test_what_would_be_compared_too_often_is_refused_before_it_is(text: str) -> None:
    assert "pairs of fields" in str(counted(text))
    documents = Documents(schema.types)
    with pytest.raises(GraphQLError, match="pairs of fields"):
        documents.read(text)
    assert documents.parsed == 0


def test_fragments_in_a_circle_end() -> None:
    circle = "{ viewer { ...F } } fragment F on User { posts { ...F } posts { ...F id } }"
    assert counted(circle) is not None
    assert counted("{ viewer { ...F } } fragment F on User { id ...F }") is None


def test_the_worst_that_is_let_through_is_validated_within_bounds() -> None:
    """Five hundred pairs are 3 ms of CPU; what this refuses was a quarter of a second."""
    text = f"{{ publicFeed {{ {PAGE * 18} }} }}"
    assert counted(text) is None
    took = []
    for _ in range(5):
        documents = Documents(schema.types)
        document = documents.read(text)
        began = time.process_time()
        assert documents.validate(document) == []
        took.append(time.process_time() - began)
    assert min(took) < 0.15
