"""What changed from one schema to another, sorted by what it means to clients, in words for them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, TypeAlias

from graphql import (
    BreakingChangeType,
    DangerousChangeType,
    GraphQLInputObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    SafeChangeType,
    find_schema_changes,
    resolve_schema_coordinate,
    specified_scalar_types,
)

from engine.deprecations import deprecated
from schema.deprecations import Announcement


class Level(Enum):
    """What a change means to a client, gravest first."""

    BREAKING = "Breaking"
    DANGEROUS = "Dangerous"
    DEPRECATED = "Deprecated"
    SAFE = "Safe"


class Other(Enum):
    """Changes that the library does not look for."""

    ONE_OF_ADDED = auto()
    ONE_OF_REMOVED = auto()
    SCALAR_RESPECIFIED = auto()
    DEPRECATED = auto()
    DEPRECATED_OTHERWISE = auto()
    DEPRECATED_NO_MORE = auto()


Kind: TypeAlias = BreakingChangeType | DangerousChangeType | SafeChangeType | Other


@dataclass(frozen=True, slots=True)
class Change:
    """`coordinate` is what changed; `of` the type at the other end of a union or an interface."""

    level: Level
    kind: Kind
    coordinate: str
    sentence: str
    of: str | None = None


_LEVELS: Final = {
    BreakingChangeType: Level.BREAKING,
    DangerousChangeType: Level.DANGEROUS,
    SafeChangeType: Level.SAFE,
}
_ADDED: Final = re.compile(r"(TYPE|VALUE|DIRECTIVE|.*FIELD|.*ARG)_ADDED(_TO_ENUM|_TO_UNION)?")

# The library tells what it found in a sentence alone. It begins with one of these, then names what changed.
_SENTENCE: Final = re.compile(
    r"(?P<lead>(?:Field|Enum value|Argument|An? (?:required|optional) (?:argument|field)) (?=@|\w+\.\w)"
    r"|(?:Directive|(?:Repeatable flag|[A-Z_]+) was (?:removed from|added to)) (?=@))?"
    r"(?P<coordinate>@?\w+(?:\.\w+)?(?:\(\w+:\))?)"
    r"(?P<rest>.*?(?:(?:union type|interface|implemented by) (?P<of>\w+))?\.)",
    re.ASCII | re.DOTALL,
)
_FROM_TO: Final = re.compile(r"\b(type|default) from (.+) to (.+)\.$", re.DOTALL)


def changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """All but words: of descriptions only their number is told. Gravest first, then by coordinate."""
    found = [*_structural(old, new), *_unseen(old, new), *_deprecations(old, new)]
    return sorted(found, key=lambda each: (list(Level).index(each.level), each.coordinate, each.sentence))


def lines(found: list[Change], old: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    """A line of a changelog for each, and one for all descriptions that are worded anew."""
    shown = [f"**{each.level.value}.** {each.sentence}" for each in found]
    reworded = sum(each.type is SafeChangeType.DESCRIPTION_CHANGED for each in find_schema_changes(old, new))
    return [*shown, f"**Safe.** {reworded} descriptions are worded anew."] if reworded else shown


def element(schema: GraphQLSchema, coordinate: str) -> Any:
    """What stands at a coordinate; `None` where nothing does."""
    try:
        found = resolve_schema_coordinate(schema, coordinate)
    except TypeError:  # not even what it would be a part of
        return None
    return None if found is None else found[-2]


def _structural(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    for each in find_schema_changes(old, new):
        parsed = _SENTENCE.fullmatch(each.description)
        # Words are counted by `lines`. The library's own scalars come and go with what uses them.
        if each.type is SafeChangeType.DESCRIPTION_CHANGED or _is_of_library(each.description):
            continue
        if parsed is None:
            raise ValueError(f"not understood: {each.description}")
        coordinate, of = parsed["coordinate"], parsed["of"]
        rest = parsed["rest"].replace("defaultValue", "default", 1)
        sentence = f"{parsed['lead'] or ''}`{coordinate}`{rest}"
        if of is not None:
            sentence = sentence.removesuffix(f"{of}.") + f"`{of}`."
        sentence = _FROM_TO.sub(r"\1 from `\2` to `\3`.", sentence)
        sentence += _aside(each.type, coordinate, old, new)
        yield Change(_LEVELS[type(each.type)], each.type, coordinate, sentence, of)


def _is_of_library(description: str) -> bool:
    return description.startswith("Standard scalar ") or description in _LIBRARY_SCALARS


_LIBRARY_SCALARS: Final = {f"{name} was added." for name in specified_scalar_types}


def _aside(kind: Enum, coordinate: str, old: GraphQLSchema, new: GraphQLSchema) -> str:
    """What something new is for, or what stands in place of something old."""
    if _ADDED.fullmatch(kind.name):
        words = getattr(element(new, coordinate), "description", None)
        return f" {_on_one_line(words)}" if words else ""
    if kind.name.endswith(("_REMOVED", "_REMOVED_FROM_ENUM")):
        announced = Announcement.read(getattr(element(old, coordinate), "deprecation_reason", None) or "")
        return f" Use `{announced.use}`." if announced else ""
    return ""


def _unseen(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    for name, was in old.type_map.items():
        now = new.type_map.get(name)
        if isinstance(was, GraphQLInputObjectType) and isinstance(now, GraphQLInputObjectType):
            if now.is_one_of and not was.is_one_of:
                told = f"`{name}` takes exactly one of its fields from now on."
                yield Change(Level.BREAKING, Other.ONE_OF_ADDED, name, told)
            elif was.is_one_of and not now.is_one_of:
                told = f"`{name}` takes more than one of its fields from now on."
                yield Change(Level.SAFE, Other.ONE_OF_REMOVED, name, told)
        elif isinstance(was, GraphQLScalarType) and isinstance(now, GraphQLScalarType):
            url = now.specified_by_url
            if was.specified_by_url != url:
                told = f"`{name}` is specified by {url or 'its description alone'} from now on."
                yield Change(Level.DANGEROUS, Other.SCALAR_RESPECIFIED, name, told)


def _deprecations(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    was = {each.coordinate: each.reason for each in deprecated(old)}
    now = {each.coordinate: each.reason for each in deprecated(new)}
    for coordinate, reason in now.items():
        if coordinate not in was:
            told = f"`{coordinate}` is deprecated. {_on_one_line(reason)}"
            yield Change(Level.DEPRECATED, Other.DEPRECATED, coordinate, told)
        elif was[coordinate] != reason:
            told = f"`{coordinate}` stays deprecated. {_on_one_line(reason)}"
            yield Change(Level.DEPRECATED, Other.DEPRECATED_OTHERWISE, coordinate, told)
    for coordinate in was.keys() - now.keys():
        if element(new, coordinate) is not None:
            told = f"`{coordinate}` is deprecated no more."
            yield Change(Level.SAFE, Other.DEPRECATED_NO_MORE, coordinate, told)


def _on_one_line(words: str) -> str:
    return " ".join(words.split())
