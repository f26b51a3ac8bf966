"""What the search finds: every heading, and what stands first and in code in a row of a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Final

from markdown_it.token import Token

from server.site.pages import Source

_EXCERPT: Final = 140


@dataclass(frozen=True)
class Entry:
    """`text` is shown beside the title; `body` is only looked through."""

    title: str
    anchor: str
    text: str
    body: str = ""


def entries(source: Source, tokens: Sequence[Token]) -> Iterator[Entry]:
    """Of tokens that have their anchors.

    In the reference a row below a type or an operation is one of its fields and named after both; what refuses an
    operation, one heading below, is found with that heading. Elsewhere a row speaks for itself.
    """
    title, anchor, level = "", "", 0
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            title, anchor, level = text_of(tokens[place + 1]), str(token.attrGet("id")), int(token.tag[1])
            following = tokens[place + 3 :]
            is_field_list = source.is_reference and level < 3
            yield Entry(title, anchor, _excerpt(following), "" if is_field_list else _body(following))
        elif token.type == "tr_open" and (name := name_of(row := tokens[place:])):
            said = text_of([*_cells(row)][-1])
            if not source.is_reference:
                yield Entry(name, str(token.attrGet("id")), said)
            elif level < 3:
                yield Entry(f"{title}.{name}", anchor, said)


def name_of(row: Sequence[Token]) -> str | None:
    """What the row is about, where its first cell is code and nothing else, as fields are written."""
    cells = [*_cells(row)]
    is_code = len(cells) > 1 and [child.type for child in cells[0].children or ()] == ["code_inline"]
    return text_of(cells[0]) if is_code else None


def text_of(inline: Token) -> str:
    return "".join(child.content or " " * (child.type == "softbreak") for child in inline.children or ())


def _cells(row: Sequence[Token]) -> Iterator[Token]:
    return (token for token in takewhile(lambda it: it.type != "tr_close", row) if token.type == "inline")


def _excerpt(following: Sequence[Token]) -> str:
    for token, inline in pairwise(_section(following)):
        if token.type == "table_open":
            return ""
        if token.type == "paragraph_open":
            text = text_of(inline)
            return text if len(text) <= _EXCERPT else text[:_EXCERPT].rsplit(" ", 1)[0] + " …"
    return ""


def _body(following: Sequence[Token]) -> str:
    return " ".join(text_of(token) or token.content for token in _section(following) if token.content)


def _section(following: Sequence[Token]) -> Iterator[Token]:
    return takewhile(lambda token: token.type != "heading_open", following)
