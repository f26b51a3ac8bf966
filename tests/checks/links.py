"""Links in what people read: every file that one names is there, and every heading in it."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.guides import GUIDES, ROOT, named

_OTHERS = (ROOT / "CHANGELOG.md", ROOT / "examples/typescript/README.md")
_FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def dead() -> list[str]:
    return [problem for guide in (*GUIDES, *_OTHERS) for problem in _dead_in(guide)]


def _dead_in(guide: Path) -> Iterator[str]:
    for place, anchor in _LINK.findall(_prose(guide)):
        target = (guide.parent / place).resolve() if place else guide
        if not target.exists():
            yield f"{named(guide)}: there is no {place}"
        elif anchor and anchor not in _anchors(target):
            yield f"{named(guide)}: {place or 'it'} has no #{anchor}"


@cache
def _prose(guide: Path) -> str:
    return _FENCED.sub("", guide.read_text(encoding="utf-8"))


@cache
def _anchors(guide: Path) -> set[str]:
    """Those that code hosts make of headings, as `server/site/rendering.py` does."""
    met: Counter[str] = Counter()
    found = set()
    for title in _HEADING.findall(_prose(guide)):
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        found.add(f"{slug}-{met[slug]}" if met[slug] else slug)
        met[slug] += 1
    return found
