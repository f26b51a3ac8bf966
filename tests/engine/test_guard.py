"""How much a document asks for, and that measuring it costs next to nothing."""

import pytest
from graphql import parse

from engine.cost import Amount
from engine.documents import Documents
from engine.guard import Shape, measure
from engine.refusals import Refusal
from schema.root import schema
from tests.conftest import Api, Refused

_PAGE = "{ edges { node { id } } }"
_NESTED = "author { posts { edges { node { %s } } } }"


def shape(document: str) -> Shape:
    ((_, found),) = measure(schema._schema, parse(document), assumed=20, most=100)
    return found


def price(document: str, **variables: object) -> Amount:
    return shape(document).price.at(variables)


@pytest.mark.parametrize(
    ("document", "cost", "nodes"),
    [
        ("{ viewer { id username } }", 1, 0),
        ("{ publicFeed PAGE }", 21, 20),
        ("{ publicFeed(first: 5) PAGE }", 6, 5),
        ("{ publicFeed(last: 7) { pageInfo { endCursor } edges { node { id } } } }", 9, 7),
        ("{ publicFeed(first: 100000) PAGE }", 101, 100),
        ("{ publicFeed(first: 2) { edges { node { comments(first: 3) PAGE } } } }", 11, 8),
        ('{ nodes(ids: ["a", "b"]) { id } }', 2, 2),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", 3, 3),
        ("query ($n: Int) { publicFeed(first: $n) PAGE }", 10, 9),
        ("query ($m: Int) { publicFeed(first: $m) PAGE }", 21, 20),
        ("query ($yes: Boolean!) { publicFeed(first: 2) @include(if: $yes) PAGE }", 3, 2),
        ("query ($yes: Boolean!) { publicFeed(first: 2) @skip(if: $yes) PAGE }", 0, 0),
        ("{ publicFeed(first: 2) @skip(if: true) PAGE }", 0, 0),
        ("{ publicFeed(first: 2) { ...F } } fragment F on PostConnection PAGE", 3, 2),
        ("{ publicFeed(first: 2) { ... PAGE } }", 3, 2),
        ("{ searchPosts(query: $q, first: 2) PAGE }", 12, 2),
        ("mutation { likePost(input: $i) { ... on LikePostPayload { post { id } } } }", 12, 0),
        ("{ ...F } fragment F on Query { ...F viewer { id } }", 1, 0),
        ("{ ...Missing } ", 0, 0),
        ("{ nowhere(first: 9) { edges { node { id } } } }", 0, 0),
    ],
)
def test_prices_what_is_asked_with_the_values_at_hand(document: str, cost: int, nodes: int) -> None:
    assert price(document.replace("PAGE", _PAGE), n=9, ids=["a", "b", "c"], yes=True) == Amount(cost, nodes)


def test_a_whole_number_costs_the_same_however_it_is_written() -> None:
    text = "query ($n: Int) { publicFeed(first: $n) { edges { node { id author { id } } } } }"
    assert price(text, n=100.0) == price(text, n=100)
    assert price(text, n=0.5) == price(text)


def test_what_costs_nothing_adds_nothing_to_the_formula() -> None:
    """A hundred such fields under forty conditions would be thousands of terms, walked by every request."""
    found = shape(
        "query ($v: Boolean!) { viewer { ...F @skip(if: $v) } } fragment F on User { id @include(if: $v) }"
    )
    assert found.price.terms == ()


def test_measures_every_dimension() -> None:
    found = shape(
        "query @a { x: viewer @skip(if: false) @include(if: true) { ...F ...F posts { edges { node { id } } } } } "
        "fragment F on User { id username }"
    )
    assert (found.depth, found.breadth, found.most_directives) == (3, 5, 2)


def test_fragments_hang_on_each_other_deeper_than_python_s_stack() -> None:
    chain = "".join(f"fragment F{n} on Query {{ ...F{n + 1} }} " for n in range(3000))
    found = shape(f"{{ ...F0 }} {chain} fragment F3000 on Query {{ viewer {{ id }} }}")
    assert (found.depth, found.price.cost) == (2, 1)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{ " + "viewer { posts { edges { node { author { " * 6 + "id" + " } } } } }" * 6 + " }", "levels"),
        ("{ viewer { " + "id " * 46 + "} }", "pairs of fields under the same key"),
        ("{ viewer { " + " ".join(f"f{n}" for n in range(151)) + "} }", "fields beside each other"),
        ("{ viewer { " + " ".join(f"a{n}: id" for n in range(31)) + "} }", "aliases"),
        ("{ viewer { " + ("id " + 3 * "@skip(if: true) ") * 17 + "} }", "directives"),
        (
            "{ ...F ...F ...F ...F } fragment F on Query { " + " ".join(f"f{n}" for n in range(126)) + " }",
            "fields",
        ),
        ("{ viewer " + "@include(if: true) " * 6 + "{ id } }", "directives on one field"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(21)) + " }", "root fields of a query"),
    ],
)
def test_says_what_there_is_too_much_of(document: str, words: str) -> None:
    with pytest.raises(Refusal, match=rf"at most [\d,]+ {words} are answered at once"):
        Documents(schema.types).read(document)


@pytest.mark.parametrize("levels", [3, 4, 12])
async def test_lists_in_lists_in_lists_are_refused(api: Api, levels: int) -> None:
    query = "id"
    for _ in range(levels):
        query = _NESTED % query
    with pytest.raises(Refused) as refused:
        await api(f"{{ publicFeed {{ edges {{ node {{ {query} }} }} }} }}")
    assert refused.value.code == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize("fields", ["serverInfo { version } " * 400, "a: viewer { id } " * 300])
async def test_a_document_of_too_many_words_is_refused_before_it_is_validated(api: Api, fields: str) -> None:
    with pytest.raises(Refused) as refused:
        await api(f"{{ {fields} }}")
    assert refused.value.code == "QUERY_TOO_COMPLEX"
