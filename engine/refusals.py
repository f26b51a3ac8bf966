"""How the endpoint says no: a top-level error with a code, and the HTTP status that goes with it."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from engine.codes import ErrorCode


class Refusal(GraphQLError):
    """Its message and code are meant for the client.

    `status` is that of a response that is nothing but this; `headers` go with it. `is_of_http` tells that the
    status stands in every media type; other refusals are a 200 for clients that know `application/json` alone.
    Raised by a field while others answer, it is one error among the others.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        status: int = 400,
        is_of_http: bool = False,
        headers: Mapping[str, str] = {},
        **extensions: Any,
    ) -> None:
        super().__init__(message, extensions={"code": code, **extensions})
        self.code = code
        self.status = status
        self.is_of_http = is_of_http
        self.headers = headers


def bad_request(message: str) -> Refusal:
    """A well-formed request that does not say what is wanted."""
    return Refusal(ErrorCode.BAD_REQUEST, message)


def bad_http(message: str, status: int = 400, headers: Mapping[str, str] = {}) -> Refusal:
    """Not a GraphQL request at all."""
    return Refusal(ErrorCode.BAD_REQUEST, message, status=status, is_of_http=True, headers=headers)


def too_complex(message: str, **extensions: Any) -> Refusal:
    return Refusal(ErrorCode.QUERY_TOO_COMPLEX, message, **extensions)
