"""Which deprecated elements of a schema an operation touches, by its text and by its variables' values."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_operation_ast,
    is_input_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
    visit,
)

from engine.fragments import fragments_of

# Documents that are remembered; an entry is a digest and what little was touched.
_MOST: Final = 1000


@dataclass(frozen=True, slots=True, order=True)
class Deprecation:
    """Something deprecated, by its schema coordinate, such as `User.name` or `Query.user(id:)`."""

    coordinate: str
    reason: str


@dataclass(frozen=True, slots=True)
class Touched:
    """What an operation touches whatever it is sent, and the variables whose values may touch more."""

    by_text: frozenset[Deprecation] = frozenset()
    variables: tuple[tuple[str, GraphQLInputType], ...] = ()

    def with_values(self, variables: Mapping[str, Any]) -> tuple[Deprecation, ...]:
        """All that is touched when the operation is sent with these raw values, by coordinate."""
        if not self.by_text and not self.variables:
            return ()
        sent = (each for name, kind in self.variables for each in _in_value(kind, variables.get(name)))
        return tuple(sorted(self.by_text.union(sent)))


class Deprecations:
    """Finds what operations on one schema touch; remembers it by the text of their documents."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._is_any = next(deprecated(schema), None) is not None
        self._known: dict[tuple[bytes, str | None], Touched] = {}

    def touched(self, document: DocumentNode, operation_name: str | None) -> Touched:
        """Of a valid document; free while nothing in the schema is deprecated."""
        if not self._is_any:
            return _NOTHING
        if document.loc is None:
            return touched(self._schema, document, operation_name)
        key = sha256(document.loc.source.body.encode(errors="surrogatepass")).digest(), operation_name
        if (known := self._known.get(key)) is None:
            if len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]
            known = self._known[key] = touched(self._schema, document, operation_name)
        return known


def deprecated(schema: GraphQLSchema) -> Iterator[Deprecation]:
    """Everything deprecated in the schema."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLEnumType):
            yield from _marked((f"{kind.name}.{name}", value) for name, value in kind.values.items())
        elif isinstance(kind, GraphQLInputObjectType):
            yield from _marked((f"{kind.name}.{name}", field) for name, field in kind.fields.items())
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                place = f"{kind.name}.{name}"
                yield from _marked([(place, field)])
                yield from _marked((f"{place}({argument}:)", each) for argument, each in field.args.items())
    for directive in schema.directives:
        yield from _marked((f"@{directive.name}({argument}:)", each) for argument, each in directive.args.items())


def touched(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> Touched:
    """One walk over the operation and the fragments it spreads, each once."""
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return _NOTHING
    fragments = fragments_of(document)
    types = TypeInfo(schema)
    walk = _Walk(types)
    waiting: list[OperationDefinitionNode | FragmentDefinitionNode] = [operation]
    while waiting:
        visit(waiting.pop(), TypeInfoVisitor(types, walk))
        waiting += [fragments.pop(name) for name in walk.spreads if name in fragments]
    return Touched(frozenset(walk.found), tuple(_carriers(schema, operation)))


class _Walk(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.found: set[Deprecation] = set()
        self.spreads: set[str] = set()
        self._types = types
        self._field = ""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self._field = f"{self._types.get_parent_type()}.{node.name.value}"
        self._note(self._field, self._types.get_field_def())

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        directive = self._types.get_directive()
        place = self._field if directive is None else f"@{directive.name}"
        self._note(f"{place}({node.name.value}:)", self._types.get_argument())

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        parent = get_named_type(self._types.get_parent_input_type())
        if isinstance(parent, GraphQLInputObjectType):
            self._note(f"{parent.name}.{node.name.value}", parent.fields.get(node.name.value))

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        kind = get_named_type(self._types.get_input_type())
        self._note(f"{kind}.{node.value}", self._types.get_enum_value())

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.spreads.add(node.name.value)

    def _note(self, coordinate: str, element: Any) -> None:
        self.found.update(_marked([(coordinate, element)]))


def _carriers(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Iterator[tuple[str, GraphQLInputType]]:
    for definition in operation.variable_definitions or ():
        kind = type_from_ast(schema, definition.type)
        if is_input_type(kind) and _may_carry(kind, set()):
            yield definition.variable.name.value, kind


def _may_carry(kind: GraphQLInputType, seen: set[str]) -> bool:
    """Can a value of this type hold something deprecated?"""
    named = get_named_type(kind)
    if isinstance(named, GraphQLEnumType):
        return any(value.deprecation_reason is not None for value in named.values.values())
    if not isinstance(named, GraphQLInputObjectType) or named.name in seen:
        return False
    seen.add(named.name)
    return any(
        field.deprecation_reason is not None or _may_carry(field.type, seen) for field in named.fields.values()
    )


def _in_value(kind: GraphQLInputType, value: Any) -> Iterator[Deprecation]:
    """What a raw value holds; of a value that does not fit its type, whatever does."""
    if is_non_null_type(kind):
        kind = kind.of_type
    if is_list_type(kind):
        for item in value if isinstance(value, list) else [value]:
            yield from _in_value(kind.of_type, item)
    elif isinstance(kind, GraphQLEnumType):
        if isinstance(value, str):
            yield from _marked([(f"{kind.name}.{value}", kind.values.get(value))])
    elif isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
        for name, field in kind.fields.items():
            if name in value:
                yield from _marked([(f"{kind.name}.{name}", field)])
                yield from _in_value(field.type, value[name])


def _marked(elements: Iterable[tuple[str, Any]]) -> Iterator[Deprecation]:
    for coordinate, element in elements:
        if element is not None and element.deprecation_reason is not None:
            yield Deprecation(coordinate, element.deprecation_reason)


_NOTHING: Final = Touched()
