"""Counting words sees what the parser sees, whatever a document is written like, and takes next to no time."""

import time

import pytest
from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Token,
    TokenKind,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from engine import counts
from engine.counts import Selections
from engine.documents import ANYBODYS, IMPORTED, Documents
from engine.refusals import Refusal
from schema.root import schema
from server.reference.documents import Document
from tests.documents import DOCUMENTS

_NAMES = st.sampled_from(["id", "on", "fragment", "query", "true", "__typename", "_a1", "A"])
_VALUES = st.sampled_from(
    [
        "1",
        "-1.5e+3",
        "$v",
        "[1, {a: 2}]",
        "{a: {b: [x]}}",
        "null",
        '"{ a @b ... \\" ) # }"',
        '""',
        '"""a "quoted" { \\""" } @ (' + '"""',
        '""""""',
    ]
)
_ARGUMENTS = st.lists(st.tuples(_NAMES, _VALUES), max_size=2).map(
    lambda pairs: "(" + ", ".join(f"{name}: {value}" for name, value in pairs) + ")" if pairs else ""
)
_DIRECTIVES = st.lists(st.builds("@{}{} ".format, _NAMES, _ARGUMENTS), max_size=2).map("".join)
_SPREADS = st.builds("...{} {}".format, st.sampled_from(["F", "G", "Missing"]), _DIRECTIVES)
_BREAKS = st.sampled_from([" ", ",", "\n", "\r\n\t", " # a { b @c ...\n", "\ufeff "])


def _sets(selections: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda found, between: "{" + between.join(found) + "}",
        st.lists(selections, min_size=1, max_size=4),
        _BREAKS,
    )


_FIELDS = st.builds(
    "{}{}{} {}".format, st.just("") | st.builds("{} : ".format, _NAMES), _NAMES, _ARGUMENTS, _DIRECTIVES
)


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inside = _sets(inner | _SPREADS)
    heads = st.sampled_from(["...", "...on T ", "... on on "])
    return st.builds("{}{}".format, _FIELDS, inside) | st.builds("{}{}{}".format, heads, _DIRECTIVES, inside)


_SETS = _sets(st.recursive(_FIELDS, _nested, max_leaves=6) | _SPREADS)
_HEADS = st.sampled_from(["", "query ", "mutation fragment ", "query query($v: [I!]! = {a: 1} @d) @e(x: 1) "])
_OPERATIONS = st.builds("{}{} ".format, _HEADS, _SETS)
_FRAGMENTS = st.builds("fragment {} on {} {}{} ".format, st.sampled_from(["F", "G"]), _NAMES, _DIRECTIVES, _SETS)
_TEXTS = st.lists(_OPERATIONS | _FRAGMENTS, min_size=1, max_size=4).map("".join)


def tokens(document: DocumentNode) -> list[Token]:
    assert document.loc
    found = []
    token: Token | None = document.loc.start_token
    while token is not None:
        if token.kind not in (TokenKind.SOF, TokenKind.EOF):
            found.append(token)
        token = token.next
    return found


def counted(document: DocumentNode) -> list[tuple[int, int, int, list[str]]]:
    """Fields, aliases, directives and spreads of each definition, from its tree."""
    found = []
    for definition in document.definitions:
        assert isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
        fields, aliases, spreads = 0, 0, []
        directives: list[DirectiveNode] = [*(definition.directives or ())]
        open_sets: list[SelectionSetNode] = [definition.selection_set]
        while open_sets:
            for node in open_sets.pop().selections:
                directives += node.directives or ()
                if isinstance(node, FragmentSpreadNode):
                    spreads.append(node.name.value)
                    continue
                assert isinstance(node, FieldNode | InlineFragmentNode)
                if isinstance(node, FieldNode):
                    fields += 1
                    aliases += node.alias is not None and node.name.value != "__typename"
                open_sets += [node.selection_set] if node.selection_set else []
        found.append((fields, aliases, len(directives), sorted(spreads)))
    return found


def sets(document: DocumentNode) -> list[Selections]:
    """The selection set of each definition as its tree has it."""
    return [
        selections(each.selection_set)
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode)
    ]


