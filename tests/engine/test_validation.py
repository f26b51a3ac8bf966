"""Documents are found wrong as graphql-core's own `validate` finds them: the same errors, at the same places."""

import orjson
import pytest
from graphql import GraphQLError, parse, specified_rules
from graphql import validate as by_the_library
from hypothesis import given
from hypothesis import strategies as st

from bench.refused import CASES, Case
from engine.codes import ErrorCode
from engine.validation import ERRORS, TOLD, validate
from schema.root import schema
from server.reference.documents import Document
from tests.documents import DOCUMENTS

WRONG = (
    "{ viewer { id nothing } nowhere }",
    "{ viewer { " + " ".join(f"n{number}" for number in range(ERRORS + 1)) + " } }",
    "query ($a: Int, $b: Nothing, $a: ID) { nodes(ids: [$a, $c]) { id } }",
    "query A { ...F } query B($v: Int) { ...F } fragment F on Query { publicFeed(first: $v) { totalCount } }",
    'query ($v: Int) { user(username: "$") { id } }',
    "{ viewer { ...F } } fragment F on User { ...G } fragment G on User { ...F } fragment N on No { id }",
    "{ a: viewer { id } a: viewer { id: username } viewer { id @skip @skip(if: 1) @nothing } }",
    "{ viewer { id { id } posts } ... on Post { id } node(id: {a: 1}) { ... on Query { __typename } } }",
    "mutation { createPost(input: {text: 1, text: $v, nothing: {a: 1}}) { __typename } login }",
    "query A { viewer { id } } query A { viewer { id } } { viewer { id } } fragment F on User { id }",
    "type A { a: Int } extend schema @a",
)
COSTLY = [case for case in CASES if case.code is ErrorCode.GRAPHQL_VALIDATION_FAILED]
_PARTS = st.sampled_from(
    [
        "viewer { id }",
        "user(username: $v) { ...F }",
        "publicFeed(first: $w) { totalCount }",
        "no",
        "a: no(b: 1)",
        "...F",
        "...G @include(if: $w)",
        "nodes(ids: [$v, 1.5, {a: 1}]) { id ... on User @skip(iff: $x) { nothing } ... on X { id } }",
        'user(usernam: "é") @defer { id id: username posts(first: "1", first: 2) { edges } }',
        "createPost(input: {text: $w, text: 1, no: [$y], audience: NO}) { __typename }",
        "__schema { types { fields { type { fields { type { fields { name } } } } } } }",
    ]
)
_BODIES = st.lists(_PARTS, min_size=1, max_size=5).map(" ".join)
_KINDS = st.sampled_from(["query", "mutation", "subscription"])
_VARIABLES = st.sampled_from(["", "($v: Int)", "($v: SafeText!, $w: No = {a: 1}, $v: [ID!] = [A] @a)"])
_OPERATIONS = st.builds("{} {}{} {{ {} }} ".format, _KINDS, st.sampled_from("ABC"), _VARIABLES, _BODIES)
_FRAGMENTS = st.builds(
    "fragment {} on {} {{ {} }} ".format, st.sampled_from("FG"), st.sampled_from(["Query", "X"]), _BODIES
)


def told(errors: list[GraphQLError]) -> list[tuple[str, object]]:
    return [(error.message, error.locations) for error in errors]


def agrees(text: str) -> None:
    document = parse(text)
    theirs = told(by_the_library(schema.types, document, max_errors=ERRORS, hide_suggestions=True))
    ours = told(validate(schema.types, document, specified_rules))
    if sum(len(message) for message, _ in ours[:-1]) > TOLD:
        # The last only says that there may be more.
        del ours[-1], theirs[len(ours) :]
    assert ours == theirs


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_in_the_same_words(text: str) -> None:
    assert validate(schema.types, parse(text), specified_rules)
    agrees(text)


@given(st.lists(_OPERATIONS | _FRAGMENTS, min_size=1, max_size=4).map("".join))
def test_the_same_is_wrong_with_anything(text: str) -> None:
    agrees(text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_nothing_is_wrong_with_a_document_of_the_corpus(document: Document) -> None:
    assert validate(schema.types, parse(document.text), specified_rules) == []
    agrees(document.text)


@pytest.mark.parametrize("case", COSTLY, ids=lambda case: case.name)
def test_what_is_dear_to_refuse_is_refused_in_the_same_words(case: Case) -> None:
    agrees(orjson.loads(case.body)["query"])


def test_errors_that_are_long_are_fewer() -> None:
    text = "mutation { createPost(input: {" + "a: 1 " * 170 + "}) { __typename } }"
    *told, last = validate(schema.types, parse(text), specified_rules)
    assert len(told) == 1
    assert last.message.startswith("Too many validation errors")


def test_fragments_too_deep_in_one_another_end_it() -> None:
    chain = "".join(f"fragment F{n} on Query {{ ...{{ ...F{n + 1} }} }} " for n in range(150))
    agrees(f"{{ ...F0 }} {chain} fragment F150 on Query {{ viewer {{ id }} }}")
