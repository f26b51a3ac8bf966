"""Documents at hand: nothing is parsed or validated twice, and nothing that clients send takes more room."""

import gc
import os
import time
import tracemalloc
from pathlib import Path

import pytest
from graphql import GraphQLError

from engine.documents import Documents, sha256_of
from schema.root import schema
from tests.dose import IS_FULL

LIMITS = "query Limits { serverInfo { limits { nodes } } }"
MANY = 100_000 if IS_FULL else 3_000


def documents(max_bytes: int = 32 * 1024 * 1024, max_trusted_bytes: int = 128 * 1024 * 1024) -> Documents:
    return Documents(schema.types, max_bytes=max_bytes, max_trusted_bytes=max_trusted_bytes)


def text(number: int) -> str:
    """One of many, each another."""
    return f"query Many{number} {{ viewer {{ a{number}: id }} }}"


def resident() -> int:
    """Bytes of memory this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_text_is_parsed_and_validated_once() -> None:
    known = documents()
    for _ in range(5):
        document = known.read(LIMITS)
        assert known.validate(document) == []
        assert known.trust(LIMITS) is document
        assert known.known(sha256_of(LIMITS)) is document
    wrong = [known.validate(known.read("{ nothing }")) for _ in range(5)]
    assert [len(errors) for errors in wrong] == [1] * 5
    assert (known.parsed, known.validated) == (2, 2)


def test_a_text_that_is_refused_takes_no_room() -> None:
    known = documents()
    for wrong in ("{", "{" + "a " * 2000 + "}", "x" * 20_000):
        with pytest.raises(GraphQLError):
            known.read(wrong)
    assert (known.bytes, known.trusted_bytes) == (0, 0)


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from Linux's /proc")
def test_many_documents_take_no_more_memory_than_they_may() -> None:
    bound = 2 * 1024 * 1024
    known = documents(max_bytes=bound)
    trusted = [known.trust(f"query Trusted{number} {{ viewer {{ id }} }}") for number in range(20)]
    before = resident()
    for number in range(MANY):
        known.read(text(number))
        assert known.bytes <= bound
    gc.collect()
    # What is in pieces, or waits to be collected, takes as much again, and more of it the longer it goes on; kept,
    # all of them would be 4 KiB each.
    room = (12 if IS_FULL else 4) * bound
    assert resident() - before < room < MANY * 4 * 1024
    parsed = known.parsed
    assert all(known.read(each.text) is each for each in trusted)
    assert known.parsed == parsed


@pytest.mark.long
@pytest.mark.parametrize(
    "document",
    [
        "{ viewer { id } }",
        "{ viewer { id(a: [" + "1 " * 380 + "]) } }",
        "{ viewer { " + " ".join(f"u{number}" for number in range(98)) + " } }",
        "query (" + " ".join(f"$a{number}: Int" for number in range(90)) + ") { viewer { id } }",
        "{ " + "viewer { posts { edges { node { author { a b c d e f } } } } } " * 9 + "}",
    ],
)
def test_a_document_takes_no_more_memory_than_it_is_counted_for(document: str) -> None:
    known = documents()
    for number in range(20):
        known.validate(known.read(f"{document} # {number}"))
    counted = known.bytes
    tracemalloc.start()
    for number in range(20, 40):
        known.validate(known.read(f"{document} # {number}"))
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < known.bytes - counted


def test_trusted_documents_make_room_for_one_another_alone() -> None:
    known = documents(max_trusted_bytes=100_000)
    for number in range(50):
        known.trust(text(number))
        assert known.trusted_bytes <= 100_000
    assert known.trust(text(0)).text == text(0)


@pytest.mark.parametrize(
    "other",
    [
        "query Limits{serverInfo{limits{nodes}}}",
        "# all\nquery Limits {\n  serverInfo,\n  { limits { nodes } }\n}\n",
        "\ufeffquery Limits { serverInfo { limits { nodes } } }",
    ],
)
def test_what_is_laid_out_otherwise_says_the_same(other: str) -> None:
    known = documents()
    assert known.read(other).digest == known.read(LIMITS).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LIMITS, "query Limit { serverInfo { limits { nodes } } }"),
        ('{ user(username: "a b") { id } }', '{ user(username: "a  b") { id } }'),
        ('{ user(username: "a") { id } }', "{ user(username: a) { id } }"),
        ('{ user(username: "\\n") { id } }', '{ user(username: "n") { id } }'),
        ("{ publicFeed(first: 1) { totalCount } }", "{ publicFeed(first: 10) { totalCount } }"),
        ("{ a: viewer { id } }", "{ viewer { id } }"),
    ],
)
def test_what_says_something_else_never_passes_for_it(one: str, other: str) -> None:
    known = documents()
    assert known.read(one).digest != known.read(other).digest


def test_telling_whether_two_say_the_same_costs_next_to_nothing() -> None:
    known = documents()
    document = known.read("{ nodes(ids: [" + '"x", ' * 388 + "]) { id } }")
    started = time.process_time()
    assert len(document.digest) == 32
    # A millisecond or two, and several times that while coverage is measured.
    assert time.process_time() - started < 0.05