def selections(node: SelectionSetNode | None) -> Selections:
    found = Selections()
    for each in node.selections if node else ():
        if isinstance(each, FragmentSpreadNode):
            found.spreads.append(each.name.value)
        elif isinstance(each, InlineFragmentNode):
            found.inline.append(selections(each.selection_set))
        else:
            assert isinstance(each, FieldNode)
            key = each.alias or each.name
            found.fields.append((key.value, selections(each.selection_set)))
    return found


def agrees(text: str) -> None:
    document = parse(text)
    words = counts.words(text)
    # The lexer's tokens have their places; the words have to stand there, one for one.
    assert [text[token.start : token.end] for token in tokens(document)] == words
    reading = counts.Reading()
    for word in words:
        reading.take(word)
    found = [(each.fields, each.aliases, each.directives, sorted(each.spreads)) for each in reading.definitions]
    assert found == counted(document)
    assert [each for each in sets(document) if each not in reading.sets] == []


@given(_TEXTS)
def test_words_are_the_lexers_and_counts_those_of_the_tree(text: str) -> None:
    agrees(text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_document_of_the_corpus_is_counted_as_it_is(document: Document) -> None:
    agrees(document.text)


@given(st.text(alphabet='{}()[]"\\:@.#$! \n,abon1-é\ufeff', max_size=60))
def test_no_text_is_too_odd_to_be_counted(text: str) -> None:
    words = counts.words(text)
    counts.count(words)
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        return
    assert [text[token.start : token.end] for token in tokens(document)] == words


def test_a_fragment_counts_as_often_as_it_is_spread() -> None:
    text = (
        "{ ...F a: x @d ...F ...Missing } fragment F on T { ...G b ...G } fragment G on T { ...H @d c: y } "
        "fragment H on T { ...H z }"
    )
    operation, f, g, h = counts.count(counts.words(text)).definitions
    assert (h.fields, g.fields, f.fields) == (2, 3, 7)
    assert (operation.fields, operation.aliases, operation.directives) == (15, 5, 5)


def test_what_stands_beside_each_other_is_counted_set_by_set() -> None:
    text = "{ a { x: b x: c b { a a a } ...F } a } fragment F on T { a b ... { c c } }"
    operation, fragment = counts.count(counts.words(text)).definitions
    assert (operation.breadth, operation.repeats) == (4, 4)
    assert (fragment.breadth, fragment.repeats) == (3, 1)


def test_documents_have_at_most_so_many_words() -> None:
    most = "{ a(b: [" + "1 " * (ANYBODYS.words - 9) + "]) }"
    assert len(counts.words(most)) == ANYBODYS.words
    known = Documents(schema.types)
    assert known.read(most).operations
    for more in (most + "#", most + "{", most.replace("1", "1 2", 1)):
        with pytest.raises(Refusal, match="400 words and signs"):
            known.read(more)


def test_what_operators_import_may_be_twice_as_long_and_is_then_answered_by_its_text() -> None:
    known = Documents(schema.types)
    long = "{ viewer { id } }" + " " * ANYBODYS.characters
    with pytest.raises(Refusal, match="characters"):
        known.read(long)
    assert known.read(long, IMPORTED).operations
    trusted = known.trust(long)
    assert known.read(long) is trusted


def test_documents_have_at_most_so_many_definitions() -> None:
    known = Documents(schema.types)
    fragments = "fragment F on User { id } " * ANYBODYS.definitions
    assert known.read(fragments)
    more = fragments + "{ viewer { id } }"
    with pytest.raises(Refusal, match="40 operations and fragments"):
        known.read(more)
    assert known.read(more, IMPORTED)


@pytest.mark.parametrize(
    "text",
    ['"""' + '\\"""' * 4000, '"' * 16_384, '""' * 8000, '"\\' * 8000, "." * 16_384, "1e" * 8000, "é" * 16_384],
)
def test_whatever_is_sent_is_read_once(text: str) -> None:
    seconds = []
    for _ in range(5):
        started = time.process_time()
        counts.words(text)
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.02
