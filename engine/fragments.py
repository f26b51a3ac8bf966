"""The fragments of a document, and in which order they are looked at."""

from collections.abc import Collection, Iterator, Mapping

from graphql import DocumentNode, FragmentDefinitionNode


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """By name; of two with one name, which is an error, the last."""
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def leaves_first(spreads: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Every fragment after those that it spreads; where they spread each other in a circle, in some order.

    By a stack of our own: six hundred that hang on each other are more than Python's.
    """
    state: dict[str, bool] = {}
    for start in spreads:
        stack = [start]
        while stack:
            name = stack[-1]
            if name not in spreads or state.get(name):
                stack.pop()
            elif name in state:
                state[name] = True
                yield stack.pop()
            else:
                state[name] = False
                stack += [each for each in spreads[name] if each not in state]
