"""Whether a document fits the schema: by graphql-core's rules, in its words, and without steps that find nothing.

No rule looks at a name's node, and a definition that names no variable need not be searched for them: that is half
of what its own `validate` costs, and it takes no such hint.
"""

from collections.abc import Collection
from typing import Final

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    ParallelVisitor,
    TypeInfo,
    TypeInfoVisitor,
    ValidationContext,
    visit,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.validation.validate import FragmentNestingVisitor, ValidationAbortedError
from graphql.validation.validation_context import NodeWithSelectionSet, VariableUsage

from engine.fragments import fragments_of

# So many are looked for, and so many characters of them: finding a hundred, or printing an object for each of its
# members, is most of what an invalid document costs.
ERRORS: Final = 10
_TOLD: Final = 1_000
_NAMES: Final = frozenset({"name", "alias"})
_KEYS: Final = {
    kind: tuple(key for key in keys if key not in _NAMES) for kind, keys in QUERY_DOCUMENT_KEYS.items()
}


def validate(
    schema: GraphQLSchema, document: DocumentNode, rules: Collection[type[ASTValidationRule]]
) -> list[GraphQLError]:
    """What is wrong with it, and after ten errors or long ones that there may be more.

    The document has to know its text.
    """
    errors: list[GraphQLError] = []

    def add(error: GraphQLError) -> None:
        if len(errors) == ERRORS or sum(len(each.message) for each in errors) > _TOLD:
            raise ValidationAbortedError("Too many validation errors, error limit reached. Validation aborted.")
        errors.append(error)

    types = TypeInfo(schema)
    # Nobody is told the suggestions, and looking for them costs more than all the rest.
    context = _Context(schema, document, types, add, hide_suggestions=True)
    visitors = [FragmentNestingVisitor(fragments_of(document)), *(rule(context) for rule in rules)]
    try:
        visit(document, TypeInfoVisitor(types, ParallelVisitor(visitors)), _KEYS)
    except ValidationAbortedError as aborted:
        # Its frames would keep all of this alive as long as the document.
        errors.append(aborted.with_traceback(None))
    except RecursionError:
        errors.append(ValidationAbortedError("Validation aborted."))
    return errors


class _Context(ValidationContext):
    def get_variable_usages(self, node: NodeWithSelectionSet) -> list[VariableUsage]:
        """Those within the node; to find them is to visit it once more."""
        assert node.loc
        if "$" not in node.loc.source.body[node.loc.start : node.loc.end]:
            return []
        return super().get_variable_usages(node)
