"""The pages of the site: every Markdown file of `docs/`, in the order in which one reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

DOCS: Final = Path(__file__).parents[2] / "docs"
# Where the site is.
ROOT: Final = "/docs"

# As a newcomer needs them; what is not named here follows by its title.
_GUIDES: Final = (
    "README",
    "auth",
    "pagination",
    "http",
    "limits",
    "errors",
    "caching",
    "codegen",
    "versioning",
)
_REFERENCE: Final = ("queries", "mutations", "objects", "inputs", "enums")
_ORDER: Final = (*_GUIDES, *_REFERENCE)
_GROUPS: Final = (("Guides", "."), ("Accounts", "auth"), ("Reference", "reference"), ("Decisions", "adr"))


@dataclass(frozen=True)
class Source:
    """One Markdown file; `name` is its place within `docs/`, such as `reference/queries.md`."""

    name: str
    text: str

    @property
    def title(self) -> str:
        return next(line[2:].strip() for line in self.text.splitlines() if line.startswith("# "))

    @property
    def url(self) -> str:
        place = PurePosixPath(self.name).with_suffix("")
        parts = place.parts[:-1] if place.name == "README" else place.parts
        return "/".join((ROOT, *parts))

    @property
    def is_reference(self) -> bool:
        """Is it generated from the schema, and so all names and tables?"""
        return self.name.startswith("reference/")


@dataclass(frozen=True)
class Group:
    title: str
    sources: list[Source]


def groups(folder: Path) -> list[Group]:
    """What the site is made of; nothing where there is no such folder."""
    return [Group(title, sorted(_in(folder, place), key=_place)) for title, place in _GROUPS]


def _in(folder: Path, place: str) -> Iterator[Source]:
    for path in (folder / place).glob("*.md"):
        yield Source(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))


def _place(source: Source) -> tuple[int, str]:
    name = PurePosixPath(source.name).stem
    # Decisions are numbered; so their files sort them, and their titles do all else.
    by_name = source.name.startswith("adr/")
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), source.name if by_name else source.title)
