"""The reference's first page: every operation on a line, and where the types are."""

from typing import Final

from graphql import GraphQLSchema

from server.reference.markdown import anchor, page, page_of, table
from server.reference.operations import Operation
from server.reference.types import told_types

_HOW: Final = (
    "Made from the schema and the code, and held in step with both. Each operation stands here with what it "
    "takes and answers, an example, what the example really answered, and every error that it can meet. The "
    "examples ask as Ada, on a small network of tests; ids, cursors and moments will be others on yours."
)


def index_page(told: list[Operation], schema: GraphQLSchema) -> str:
    return page(
        "# Reference",
        _HOW,
        *(_listed(title, kind, told) for title, kind in (("Queries", "query"), ("Mutations", "mutation"))),
        "## Types",
        _types(schema),
    )


def _listed(title: str, kind: str, told: list[Operation]) -> str:
    rows = [
        [f"[`{each.name}`]({title.lower()}.md#{anchor(each.name)})", each.field.description or ""]
        for each in told
        if each.example.kind == kind
    ]
    return page(f"## {title}", table([kind, "what it does"], rows)).strip()


def _types(schema: GraphQLSchema) -> str:
    kinds: dict[str, list[str]] = {}
    for kind in told_types(schema):
        kinds.setdefault(page_of(kind), []).append(f"[{kind.name}]({page_of(kind)}.md#{anchor(kind.name)})")
    rows = [[f"[{name.capitalize()}]({name}.md)", ", ".join(links)] for name, links in sorted(kinds.items())]
    return table(["kind", "types"], rows)
