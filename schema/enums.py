"""Stored choices as the API names them: the values are the database's, the words are ours."""

from enum import StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from db.models import Audience, PostType, SignInMethod


def register() -> None:
    """Make the enums known, described value by value; before a type uses one."""
    _describe(
        PostType,
        "What a post carries besides its words.",
        TEXT="Words alone.",
        IMAGE="A picture at `imageUrl`, in words in `altText`.",
        LINK="A link to `linkUrl`.",
    )
    _describe(
        Audience,
        "Who may see a post. A private account's posts are for its followers, whatever this says.",
        PUBLIC="Everyone.",
        FOLLOWERS="The author's followers.",
    )
    _describe(
        SignInMethod,
        "How somebody shows who they are.",
        PASSWORD="By a password.",  # noqa: S106 - words
        GOOGLE="By a Google account.",
        APPLE="By an Apple account.",
        GITHUB="By a GitHub account.",
        PASSKEY="By a passkey.",
    )


def _describe(enum: type[StrEnum], description: str, **values: str) -> None:
    """Register `enum` with the schema; every value needs its own words."""
    strawberry.enum(enum, description=description)
    definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]
