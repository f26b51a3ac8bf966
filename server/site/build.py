"""The whole site in memory: every page, the search's entries and the assets, each with its validator."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.site.pages import DOCS, ROOT, Source, groups
from server.site.rendering import Article, render

_HERE: Final = Path(__file__).parent
# What is not shown as a page but can be taken along.
_FILES: Final = ("examples.json", "collections/*.json")
# Answered by other parts of the application, where they are on.
ELSEWHERE: Final = frozenset({"/graphiql", "/schema.graphql"})
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Content:
    """What an address answers."""

    body: bytes
    media_type: str

    @property
    def etag(self) -> str:
        # Weak, for one and the same goes over the wire compressed or not.
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:32]}"'


@dataclass(frozen=True)
class Site:
    contents: dict[str, Content]
    missing: Content


@cache
def built(elsewhere: frozenset[str] = ELSEWHERE) -> Site:
    """The site of this installation; takes about a second, once."""
    return build(DOCS, elsewhere)


def build(folder: Path, elsewhere: frozenset[str] = ELSEWHERE) -> Site:
    """`elsewhere` is what is there to lead to besides the site's own pages."""
    every = groups(folder)
    files = {path.relative_to(folder).as_posix(): path for glob in _FILES for path in sorted(folder.glob(glob))}
    sources = [source for group in every for source in group.sources]
    addresses = {**{source.name: source.url for source in sources}, **{name: f"{ROOT}/{name}" for name in files}}
    addresses |= {f"..{path}": path for path in elsewhere}
    articles = {source: render(source, addresses.get) for source in sources}
    frame = {"groups": every, "elsewhere": elsewhere}
    contents = {source.url: _page(source, article, frame) for source, article in articles.items()}
    contents |= {f"{ROOT}/{name}": _file(path) for name, path in files.items()}
    contents |= {f"{ROOT}/assets/{path.name}": _file(path) for path in (_HERE / "assets").iterdir()}
    contents[f"{ROOT}/search.json"] = _search(articles)
    return Site(contents, _html("missing.html", source=None, title="No such page", **frame))


def _page(source: Source, article: Article, frame: dict[str, Any]) -> Content:
    headings = [heading for heading in article.headings if heading.level == 2]
    return _html("page.html", source=source, title=source.title, article=article.html, headings=headings, **frame)


def _html(template: str, **values: Any) -> Content:
    return Content(_TEMPLATES.get_template(template).render(root=ROOT, **values).encode(), "text/html")


def _search(articles: dict[Source, Article]) -> Content:
    entries = [entry for source, article in articles.items() for entry in _found(source, article)]
    return Content(json.dumps(entries, ensure_ascii=False).encode(), "application/json")


def _found(source: Source, article: Article) -> Iterator[dict[str, str]]:
    for entry in article.entries:
        is_title = entry.title == source.title
        url = source.url if is_title else f"{source.url}#{entry.anchor}"
        page = "" if is_title else source.title
        yield {"title": entry.title, "page": page, "url": url, "text": entry.text, "body": entry.body}


def _file(path: Path) -> Content:
    return Content(path.read_bytes(), _TYPES[path.suffix])


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
