"""Documents by the hash of their text: each parsed, measured and validated once, and kept within a bound."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, NamedTuple

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Token,
    TokenKind,
    specified_rules,
    value_from_ast_untyped,
)

from engine import counts, execution, overlaps
from engine.cost import Amount, Price
from engine.guard import COUNTED, MEASURED, excess, excess_at_root, measure
from engine.parsing import parse
from engine.refusals import bad_request, too_complex
from engine.validation import validate
from engine.weights import Weights, weigh


class Bound(NamedTuple):
    """How long a text may be that is read."""

    characters: int
    words: int
    # Operations and fragments.
    definitions: int


# What anybody sends costs its reading before it can be refused; what operators import was read by them.
ANYBODYS: Final = Bound(8 * 1024, 400, 40)
IMPORTED: Final = Bound(16 * 1024, 1000, 80)
# With its tree, its prices and what is wrong with it: 370 for what clients ask, never as much as this for what is
# made up (measured with tracemalloc).
BYTES_PER_WORD: Final = 1000
# Of each variant of its plan, its row functions included: 920 to 1,250 for what clients ask.
BYTES_PER_WORD_PLANNED: Final = 1300
BYTES_PER_DOCUMENT: Final = 8192


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a document, with all that is known of it before it runs."""

    document: "Document"
    node: OperationDefinitionNode
    schema: GraphQLSchema
    price: Price
    # The fields at its root, fragments spread, and how often each is asked.
    roots: Mapping[str, int]

    @property
    def kind(self) -> OperationType:
        return self.node.operation

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    @cached_property
    def weights(self) -> Weights:
        """What an answer to it weighs; it has to be valid."""
        return weigh(self.schema, self.document.node, self.node)

    @cached_property
    def _defaults(self) -> Mapping[str, Any]:
        return {
            each.variable.name.value: value_from_ast_untyped(each.default_value)
            for each in self.node.variable_definitions or ()
            if each.default_value is not None
        }

    def execute(self, variables: Mapping[str, Any], context: Any) -> execution.Result:
        """The result, or an awaitable of it; the operation has to be valid."""
        return self._prepared.execute(context_value=context, variable_values=variables)

    @cached_property
    def _prepared(self) -> execution.Operation:
        # With its plan, which grows as it is executed.
        return execution.prepared(self.schema, self.document.node, self.node)

    def cost(self, variables: Mapping[str, Any]) -> Amount:
        """What it may cost at most with these variables."""
        return self.price.at({**self._defaults, **variables} if self._defaults else variables)


@dataclass(eq=False)
class Document:
    text: str
    node: DocumentNode
    # Of the text, in hexadecimal.
    sha256: str
    words: int
    operations: Sequence[Operation] = ()
    # Why it cannot be executed, without suggestions and with them, as far as it was validated.
    errors: dict[bool, Sequence[GraphQLError]] = field(default_factory=dict)

    @cached_property
    def digest(self) -> bytes:
        """The same for every text that differs in nothing but spaces, commas, comments and ways to quote."""
        return sha256("\n".join(_words(self.node)).encode(errors="surrogatepass")).digest()

    @cached_property
    def size(self) -> int:
        """Bytes it takes in memory with all plans that may be made of it, at most about."""
        a_word = BYTES_PER_WORD + BYTES_PER_WORD_PLANNED * execution.most_variants(self.node)
        return self.words * a_word + len(self.text) + BYTES_PER_DOCUMENT

    def operation(self, name: str | None) -> Operation:
        """The one that is meant; refuses where that is not clear."""
        if name is None:
            if len(self.operations) == 1:
                return self.operations[0]
            raise bad_request(
                "A document of several operations needs an `operationName`."
                if self.operations
                else "The document has no operation."
            )
        for operation in self.operations:
            if operation.name == name:
                return operation
        raise bad_request("The document has no operation of that name.")


