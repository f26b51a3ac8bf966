"""A text's tree by graphql-core's parser, with a lexer that reads strings at once instead of sign by sign."""

import json
import re
from typing import Final

from graphql import DocumentNode, Lexer, Source, Token, TokenKind
from graphql.language.parser import Parser, nested_too_deeply_error

# Of one line, with no more than the short escapes, which are those of JSON.
_STRING: Final = re.compile(r'"(?:[^"\\\n\r\ud800-\udfff]++|\\["\\/bfnrt])*+"')


def parse(text: str) -> DocumentNode:
    """Raises `GraphQLSyntaxError`."""
    source = Source(text)
    parser = Parser(source, lexer=_Lexer(source), allow_empty_selection_sets=False)
    try:
        return parser.parse_document()
    except RecursionError:
        # Raised below, so that it does not keep all those frames.
        pass
    raise nested_too_deeply_error(parser)


class _Lexer(Lexer):
    def read_string(self, start: int) -> Token:
        """Other strings, and what is wrong with one, are the library's."""
        found = _STRING.match(self.source.body, start)
        if found is None:
            return super().read_string(start)
        return self.create_token(TokenKind.STRING, start, found.end(), json.loads(found[0], strict=False))
