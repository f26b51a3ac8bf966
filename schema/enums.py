"""Stored choices as the API names them: the values are the database's, the words are ours."""

from enum import StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from auth.permissions import Permission
from db.models import Audience, PostType, Provider, Role, SignInMethod, TokenScope
from domain.second_factors import SecondFactor


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
        SecondFactor,
        "What one shows besides a password.",
        TOTP="The code that an authenticator app shows.",
        RECOVERY_CODE="One of the codes that were written down.",
        PASSKEY="A passkey.",
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
    _describe(
        Role,
        "What a person is trusted with, from least to most.",
        USER="Their own account and what they say.",
        MODERATOR="Other people's content, and who takes part.",
        ADMIN="Who moderates, and the audit log.",
    )
    _describe(
        Permission,
        "What a role allows.",
        TAKE_PART="Publish, comment, like, follow and change one's profile.",
        REMOVE_CONTENT="Delete anybody's posts and comments.",
        SUSPEND_PEOPLE="`suspendUser` and `restoreUser`.",
        SET_ROLES="`setRole`.",
        READ_AUDIT_LOG="`auditLog`.",
    )
    _describe(
        TokenScope,
        "What a personal token may do as you. What a mutation answers can be read with its scope alone.",
        READ="Read what you can see.",
        POST="Publish, change and delete posts and comments, and like.",
        CIRCLE="Follow, block and mute, and answer who asks to follow you.",
        PROFILE="Change your profile.",
    )
    _describe(
        Provider,
        "Who vouches for a person at sign-in.",
        GOOGLE="A Google account.",
        APPLE="An Apple account.",
        GITHUB="A GitHub account.",
    )


def _describe(enum: type[StrEnum], description: str, **values: str) -> None:
    """Register `enum` with the schema; every value needs its own words."""
    strawberry.enum(enum, description=description)
    definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]
