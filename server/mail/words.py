"""What letters say, whatever they look like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from db.models import LinkPurpose
from domain.letters import Notice, Subject


@dataclass(frozen=True, slots=True)
class Words:
    """`{network}`, `{username}` and `{what}` are filled in. `page` is where the link leads, if there is one."""

    title: str
    said: tuple[str, ...]
    otherwise: str
    page: str = ""
    link: str = ""


_NOT_YOU: Final = (
    "If this was not you, somebody else may use your account: set a new password, and look at your sessions and "
    "ways to sign in."
)

WORDS: Final[Mapping[Subject, Words]] = {
    LinkPurpose.VERIFY_EMAIL: Words(
        "Verify your e-mail address",
        (
            "The account {username} on {network} was made with this address.",
            "Open the link and give the account's password to show that both are yours. It is good once, for 24 "
            "hours. The first time, the account is signed out elsewhere.",
        ),
        "If you did not make this account, do nothing, or make it yours: open the link and say that you did not "
        "make it. Whoever did is shut out, and “Forgot your password?” lets you set a password of your own.",
        "verify",
        "Verify this address",
    ),
    LinkPurpose.RESET_PASSWORD: Words(
        "Set a new password",
        (
            "Somebody forgot the password of the account {username} on {network}.",
            "Open the link to set a new one, which signs the account out everywhere. It is good once, for ten "
            "minutes.",
        ),
        "If this was not you, do nothing: your password stays as it is.",
        "reset",
        "Set a new password",
    ),
    LinkPurpose.CHANGE_EMAIL: Words(
        "Verify your new e-mail address",
        (
            "The account {username} on {network} wants to have this address.",
            "Open the link to show that the address is yours. It is good once, for 24 hours, and while you stay "
            "signed in where you asked for it.",
        ),
        "If you do not know this account, do not open the link.",
        "verify",
        "Use this address",
    ),
    Notice.ALREADY_REGISTERED: Words(
        "You have an account already",
        (
            "Somebody tried to use this address for an account on {network}. It has one already: {username}. The "
            "other account cannot use this address.",
            "If it was you, sign in as {username}, or have a new password set: “Forgot your password?”.",
        ),
        "If it was not you, do nothing: they were told nothing, and {username} is as it was.",
    ),
    Notice.PASSWORD_CHANGED: Words(
        "Your password was changed",
        ("The account {username} on {network} has a new password. It was signed out elsewhere.",),
        _NOT_YOU,
    ),
    Notice.EMAIL_CHANGE_ASKED: Words(
        "Your e-mail address is about to change",
        ("Somebody who is signed in to the account {username} on {network} wants it to have another address.",),
        "If this was not you, set a new password at once with “Forgot your password?”: it stops the change.",
    ),
    Notice.EMAIL_CHANGED: Words(
        "Your e-mail address was changed",
        ("The account {username} on {network} has another address now. Letters no longer come to this one.",),
        "If this was not you, write to the people who run {network}.",
    ),
    Notice.WAY_IN_ADDED: Words(
        "A new way to sign in",
        ("The account {username} on {network} can be signed in to by another way now: {what}.",),
        _NOT_YOU,
    ),
    Notice.WAY_IN_REMOVED: Words(
        "A way to sign in was removed",
        ("The account {username} on {network} can no longer be signed in to by {what}.",),
        _NOT_YOU,
    ),
    Notice.SECOND_FACTOR_ADDED: Words(
        "Signing in takes a second step now",
        ("The account {username} on {network} asks for a second factor when it is signed in to.",),
        _NOT_YOU,
    ),
    Notice.SECOND_FACTOR_REMOVED: Words(
        "Signing in takes no second step any more",
        ("The account {username} on {network} no longer asks for a second factor.",),
        _NOT_YOU,
    ),
    Notice.RECOVERY_CODES_MADE: Words(
        "You have new recovery codes",
        ("The account {username} on {network} has new recovery codes; the old ones are void.",),
        _NOT_YOU,
    ),
    Notice.RECOVERY_CODE_USED: Words(
        "A recovery code was used",
        ("Somebody showed a recovery code of the account {username} on {network}; it is good no more.",),
        _NOT_YOU,
    ),
    Notice.TOKEN_MADE: Words(
        "A new token for scripts",
        ("A personal token was made for the account {username} on {network}: {what}.",),
        _NOT_YOU,
    ),
    Notice.SESSION_STOLEN: Words(
        "A session was ended for your safety",
        (
            "Two devices used the same session of the account {username} on {network}, as happens when a token is "
            "stolen. The session was ended.",
        ),
        "If you signed in on one device only, set a new password.",
    ),
    Notice.EXPORT_READY: Words(
        "Your data is ready",
        ("What {network} holds of the account {username} can be downloaded now. Sign in to fetch it.",),
        _NOT_YOU,
    ),
    Notice.SUSPENDED: Words(
        "Your account is suspended",
        (
            "The account {username} on {network} was suspended by those who look after it. Others do not see it, "
            "and it takes no part.",
            "The reason they gave: {what}",
        ),
        "You can still sign in, see until when it is so, take your data along, or delete the account.",
    ),
    Notice.RESTORED: Words(
        "Your account is back",
        ("The suspension of the account {username} on {network} is over. Others see it again.",),
        "You need not do anything.",
    ),
}
