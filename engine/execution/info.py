"""What a resolver is told of where it is: graphql-core's tuple, whose path is worked out when it is asked for."""

from collections.abc import Iterator
from typing import Any, Final

from graphql import GraphQLResolveInfo
from graphql.pyutils import Path

from engine.execution.places import Place, path_of

_PATH: Final = GraphQLResolveInfo._fields.index("path")
# Past the named tuple's own, which knows nothing of what stands in place of the path.
_new: Final = tuple.__new__


class ResolveInfo(GraphQLResolveInfo[Any]):
    """One for each call of a resolver. In place of the path it holds what that is made from.

    That is a tuple of the place, the index and what the request carried beside its variables; in a copy that was
    made through the public names it is a path.
    """

    __slots__ = ()

    @property
    def path(self) -> Path:  # a field of the tuple
        origin = tuple.__getitem__(self, _PATH)
        return path_of(origin[0].trail(origin[1])) if type(origin) is tuple else origin

    @property
    def operation_extensions(self) -> Any:
        """What the request carried beside its variables; Strawberry's resolvers ask for it."""
        origin = tuple.__getitem__(self, _PATH)
        return origin[2] if type(origin) is tuple else None

    def __iter__(self) -> Iterator[Any]:
        return iter(
            (*tuple.__getitem__(self, slice(_PATH)), self.path, *tuple.__getitem__(self, slice(_PATH + 1, None)))
        )

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]

    def __contains__(self, value: object) -> bool:
        return value in tuple(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment] # as its lists cannot be hashed either


def resolve_info(
    before: tuple[Any, ...], place: Place, index: int, extensions: Any, after: tuple[Any, ...]
) -> ResolveInfo:
    """`before` the path are the four that the field knows, `after` it those that the request knows."""
    return _new(ResolveInfo, (*before, (place, index, extensions), *after))


def resolve_infos(
    before: tuple[Any, ...], place: Place, count: int, extensions: Any, after: tuple[Any, ...]
) -> list[ResolveInfo]:
    """As `resolve_info`, for the first `count` of a column."""
    if count == 1:  # as for every field of the root, sooner done than a comprehension
        return [resolve_info(before, place, 0, extensions, after)]
    return [_new(ResolveInfo, (*before, (place, index, extensions), *after)) for index in range(count)]