@dataclass
class Documents:
    """What this process knows of documents: trusted ones beside others, each within a bound of its own.

    `max_bytes` bounds the others, `max_trusted_bytes` the trusted; whatever clients send, no trusted one makes
    room for it.
    """

    schema: GraphQLSchema
    assumed: int = 20
    most: int = 100
    rules: Sequence[type[ASTValidationRule]] = tuple(specified_rules)
    max_bytes: int = 32 * 1024 * 1024
    max_trusted_bytes: int = 128 * 1024 * 1024
    # How often a text was parsed, and a document validated.
    parsed: int = 0
    validated: int = 0

    def __post_init__(self) -> None:
        self._recent = _Shelf(self.max_bytes)
        self._trusted = _Shelf(self.max_trusted_bytes)

    def read(self, text: str, bound: Bound = ANYBODYS) -> Document:
        """Parsed and measured; refuses what cannot be read or asks for too much."""
        sha256 = sha256_of(text)
        known = self.known(sha256)
        if known is None:
            known = self._read(text, sha256, bound)
            self._recent.put(known)
        return known

    def known(self, sha256: str) -> Document | None:
        """The document whose text has this hash, if it is at hand."""
        return self._trusted.get(sha256) or self._recent.get(sha256)

    def trust(self, text: str) -> Document:
        """As `read`, and never forgotten for one that is not trusted."""
        document = self.read(text, IMPORTED)
        self._recent.drop(document.sha256)
        self._trusted.put(document)
        return document

    def distrust(self, text: str) -> None:
        self._trusted.drop(sha256_of(text))

    def validate(self, document: Document, *, suggests: bool = False) -> Sequence[GraphQLError]:
        """Why it cannot be executed, found out once; `suggests` names what may have been meant."""
        if suggests not in document.errors:
            self.validated += 1
            found = validate(self.schema, document.node, self.rules, suggests=suggests)
            document.errors |= {suggests: found} if found else {True: found, False: found}
        return document.errors[suggests]

    @property
    def bytes(self) -> int:
        """What the documents that are not trusted take."""
        return self._recent.bytes

    @property
    def trusted_bytes(self) -> int:
        return self._trusted.bytes

    def _read(self, text: str, sha256: str, bound: Bound) -> Document:
        if len(text) > bound.characters:
            raise too_complex(f"A document has at most {bound.characters:,} characters.")
        words = counts.words(text)
        if len(words) > bound.words:
            raise too_complex(f"A document has at most {bound.words:,} words and signs.")
        reading = counts.count(words)
        if len(reading.definitions) > bound.definitions:
            raise too_complex(f"A document has at most {bound.definitions} operations and fragments.")
        _refuse(excess(each, COUNTED) for each in reading.definitions)
        _refuse([overlaps.excess(reading)])
        self.parsed += 1
        document = Document(text, parse(text), sha256, len(words))
        shapes = measure(self.schema, document.node, assumed=self.assumed, most=self.most)
        _refuse(excess(shape, MEASURED) or excess_at_root(shape, node.operation) for node, shape in shapes)
        document.operations = tuple(
            Operation(document, node, self.schema, shape.price, shape.names) for node, shape in shapes
        )
        return document


class _Shelf:
    """Documents up to so many bytes together, the longest unused forgotten first; the last one always stays."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self.bytes = 0

    def get(self, sha256: str) -> Document | None:
        document = self._documents.get(sha256)
        if document is not None:
            self._documents.move_to_end(sha256)
        return document

    def put(self, document: Document) -> None:
        self.drop(document.sha256)
        self._documents[document.sha256] = document
        self.bytes += document.size
        while self.bytes > self._max_bytes and len(self._documents) > 1:
            _, oldest = self._documents.popitem(last=False)
            self.bytes -= oldest.size

    def drop(self, sha256: str) -> None:
        document = self._documents.pop(sha256, None)
        self.bytes -= document.size if document else 0


def _refuse(reasons: Iterable[str | None]) -> None:
    for too_much in reasons:
        if too_much:
            raise too_complex(f"This asks for too much: {too_much}.")


def sha256_of(text: str) -> str:
    """In hexadecimal, of the text in UTF-8."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def _words(node: DocumentNode) -> Iterator[str]:
    """What the parser saw: names, numbers and signs as they stand, strings by their value."""
    token: Token | None = node.loc.start_token if node.loc else None
    while token is not None:
        if token.kind in (TokenKind.STRING, TokenKind.BLOCK_STRING):
            yield json.dumps(token.value)
        elif token.kind not in (TokenKind.SOF, TokenKind.EOF, TokenKind.COMMENT):
            yield token.value or token.kind.value
        token = token.next
