"""The table of contents: one entry an operation, with its limit, in a file for each part of the API.

Figures of limits are from other networks' public ones; what belongs together shares a bucket. What needs no
signing in counts by address; behind that, each account counts its own failures.
"""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types import get_object_definition

from engine import pipeline
from resolvers.charging import Charging
from resolvers.limits import limits_of
from schema.context import Context
from schema.deprecations import tell_deprecations
from schema.guards import KeepToScopes, keep_schema, note_kind, refuse_bad_token, send_cookie, tells_schema
from schema.root.account import Account
from schema.root.circle import Circle
from schema.root.content import Content
from schema.root.devices import Devices
from schema.root.factors import Factors
from schema.root.letters import Letters
from schema.root.moderation import Moderation
from schema.root.passkeys import Passkeys
from schema.root.reading import Query
from schema.root.sign_in import SignIn
from schema.root.ways import Ways
from schema.scalars import SCALARS
from schema.scopes import scopes_of

__all__ = ["Mutation", "Query", "build", "schema", "sdl"]


@strawberry.type(description="Everything that can be changed.")
class Mutation(SignIn, Letters, Ways, Factors, Passkeys, Devices, Account, Content, Circle, Moderation):
    pass


# What root fields are asked with, described once for all of them.
_ARGUMENTS = {
    "input": "What to do, and to what.",
    "id": "The opaque id that the API gave.",
    "ids": "Opaque ids that the API gave, at most 100.",
    "username": "The username, in any case of letters.",
    "filter": "Which to find; all of them when left out.",
    "query": "What to search for, up to 256 characters.",
}


def _describe_arguments(*roots: type) -> None:
    for root in roots:
        for field in get_object_definition(root, strict=True).fields:
            for argument in field.arguments:
                argument.description = argument.description or _ARGUMENTS[argument.python_name]


_describe_arguments(Query, Mutation)


def build(*, is_sorted: bool = False) -> pipeline.Schema[Context]:
    """The schema; sorted only to be printed, for a sorted one no longer finds the types of its unions."""
    charging = Charging(limits_of(Query, Mutation))
    scopes = KeepToScopes(scopes_of(Query, Mutation))
    return pipeline.Schema(
        gates=[refuse_bad_token, keep_schema, charging.charge, scopes.check],
        afterwards=[note_kind, send_cookie, charging.settle, tell_deprecations],
        suggests=tells_schema,
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=SCALARS, sort_schema=is_sorted, disable_field_suggestions=True),
    )


schema = build()


def sdl() -> str:
    """The schema in its own language, sorted, ending in a line feed."""
    return build(is_sorted=True).as_str().strip() + "\n"
