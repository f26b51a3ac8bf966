"""Whether a document fits the schema: by graphql-core's rules and in its words, visited in a shorter way."""

from collections.abc import Collection
from typing import Any, Final

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    TypeInfo,
    ValidationContext,
    Visitor,
)
from graphql.pyutils import RefMap
from graphql.validation.validate import FragmentNestingVisitor, ValidationAbortedError
from graphql.validation.validation_context import NodeWithSelectionSet, VariableUsage, VariableUsageVisitor

from engine.fragments import fragments_of
from engine.visits import visit

# So many are looked for, and so many characters of them: finding a hundred, or printing an object for each of its
# members, is most of what an invalid document costs.
ERRORS: Final = 10
TOLD: Final = 800


def validate(
    schema: GraphQLSchema,
    document: DocumentNode,
    rules: Collection[type[ASTValidationRule]],
    *,
    suggests: bool = False,
) -> list[GraphQLError]:
    """What is wrong with it, and after ten errors or long ones that there may be more.

    `suggests` names what may have been meant. The document has to know its text.
    """
    errors: list[GraphQLError] = []

    def add(error: GraphQLError) -> None:
        if len(errors) == ERRORS or sum(len(each.message) for each in errors) > TOLD:
            raise ValidationAbortedError("Too many validation errors, error limit reached. Validation aborted.")
        errors.append(error)

    types = TypeInfo(schema)
    # Looking for suggestions costs more than all the rest: up to 16 ms for ten fields that are hardly misspelt.
    context = _Context(schema, document, types, add, hide_suggestions=not suggests)
    visitors: list[Visitor] = [rule(context) for rule in rules]
    if fragments := fragments_of(document):
        visitors.insert(0, FragmentNestingVisitor(fragments))
    try:
        visit(document, visitors, types)
    except ValidationAbortedError as aborted:
        # Its frames, and those of what it came from, would keep all of this alive as long as the document.
        aborted.__context__ = None
        errors.append(aborted.with_traceback(None))
    except RecursionError:
        errors.append(ValidationAbortedError("Validation aborted."))
    return errors


class _Context(ValidationContext):
    """Finds again what it knows of a node by the node's identity: to compare two reads all that is below them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._fragment_spreads = RefMap()  # type: ignore[assignment] # as good as a dictionary here
        self._variable_usages = RefMap()  # type: ignore[assignment] # as above
        self._recursive_variable_usages = RefMap()  # type: ignore[assignment] # as above

    def get_variable_usages(self, node: NodeWithSelectionSet) -> list[VariableUsage]:
        """Those within the node; to find them is to visit it once more."""
        assert node.loc
        if "$" not in node.loc.source.body[node.loc.start : node.loc.end]:
            return []
        usages = self._variable_usages.get(node)
        if usages is None:
            fragment = node if isinstance(node, FragmentDefinitionNode) else None
            visitor = VariableUsageVisitor(self._type_info, fragment)
            visit(node, [visitor], self._type_info)
            usages = self._variable_usages[node] = visitor.usages
        return usages
