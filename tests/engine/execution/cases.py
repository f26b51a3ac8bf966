"""One case: a schema, a document of it, variables, and a world that answers, all from three numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    Visitor,
    is_non_null_type,
    parse,
    validate,
    visit,
)

from tests.engine.execution import inputs, resolvers, schemas
from tests.engine.execution.dice import Dice, number
from tests.engine.execution.documents import Written, write
from tests.engine.execution.worlds import World

# Of each schema, and of each document.
DOCUMENTS, RUNS = 5, 12


@dataclass(frozen=True)
class Case:
    """`str(case)` names it; `python -m tests.engine.execution NAME` shows it."""

    schema_seed: int
    document_seed: int
    run: int

    @classmethod
    def named(cls, name: str) -> "Case":
        return cls(*map(int, name.split(".")))

    def __str__(self) -> str:
        return f"{self.schema_seed}.{self.document_seed}.{self.run}"

    @property
    def is_async(self) -> bool:
        return self.schema_seed % 5 < 3

    @property
    def schema(self) -> GraphQLSchema:
        return _schema(self.schema_seed, self.is_async)

    @property
    def question(self) -> "Question":
        return _question(self.schema, self.schema_seed, self.document_seed)

    @property
    def variables(self) -> dict[str, Any]:
        """Mostly right ones, and mostly given."""
        dice = self._dice("variables")
        wrong, forgotten = (dice.pick([0] * 9 + [percent]) for percent in (10, 20))
        given = {}
        for name, kind in self.question.written.variables.items():
            if not dice.happens(forgotten if is_non_null_type(kind) else 30):
                given[name] = inputs.value(kind, dice, wrong=wrong)
        return given

    def world(self) -> World:
        dice = self._dice("world")
        faults, waits = dice.pick([0, 0, 1, 3, 10]), dice.pick([0, 10, 40]) if self.is_async else 0
        return World(number(str(self)), self.schema, faults=faults, waits=waits)

    def arguments(self) -> dict[str, Any]:
        """For `execute`, with a world of its own."""
        world, question = self.world(), self.question
        return {
            "schema": self.schema,
            "document": question.document,
            "root_value": world.root(question.written.kind),
            "context_value": world,
            "variable_values": self.variables,
            "operation_name": question.written.operation,
            **self.given,
        }

    @property
    def given(self) -> dict[str, Any]:
        """Resolvers and middleware for all fields, in half of the cases."""
        dice = self._dice("given")
        return {name: each for name, each in resolvers.GIVEN.items() if dice.happens(20)}

    def _dice(self, what: str) -> Dice:
        return Dice(what, self.schema_seed, self.document_seed, self.run)


@dataclass(frozen=True)
class Question:
    """A valid document; `kinds` are the types of its fields, by the keys that they have in every answer."""

    written: Written
    document: DocumentNode
    kinds: dict[str, Any]


def cases(schema_seeds: range) -> Iterator[Case]:
    for schema_seed in schema_seeds:
        for document_seed in range(DOCUMENTS):
            for run in range(RUNS):
                yield Case(schema_seed, document_seed, run)


@lru_cache(maxsize=2)
def _schema(seed: int, is_async: bool) -> GraphQLSchema:
    return schemas.build(seed, is_async=is_async)


@lru_cache(maxsize=2)
def _question(schema: GraphQLSchema, *seed: int) -> Question:
    written = write(schema, number(*seed))
    document = parse(written.text)
    assert validate(schema, document) == [], written.text
    return Question(written, document, _kinds(schema, document))


def _kinds(schema: GraphQLSchema, document: DocumentNode) -> dict[str, Any]:
    parents = [kind for kind in schema.type_map.values() if isinstance(kind, GraphQLObjectType)]
    pool = {name: field.type for kind in parents for name, field in kind.fields.items()}
    pool |= {
        "__typename": TypeNameMetaFieldDef.type,
        "__schema": SchemaMetaFieldDef.type,
        "__type": TypeMetaFieldDef.type,
    }
    kinds: dict[str, Any] = {}

    class Keys(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            kinds[node.alias.value if node.alias else node.name.value] = pool.get(node.name.value)

    visit(document, Keys())
    return kinds
