"""What a field's definition means to the executor: an attribute, a batch, or a resolver to call.

Strawberry wraps every resolver. Where its wrapping would do nothing but read an attribute or call the function of
a batch, the executor does that itself.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import strawberry
from graphql import (
    GraphQLField,
    GraphQLFieldResolver,
    GraphQLObjectType,
    TypeNameMetaFieldDef,
    default_field_resolver,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument, convert_arguments
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField

from engine.batch import BATCH
from engine.execution.attributes import Read
from engine.execution.fields import Batched, ByDefault, Called, Field, Planner, Typename

if TYPE_CHECKING:
    from engine.execution.plan import Setting

_STRAWBERRY: Final = GraphQLCoreConverter.DEFINITION_BACKREF
_BASIC: Final = "_get_basic_result"
# Of arguments: what Strawberry passes on as graphql-core has coerced it.
_STAYS: Final = (str, int, float, bool, strawberry.ID)


def field_of(
    planner: Planner,
    setting: "Setting",
    parent_type: GraphQLObjectType,
    definition: GraphQLField,
    key: str,
    order: int,
    details: list[FieldDetails],
) -> Field:
    made = (planner, parent_type, definition, key, order, details)
    if setting.has_middleware:
        return Called(*made, resolver=definition.resolve or _of_one(definition) or setting.field_resolver)
    if definition is TypeNameMetaFieldDef:
        return Typename(*made)
    if (attribute := attribute_of(definition)) is not None:
        return Read(*made, attribute=attribute)
    if (batch := batch_of(definition)) is not None:
        return Batched(*made, resolver=batch[0], identity=batch[1])
    if definition.resolve is not None:
        return Called(*made, resolver=function_of(definition) or definition.resolve)
    kind = ByDefault if setting.field_resolver is default_field_resolver else Called
    return kind(*made, resolver=setting.field_resolver)


def attribute_of(definition: GraphQLField) -> str | None:
    """The attribute that a Strawberry field without a resolver reads; None of every other field."""
    field = definition.extensions.get(_STRAWBERRY)
    if not isinstance(field, StrawberryField) or type(field).get_result is not StrawberryField.get_result:
        return None
    # The wrapper's name tells what neither the field nor its mark does: that no exception handler is in between.
    is_basic = field.is_basic_field and getattr(definition.resolve, "__name__", "") == _BASIC
    return field.python_name if is_basic and field.default_resolver is getattr else None


def batch_of(definition: GraphQLField) -> tuple[Callable[..., Any], object] | None:
    """The function over all parents, as it is to be called, and what tells it from others."""
    bare = definition.extensions.get(BATCH)
    if callable(bare):
        return bare, bare
    field = definition.extensions.get(_STRAWBERRY)
    if not isinstance(field, StrawberryField) or field.extensions:
        return None
    resolve = field.metadata.get(BATCH)
    return None if resolve is None else (_for_strawberry(field, resolve), resolve)


def _of_one(definition: GraphQLField) -> GraphQLFieldResolver | None:
    """A batch that is asked for one parent at a time, for middleware wraps nothing else."""
    batch = batch_of(definition)
    if batch is None:
        return None

    async def one(source: Any, info: Any, **given: Any) -> Any:
        (found,) = await batch[0]([source], info, **given)
        return found

    return one


def _for_strawberry(field: StrawberryField, resolve: Callable[..., Any]) -> Callable[..., Any]:
    def call(parents: Sequence[Any], raw_info: Any, **given: Any) -> Any:
        schema = raw_info.schema._strawberry_schema
        info = schema.config.info_class(_raw_info=raw_info, _field=field)
        if given:
            given = convert_arguments(
                given,
                field.arguments,
                scalar_registry=schema.schema_converter.scalar_registry,
                config=schema.config,
                info=info,
            )
        return resolve(parents, info, **given)

    return call


def function_of(definition: GraphQLField) -> GraphQLFieldResolver | None:
    """A Strawberry field's own function, called as a resolver, where nothing has to be done around it."""
    field = definition.extensions.get(_STRAWBERRY)
    if not isinstance(field, StrawberryField) or field.base_resolver is None or not _is_bare(field, definition):
        return None
    resolver = field.base_resolver
    function: Callable[..., Any] = resolver.wrapped_func  # type: ignore[assignment] # it can be called, as asked
    takes_itself = resolver.self_parameter is not None
    info_name = None if resolver.info_parameter is None else resolver.info_parameter.name
    parents = [each.name for each in (resolver.parent_parameter, resolver.root_parameter) if each is not None]
    # In the order of the schema, which is that of the function.
    names = dict(zip(definition.args, [argument.python_name for argument in field.arguments], strict=True))
    are_same = all(name == python_name for name, python_name in names.items())

    def call(source: Any, raw_info: Any, **given: Any) -> Any:
        named = given if are_same else {names[name]: value for name, value in given.items()}
        for name in parents:
            named[name] = source
        if info_name is not None:
            named[info_name] = raw_info.schema._strawberry_schema.config.info_class(
                _raw_info=raw_info, _field=field
            )
        return function(source, **named) if takes_itself else function(**named)

    return call


def _is_bare(field: StrawberryField, definition: GraphQLField) -> bool:
    """Without arguments to convert, extensions, handlers of exceptions, or a way of its own to a result."""
    wrapper = definition.resolve
    closed_over = (
        dict(zip(wrapper.__code__.co_freevars, wrapper.__closure__ or (), strict=True)) if wrapper else {}
    )
    handlers = closed_over.get("field_exception_handlers")
    return (
        handlers is not None
        and not handlers.cell_contents
        and not field.extensions
        and all(map(_stays_as_it_is, field.arguments))
        and type(field).get_result is StrawberryField.get_result
        and callable(field.base_resolver and field.base_resolver.wrapped_func)
    )


def _stays_as_it_is(argument: StrawberryArgument) -> bool:
    kind = argument.type.of_type if type(argument.type) is StrawberryOptional else argument.type
    return kind in _STAYS
