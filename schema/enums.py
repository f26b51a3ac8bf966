"""Stored choices as the API names them: the values are the database's, the words are ours."""

from enum import StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from auth.permissions import Permission
from db.models import Audience, PostType, Provider, Role, SignInMethod, TokenScope
from domain.exports import ExportState
from domain.second_factors import SecondFactor
from domain.security_events import SecurityEventKind


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
    _describe(ExportState, "How far an archive is.", PREPARING="It is being made.", READY="`openExport` opens it.")
    _describe(
        Role,
        "What a person is trusted with, from least to most.",
        USER="Their own account and what they say.",
        MODERATOR="Other people's content, and who takes part.",
        ADMIN="Who moderates, and the audit log.",
    )
    _describe(
        SecurityEventKind,
        "What happened to an account.",
        ACCOUNT_CREATED="It was made.",
        REGISTERED_AGAIN="Somebody tried to register with its e-mail address.",
        ACCOUNT_DELETED="It was deleted.",
        ACCOUNT_RETURNED="Its deletion was taken back.",
        SIGNED_IN="Somebody signed in.",
        SIGN_IN_FAILED="Somebody tried to, with a wrong password or second factor.",
        IDENTITY_CONFIRMED="Somebody signed in showed again who they are.",
        CONFIRMATION_FAILED="Somebody signed in did not know the password, or another factor.",
        SESSIONS_ENDED="One was signed out, or more, or a personal token revoked.",
        SESSION_STOLEN="A refresh token was used by two; its session has ended.",
        PASSWORD_CHANGED="It has another password.",  # noqa: S106 - words
        PASSWORD_RESET_REQUESTED="Somebody asked for another password by mail.",  # noqa: S106 - words
        EMAIL_CHANGED="It has another e-mail address, or is about to.",
        EMAIL_VERIFIED="Its e-mail address was proven.",
        WAY_IN_ADDED="One can sign in by another way.",
        WAY_IN_REMOVED="One can no longer sign in by one of the ways.",
        SECOND_FACTOR_CHANGED="An authenticator or recovery codes came or went.",
        RECOVERY_CODE_USED="A recovery code was used up.",
        TOKEN_CREATED="A personal token was made.",  # noqa: S106 - words
        ROLE_CHANGED="It has another role.",
        SUSPENDED="It was suspended.",
        RESTORED="Its suspension ended.",
        DATA_EXPORTED="A copy of all its data was asked for, opened or downloaded.",
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
