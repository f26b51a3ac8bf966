"""In which order the collections ask: from signing in to signing out, each request with what earlier ones brought.

Two people act: the demonstration person, and a newcomer whom the story registers, so that nobody else's account
is touched. Each variable is kept by one request and used by those after it.
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from server.mistakes import UserMistake
from server.reference.examples import Example

TITLE: Final = "Plaza"
ABOUT: Final = (
    "Every operation of Plaza, to be run from top to bottom. Start a server with `make serve`, or set `base_url` "
    "and an account of yours; the rest is filled in as the requests go. A new account is registered in each run, "
    "of which an hour has room for five."
)

# What a person may change before the first request; everything else the requests bring themselves.
SETTINGS: Final = {
    "base_url": "http://localhost:8000",
    "username": DEMO_USERNAME,
    "password": DEMO_PASSWORD,
    "newcomer_password": "a staple of batteries",
    "new_password": "another staple of batteries",
    "provider_code": "what stands behind ?code= when a browser returns",
    "link_code": "the same, for one that was sent with a ticket",
    "provider_verifier": "what your challenge was made of",
    "link_token": "what stands behind #token= in a letter's link",
}
# In place of a name in an example: a username that nobody has yet.
MOMENT: Final = "moment"

_DEMO: Final = "access_token"
_NEWCOMER: Final = "newcomer_token"
_NEW_EMAIL: Final = f"newcomer_{{{MOMENT}}}@example.com"


@dataclass(frozen=True)
class Step:
    """One request: the example of `operation`, with `given` in place of its names and `variables` over its own.

    `keeps` are the variables it brings, by their path in the answer's data; `token` names the one it is sent with,
    where it is sent signed in. `refused` is the type of the answer where the demonstration person may not do it,
    or it takes a browser.
    """

    operation: str
    title: str = ""
    token: str | None = _DEMO
    given: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    keeps: dict[str, str] = field(default_factory=dict)
    refused: str | None = None


@dataclass(frozen=True)
class Request:
    """A step with its example; in `variables`, `"@name"` stands for the variable of that name."""

    number: int
    title: str
    text: str
    variables: dict[str, Any]
    token: str | None
    keeps: dict[str, str]
    field: str
    # What the answer says it is, where the example asks.
    typename: str | None


STORY: Final = {
    "Start here": [
        Step(
            "login",
            "Sign in",
            keeps={"access_token": "login.session.accessToken", "my_id": "login.viewer.id"},
        ),
        Step(
            "register",
            "Register a newcomer",
            variables={
                "input": {
                    "username": f"newcomer_{{{MOMENT}}}",
                    "email": f"newcomer_{{{MOMENT}}}@example.org",
                    "password": "@newcomer_password",
                    "displayName": "New here",
                }
            },
            keeps={"new_username": "register.username"},
        ),
        Step(
            "login",
            "Sign in as the newcomer",
            given={"username": "new_username", "password": "newcomer_password"},
            keeps={
                _NEWCOMER: "login.session.accessToken",
                "refresh_token": "login.session.refreshToken",
                "person": "login.viewer.id",
                "other_username": "login.viewer.username",
            },
        ),
    ],
    "Read": [
        Step("serverInfo"),
        Step("rateLimit"),
        Step("viewer"),
        Step("publicFeed", keeps={"post": "publicFeed.edges.0.node.id"}),
        Step("homeFeed"),
        Step("post"),
        Step("user"),
        Step("node"),
        Step("nodes"),
        Step("searchUsers", given={"part_of_name": "other_username"}),
        Step("searchPosts"),
    ],
    "Posts and comments": [
        Step("createPost", keeps={"own_post": "createPost.postEdge.node.id"}),
        Step("updatePost"),
        Step("likePost"),
        Step("unlikePost"),
        Step("createComment", keeps={"own_comment": "createComment.commentEdge.node.id"}),
        Step("updateComment"),
        Step("deleteComment"),
        Step("deletePost"),
    ],
    "People": [
        Step("follow", given={"stranger": "person"}),
        Step("unfollow"),
        Step("removeFollower"),
        Step("mute"),
        Step("unmute"),
        Step("block"),
        Step("unblock"),
    ],
    "Requests to follow": [
        Step(
            "updateProfile",
            "Let the newcomer choose who follows",
            token=_NEWCOMER,
            variables={"input": {"isPrivate": True, "bio": "Counts everything twice."}},
        ),
        Step("follow", "Ask to follow", given={"stranger": "person"}),
        Step("acceptFollowRequest", token=_NEWCOMER, given={"asker": "my_id"}),
        Step("unfollow", "Let go"),
        Step("follow", "Ask once more", given={"stranger": "person"}),
        Step("rejectFollowRequest", token=_NEWCOMER, given={"asker": "my_id"}),
    ],
    "For moderators and administrators": [
        Step("setRole", refused="NotAllowed"),
        Step("suspendUser", refused="NotAllowed"),
        Step("restoreUser", refused="NotAllowed"),
    ],
    "By mail": [
        Step("requestEmailVerification", token=_NEWCOMER, variables={"input": {}}),
        Step("verifyEmail", given={"verify_token": "link_token"}, refused="NotAllowed"),
        Step("changeEmail", token=_NEWCOMER, variables={"input": {"newEmail": _NEW_EMAIL}}),
        Step("requestPasswordReset", variables={"input": {"email": _NEW_EMAIL}}),
        Step("resetPassword", given={"reset_token": "link_token"}, refused="NotAllowed"),
    ],
    "Your account": [
        Step("refreshSession"),
        Step("signInWithProvider", refused="NotAllowed"),
        Step("startLinking"),
        Step("linkIdentity", refused="NotAllowed"),
        Step("unlinkIdentity", refused="NotFound"),
        Step("requestExport", token=_NEWCOMER, keeps={"export": "requestExport.export.id"}),
        Step("confirmIdentity"),
        Step(
            "login",
            "Sign in as the newcomer on another device",
            given={"username": "new_username", "password": "newcomer_password"},
        ),
        Step(
            "viewer", "See where the newcomer is signed in", _NEWCOMER, keeps={"session": "viewer.sessions.0.id"}
        ),
        Step("revokeSession", token=_NEWCOMER),
        Step("createPersonalToken", keeps={"personal_token": "createPersonalToken.personalToken.id"}),
        Step("revokePersonalToken"),
        Step("startTotp"),
        Step("startPasskey"),
        Step("startPasskeySignIn"),
        Step("changePassword", token=_NEWCOMER, given={"password": "newcomer_password"}),
        Step("logoutEverywhere", token=_NEWCOMER),
        Step("deleteAccount", token=_NEWCOMER, given={"password": "new_password"}),
        Step(
            "cancelDeletion",
            given={"deleted_username": "new_username", "password": "new_password"},
            keeps={"returned_token": "cancelDeletion.session.accessToken"},
        ),
        Step("logout", token="returned_token"),  # noqa: S106 - the name of a variable
    ],
}

# What no request can do by itself: it needs an authenticator app, a browser, a letter, an administrator or time.
BEYOND: Final = frozenset(
    {
        "addPasskey",
        "auditLog",
        "completeSignIn",
        "confirmTotp",
        "openExport",
        "removePasskey",
        "removeTotp",
        "renamePasskey",
        "replaceRecoveryCodes",
        "signInWithPasskey",
    }
)


def requests(examples: list[Example]) -> dict[str, list[Request]]:
    """By folder, in order. Raises `UserMistake` for an operation that the story leaves out."""
    by_field = {example.field: example for example in examples}
    told = BEYOND | {step.operation for steps in STORY.values() for step in steps}
    for name in sorted(by_field.keys() - told):
        raise UserMistake(
            f"No request of the collections asks `{name}`: give it a place in server/reference/story.py."
        )
    numbers = count(1)
    return {
        folder: [_request(step, by_field[step.operation], next(numbers)) for step in steps]
        for folder, steps in STORY.items()
    }


def brought(story: dict[str, list[Request]]) -> dict[str, tuple[Request, str]]:
    """Each variable that a request keeps: the request, and the path in its data."""
    every = [request for folder in story.values() for request in folder]
    return {name: (request, path) for request in every for name, path in request.keeps.items()}


def _request(step: Step, example: Example, number: int) -> Request:
    is_union = example.kind == "mutation"
    return Request(
        number=number,
        title=step.title or step.operation,
        text=example.document.text,
        variables=step.variables or _renamed(example.document.variables, step.given),
        token=step.token if example.document.viewer else None,
        keeps=step.keeps,
        field=step.operation,
        typename=(step.refused or f"{step.operation[0].upper()}{step.operation[1:]}Payload") if is_union else None,
    )


def _renamed(value: Any, given: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(each, given) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, given) for each in value]
    if isinstance(value, str) and value.startswith("@"):
        return f"@{given.get(value[1:], value[1:])}"
    return value
