"""One Markdown file as HTML: anchors, links between pages, coloured code, tables that a phone can show."""

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from server.site import sequence
from server.site.entries import Entry, entries, name_of, text_of
from server.site.pages import Source

Resolve = Callable[[str], str | None]

_FORMATTER: Final = HtmlFormatter(nowrap=True)


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Article:
    html: str
    headings: list[Heading]
    entries: list[Entry]


def render(source: Source, resolve: Resolve) -> Article:
    """`resolve` gives the address of a file of `docs/`, or `None` for one that the site does not show."""
    tokens = _MARKDOWN.parse(source.text)
    met: Counter[str] = Counter()
    headings = list(_anchored(tokens, met))
    if not source.is_reference:
        _anchor_rows(tokens, met)
    _label_cells(tokens)
    for token in tokens:
        _link(token.children or [], source, resolve)
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Article(html, headings, list(entries(source, tokens)))


def _anchored(tokens: Sequence[Token], met: Counter[str]) -> Iterator[Heading]:
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            text = text_of(inline)
            yield Heading(int(opening.tag[1]), text, _anchor(opening, text, met))


def _anchor_rows(tokens: Sequence[Token], met: Counter[str]) -> None:
    for place, token in enumerate(tokens):
        if token.type == "tr_open" and (name := name_of(tokens[place:])):
            _anchor(token, name, met)


def _anchor(opening: Token, text: str, met: Counter[str]) -> str:
    """As code hosts make it, so that a link to a heading works here and there."""
    slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
    anchor = f"{slug}-{met[slug]}" if met[slug] else slug
    met[slug] += 1
    opening.attrSet("id", anchor)
    return anchor


def _label_cells(tokens: Sequence[Token]) -> None:
    """Each cell knows its column, for where a row is shown as a paragraph."""
    columns: list[str] = []
    cell = 0
    for opening, inline in pairwise(tokens):
        if opening.type == "table_open":
            columns = []
        elif opening.type == "tr_open":
            cell = 0
        elif opening.type == "th_open":
            columns.append(text_of(inline))
        elif opening.type == "td_open":
            opening.attrSet("data-column", columns[cell])
            cell += 1


def _link(children: list[Token], source: Source, resolve: Resolve) -> None:
    hidden = 0
    for token in children:
        if token.type == "link_open":
            address = _address(str(token.attrGet("href") or ""), source, resolve)
            token.hidden = address is None
            hidden += token.hidden
            token.attrSet("href", address or "")
        elif token.type == "link_close" and hidden:
            token.hidden, hidden = True, hidden - 1


def _address(href: str, source: Source, resolve: Resolve) -> str | None:
    parts = urlsplit(href)
    if parts.scheme or parts.netloc or not parts.path:
        return href
    name = posixpath.normpath(posixpath.join(posixpath.dirname(source.name), parts.path))
    found = resolve(name)
    return f"{found}#{parts.fragment}" if found and parts.fragment else found


def _coloured(code: str, language: str, _: str) -> str:
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""  # the library then writes it as it is
    return str(highlight(code, lexer, _FORMATTER))


class _Renderer(RendererHTML):
    """Tables and diagrams get a frame of their own to scroll in, and headings a link to themselves."""

    def table_open(self, *_: Any) -> str:
        return '<div class="scroll"><table>\n'

    def table_close(self, *_: Any) -> str:
        return "</table></div>\n"

    def fence(self, tokens: Sequence[Token], place: int, *others: Any) -> str:
        token = tokens[place]
        return sequence.drawn(token.content) if token.info == "mermaid" else super().fence(tokens, place, *others)

    def heading_close(self, tokens: Sequence[Token], place: int, *_: Any) -> str:
        opening = tokens[place - 2]
        link = f' <a class="anchor" href="#{opening.attrGet("id")}" aria-label="Link to this heading">#</a>'
        return f"{link if opening.tag != 'h1' else ''}</{opening.tag}>\n"


_MARKDOWN: Final = MarkdownIt("commonmark", {"highlight": _coloured}, renderer_cls=_Renderer).enable("table")
