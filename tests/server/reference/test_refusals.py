"""What is told of an operation's refusals is what the code raises, and what it really answers."""

from typing import Any

import pytest
from graphql import build_schema
from strawberry.types import get_object_definition

from domain.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from resolvers import accounts, addresses, resets
from resolvers.proofs import FAILURES
from resolvers.sessions import REFRESHES
from schema.errors import bad_user_input
from schema.root import Mutation, Query, sdl
from server.reference.answers import recorded
from server.reference.examples import examples
from server.reference.operations import Operation, operations
from server.reference.refusals import Refused, refusals_of
from tests.conftest import Api
from tests.factories import PASSWORD, Make
from tests.worlds import World, build

SCHEMA = build_schema(sdl())
EXAMPLES = examples(SCHEMA)
OPERATIONS: dict[str, Operation] = {
    each.name: each for each in operations(SCHEMA, EXAMPLES, recorded([example.field for example in EXAMPLES]))
}
LONGEST = 3


def _refuse(name: str, *, words: str = "There is none.") -> None:
    if name == "":
        raise InvalidInput("some_name", f"Write {LONGEST} letters.")
    if name == "root":
        raise ConfirmationNeeded()
    raise NotFound(words)


def _turned() -> None:
    try:
        raise NotAllowed("Not so.")
    except NotAllowed:
        raise Conflict("Changed meanwhile.") from None


def _problem(name: str) -> str | None:
    return "Too long." if len(name) > LONGEST else f"Holds {name}."


def _checked(name: str) -> None:
    if problem := _problem(name):
        raise InvalidInput("name", problem)
    if problem := str(name):
        raise bad_user_input("argument", problem)


async def _resolver(name: str) -> None:
    _refuse(name, words="Not here.")
    _turned()
    _checked(name)


def test_reads_where_and_in_which_words_a_resolver_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.reference.refusals._FLOORS", ("tests", "schema"))
    found = refusals_of(_resolver)
    assert found.typed == {
        Refused("InvalidInput", "someName", "Write 3 letters."),
        Refused("NotFound", None, "Not here."),
        Refused("ConfirmationNeeded", None, "Confirm first that it is you."),
        Refused("Conflict", None, "Changed meanwhile."),
        Refused("InvalidInput", "name", "Too long."),
        Refused("InvalidInput", "name", None),
    }
    assert found.codes == {Refused("BAD_USER_INPUT", "argument", None)}


def test_knows_every_limit_that_counts_inside_a_resolver() -> None:
    limits = {name: operation.refusals.limits for name, operation in OPERATIONS.items()}
    assert {name: found for name, found in limits.items() if found} == {
        "login": {("sign-in-failures", FAILURES)},
        "cancelDeletion": {("sign-in-failures", FAILURES)},
        "completeSignIn": {("second-factor-failures", FAILURES)},
        "confirmIdentity": {("own-password-failures", FAILURES), ("second-factor-failures", FAILURES)},
        "confirmTotp": {("second-factor-failures", FAILURES)},
        "removeTotp": {("second-factor-failures", FAILURES)},
        "replaceRecoveryCodes": {("second-factor-failures", FAILURES)},
        "changePassword": {("own-password-failures", FAILURES)},
        "deleteAccount": {("own-password-failures", FAILURES)},
        "refreshSession": {("refresh", REFRESHES)},
        "register": {("registration-letters", accounts.LETTERS)},
        "requestPasswordReset": {("reset-letters", resets.LETTERS)},
        "requestEmailVerification": {("verification-letters", addresses.LETTERS)},
        "verifyEmail": {("own-password-failures", FAILURES)},
        "changeEmail": {("change-letters", addresses.LETTERS)},
    }


def test_every_refusal_is_told_in_words() -> None:
    wordless = [
        (name, refused)
        for name, operation in OPERATIONS.items()
        for refused in operation.refusals.typed | operation.refusals.codes
        if refused.message is None and refused.kind != "RATE_LIMITED"
    ]
    assert wordless == []


def test_there_is_a_root_field_for_every_operation() -> None:
    fields = [field for root in (Query, Mutation) for field in get_object_definition(root, strict=True).fields]
    assert len(OPERATIONS) == len(fields)


# Who asks, what, with which input; what is named as in the examples is a thing of the network.
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("ada", "createPost", {"text": " "}),
    ("ada", "createPost", {"text": "x" * 5001}),
    ("ada", "createPost", {"text": "", "type": "LINK", "linkUrl": "ftp://example.org"}),
    ("suspended", "createPost", {"text": "Hello"}),
    ("bob", "updatePost", {"postId": "@post", "text": "Mine"}),
    ("suspended", "updatePost", {"postId": "@post", "text": "Mine"}),
    ("ada", "updatePost", {"postId": "@person", "text": "Mine"}),
    ("bob", "deletePost", {"postId": "@post"}),
    ("ada", "createComment", {"postId": "@post", "parentId": "@bob", "text": "Why"}),
    ("bob", "updateComment", {"commentId": "@own_comment", "text": "Why"}),
    ("ada", "follow", {"userId": "@ada"}),
    ("ada", "block", {"userId": "@ada"}),
    ("ada", "mute", {"userId": "@bob", "until": "2000-01-01T00:00:00Z"}),
    ("ada", "rejectFollowRequest", {"userId": "@bob"}),
    ("ada", "updateProfile", {"avatarUrl": "http://example.org/a.png"}),
    ("ada", "changePassword", {"currentPassword": "not it", "newPassword": "a staple of batteries"}),
    ("ada", "changePassword", {"currentPassword": PASSWORD, "newPassword": "password"}),
    ("ada", "deleteAccount", {"password": "not it"}),
    ("anonymous", "register", {"username": "ada", "email": "a@example.org", "password": "a staple of batteries"}),
    (
        "anonymous",
        "register",
        {"username": "admin", "email": "a@example.org", "password": "a staple of batteries"},
    ),
    ("anonymous", "register", {"username": "eve", "email": "nowhere", "password": "a staple of batteries"}),
    ("anonymous", "login", {"usernameOrEmail": "ada", "password": "not it"}),
    ("anonymous", "refreshSession", {"refreshToken": "not one"}),
]


async def test_what_is_refused_is_told(api: Api, make: Make) -> None:
    world = await build(api.services.stores, 5)
    people = {**world.people, "suspended": await make.suspend(await make.user("eve_the_late"))}
    for viewer, mutation, given in REFUSED:
        refused = await _refused(api, people.get(viewer), mutation, world, given)
        assert refused in OPERATIONS[mutation].refusals.typed


async def _refused(api: Api, viewer: Any, mutation: str, world: World, given: dict[str, Any]) -> Refused:
    document = (
        f"mutation ($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ {mutation}(input: $input) "
        "{ __typename ... on UserError { message } ... on InvalidInput { field } } }"
    )
    answer = await api(document, viewer=viewer, input=world.filled(given))
    return Refused(answer["__typename"], answer.get("field"), answer["message"])
