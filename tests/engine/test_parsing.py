"""A text is parsed as graphql-core parses it: the same tree, words and places, and the same syntax errors."""

from collections.abc import Callable

import pytest
from graphql import DocumentNode, GraphQLSyntaxError, Token
from graphql import parse as by_the_library
from hypothesis import given
from hypothesis import strategies as st

from engine.parsing import parse
from server.reference.documents import Document
from tests.documents import DOCUMENTS

_SIGNS = st.sampled_from(
    [
        *("a", "é", "\t", "\n", "\r", "\x00", "\u2028", "\ud800", "😀", "#", "'", '"', '""'),
        *(r"\n", r"\"", r"\\", r"\/", r"\x", r"\u00e9", r"\ud83d\ude00", r"\u{1f600}", "\\"),
    ]
)
_STRINGS = st.lists(_SIGNS, max_size=5).map(lambda signs: f'"{"".join(signs)}"')


def told(parser: Callable[[str], DocumentNode], text: str) -> object:
    try:
        document = parser(text)
    except GraphQLSyntaxError as error:
        return error.message, error.positions, error.locations
    assert document.loc
    return document, words(document.loc.start_token)


def words(token: Token | None) -> list[Token]:
    found = []
    while token:
        found.append(token)
        token = token.next
    return found


def agrees(text: str) -> None:
    assert told(parse, text) == told(lambda text: by_the_library(text, allow_empty_selection_sets=False), text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_of_the_corpus_is_the_same_tree(document: Document) -> None:
    agrees(document.text)


@pytest.mark.parametrize(
    "text", ["", "{", "{a{}}", "{ a(b: " + "[" * 250 + "]" * 250 + ") }", "{a @b(c: 1.5 d: E) b: a}"]
)
def test_what_is_no_document_is_so_in_the_same_words(text: str) -> None:
    agrees(text)


@given(st.lists(_STRINGS, min_size=1, max_size=3).map("\n".join))
def test_strings_mean_the_same(strings: str) -> None:
    agrees(f"{{ a(b: [{strings}]) }}")
