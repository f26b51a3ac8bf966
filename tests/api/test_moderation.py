"""`setRole`, `suspendUser` and `restoreUser` through the API."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.models import AuditEntry, Role, Suspension, User, UserStatus
from schema.nodes import global_id
from tests.conftest import Api, Refused
from tests.factories import Make, Person
from tests.letters import Mail
from tests.rows import Rows

SET_ROLE = """
mutation ($id: ID!, $role: Role!) {
  setRole(input: {userId: $id, role: $role}) {
    __typename ... on SetRolePayload { userId role } ... on InvalidInput { field }
  }
}
"""
SUSPEND = """
mutation ($id: ID!, $reason: SafeText!, $until: DateTime) {
  suspendUser(input: {userId: $id, reason: $reason, until: $until}) {
    __typename ... on SuspendUserPayload { userId until } ... on InvalidInput { field }
  }
}
"""
RESTORE = """
mutation ($id: ID!) {
  restoreUser(input: {userId: $id}) {
    __typename ... on RestoreUserPayload { userId } ... on InvalidInput { field }
  }
}
"""
POST = 'mutation { createPost(input: {text: "Still here"}) { __typename } }'
SEEN = "query ($name: SafeText!) { user(username: $name) { username } }"


async def deed(api: Api, document: str, by: Person, to: Person, **given: Any) -> Any:
    return await api(document, viewer=by, id=to.gid, **given)


def at(person: Person, role: Role) -> Person:
    """The person as their next request finds them."""
    return replace(person, viewer=replace(person.viewer, role=role))


async def role_of(rows: Rows, person: Person) -> Role:
    (role,) = [user.role for user in await rows(User) if user.id == person.id]
    assert isinstance(role, Role)
    return role


async def traces(rows: Rows, event: str) -> list[tuple[int | None, int | None, dict[str, Any]]]:
    return [
        (each.actor_id, each.subject_id, each.details) for each in await rows(AuditEntry) if each.event == event
    ]


class TestSetRole:
    async def test_an_administrator_makes_and_unmakes_a_moderator(self, api: Api, make: Make, rows: Rows) -> None:
        admin, ada = await make.user(role=Role.ADMIN), await make.user()
        for role in (Role.MODERATOR, Role.USER):
            answer = await deed(api, SET_ROLE, admin, ada, role=role)
            assert answer == {"__typename": "SetRolePayload", "userId": ada.gid, "role": role}
            assert await role_of(rows, ada) is role
        assert await traces(rows, "privilege_permissions_changed") == [
            (admin.id, ada.id, {"was": "USER", "now": "MODERATOR"}),
            (admin.id, ada.id, {"was": "MODERATOR", "now": "USER"}),
        ]

    async def test_the_same_role_again_leaves_no_trace(self, api: Api, make: Make, rows: Rows) -> None:
        admin, ada = await make.user(role=Role.ADMIN), await make.user()
        assert (await deed(api, SET_ROLE, admin, ada, role=Role.USER))["__typename"] == "SetRolePayload"
        assert await rows(AuditEntry) == []

    async def test_asks_an_administrator_to_show_again_who_they_are(
        self, api: Api, make: Make, rows: Rows
    ) -> None:
        admin, ada = await make.user(role=Role.ADMIN), await make.user()
        long_ago = datetime.now(UTC) - timedelta(minutes=11)
        stale = replace(admin, viewer=replace(admin.viewer, proven_at=long_ago))
        script = replace(admin, viewer=replace(admin.viewer, proven_at=None, session_id=None))
        for who in (stale, script):
            answer = await deed(api, SET_ROLE, who, ada, role=Role.MODERATOR)
            assert answer == {"__typename": "ConfirmationNeeded"}
        assert await role_of(rows, ada) is Role.USER

    @pytest.mark.parametrize("role", [Role.USER, Role.MODERATOR])
    async def test_nobody_else_sets_a_role_and_who_tries_leaves_a_trace(
        self, api: Api, make: Make, rows: Rows, role: Role
    ) -> None:
        eve, ada = await make.user(role=role), await make.user()
        assert await deed(api, SET_ROLE, eve, ada, role=Role.ADMIN) == {"__typename": "NotAllowed"}
        assert await deed(api, SET_ROLE, eve, eve, role=Role.ADMIN) == {"__typename": "NotAllowed"}
        assert await role_of(rows, ada) is Role.USER
        assert await traces(rows, "authz_fail") == [(eve.id, None, {"permission": "SET_ROLES"})] * 2

    async def test_nobody_acts_on_an_equal_or_on_themselves(self, api: Api, make: Make, rows: Rows) -> None:
        admin, other = await make.user(role=Role.ADMIN), await make.user(role=Role.ADMIN)
        assert await deed(api, SET_ROLE, admin, other, role=Role.USER) == {"__typename": "NotAllowed"}
        answer = await deed(api, SET_ROLE, admin, admin, role=Role.USER)
        assert answer == {"__typename": "InvalidInput", "field": "userId"}
        assert [user.role for user in await rows(User)] == [Role.ADMIN, Role.ADMIN]

    async def test_who_lost_their_role_a_moment_ago_does_not_act_on_its_strength(
        self, api: Api, make: Make, rows: Rows
    ) -> None:
        demoted, ada = await make.user(role=Role.USER), await make.user()
        remembered = at(demoted, Role.ADMIN)
        assert await deed(api, SET_ROLE, remembered, ada, role=Role.ADMIN) == {"__typename": "NotAllowed"}
        assert await role_of(rows, ada) is Role.USER

    async def test_a_suspended_administrator_has_no_permission(self, api: Api, make: Make) -> None:
        admin = await make.user(role=Role.ADMIN, status=UserStatus.SUSPENDED)
        assert await deed(api, SET_ROLE, admin, await make.user(), role=Role.ADMIN) == {"__typename": "NotAllowed"}

    async def test_needs_signing_in(self, api: Api, make: Make) -> None:
        with pytest.raises(Refused) as refused:
            await api(SET_ROLE, id=(await make.user()).gid, role=Role.ADMIN)
        assert refused.value.code == "UNAUTHENTICATED"


class TestSuspendUser:
    async def test_hides_somebody_and_their_next_request_takes_no_part(
        self, api: Api, make: Make, rows: Rows
    ) -> None:
        moderator, eve, ada = await make.user(role=Role.MODERATOR), await make.user("eve"), await make.user()
        answer = await deed(api, SUSPEND, moderator, eve, reason=" Advertises. ")
        assert answer == {"__typename": "SuspendUserPayload", "userId": eve.gid, "until": None}
        assert await api(SEEN, viewer=ada, name="eve") is None
        (suspension,) = await rows(Suspension)
        assert (suspension.user_id, suspension.reason, suspension.until) == (eve.id, "Advertises.", None)
        assert await traces(rows, "user_suspended") == [(moderator.id, eve.id, {"until": None})]
        suspended = replace(eve, viewer=replace(eve.viewer, status=UserStatus.SUSPENDED))
        assert await api(POST, viewer=suspended) == {"__typename": "NotAllowed"}

    async def test_once_more_replaces_reason_and_end(self, api: Api, make: Make, rows: Rows) -> None:
        moderator, eve = await make.user(role=Role.MODERATOR), await make.user()
        await deed(api, SUSPEND, moderator, eve, reason="Advertises.")
        answer = await deed(api, SUSPEND, moderator, eve, reason="Insults.", until="2099-01-01T00:00:00Z")
        assert answer["until"] == "2099-01-01T00:00:00Z"
        assert [each.reason for each in await rows(Suspension)] == ["Insults."]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"reason": " "}, "reason"),
            ({"reason": "x" * 501}, "reason"),
            ({"reason": "Advertises.", "until": "2020-01-01T00:00:00Z"}, "until"),
        ],
    )
    async def test_wants_a_reason_and_an_end_to_come(
        self, api: Api, make: Make, rows: Rows, given: dict[str, str], field: str
    ) -> None:
        moderator, eve = await make.user(role=Role.MODERATOR), await make.user()
        answer = await deed(api, SUSPEND, moderator, eve, **given)
        assert answer == {"__typename": "InvalidInput", "field": field}
        assert await rows(Suspension) == await rows(AuditEntry) == []

    @pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
    async def test_a_moderator_does_not_suspend_an_equal_or_an_administrator(
        self, api: Api, make: Make, rows: Rows, role: Role
    ) -> None:
        moderator, other = await make.user(role=Role.MODERATOR), await make.user(role=role)
        assert await deed(api, SUSPEND, moderator, other, reason="Envy") == {"__typename": "NotAllowed"}
        assert await rows(Suspension) == []

    async def test_a_block_keeps_no_moderator_away(self, api: Api, make: Make) -> None:
        moderator, eve = await make.user(role=Role.MODERATOR), await make.user()
        await make.block(eve, moderator)
        assert (await deed(api, SUSPEND, moderator, eve, reason="Insults."))["__typename"] == "SuspendUserPayload"

    async def test_who_is_deleted_or_never_was_is_not_found(self, api: Api, make: Make) -> None:
        moderator, gone = await make.user(role=Role.MODERATOR), await make.user(status=UserStatus.DELETED)
        for gid in (gone.gid, global_id("User", 12345)):
            answer = await api(SUSPEND, viewer=moderator, id=gid, reason="Insults.")
            assert answer == {"__typename": "NotFound"}

    async def test_a_letter_tells_when_it_begins_and_when_it_is_over(
        self, api: Api, make: Make, mail: Mail
    ) -> None:
        moderator, eve = await make.user(role=Role.MODERATOR), await make.user("eve")
        await deed(api, SUSPEND, moderator, eve, reason="Insults & lies.")
        (letter,) = await mail.deliver()
        assert (letter["to"], letter["subject"]) == ("eve@example.org", "Your account is suspended")
        assert "Insults & lies." in letter["text"]
        assert "Insults &amp; lies." in letter["html"]
        await deed(api, RESTORE, moderator, eve)
        assert [letter["subject"] for letter in await mail.deliver()] == ["Your account is back"]
        await deed(api, RESTORE, moderator, eve)
        assert await mail.deliver() == []

    async def test_people_suspend_nobody(self, api: Api, make: Make, rows: Rows) -> None:
        eve, ada = await make.user(), await make.user()
        assert await deed(api, SUSPEND, eve, ada, reason="Envy") == {"__typename": "NotAllowed"}
        assert await deed(api, RESTORE, eve, ada) == {"__typename": "NotAllowed"}
        assert await traces(rows, "authz_fail") == [(eve.id, None, {"permission": "SUSPEND_PEOPLE"})] * 2
        assert await rows(Suspension) == []


class TestRestoreUser:
    async def test_shows_somebody_again(self, api: Api, make: Make, rows: Rows) -> None:
        moderator, eve = await make.user(role=Role.MODERATOR), await make.user("eve")
        await deed(api, SUSPEND, moderator, eve, reason="Advertises.")
        for _ in range(2):
            answer = await deed(api, RESTORE, moderator, eve)
            assert answer == {"__typename": "RestoreUserPayload", "userId": eve.gid}
        assert await api(SEEN, viewer=moderator, name="eve") == {"username": "eve"}
        assert await rows(Suspension) == []
        assert await traces(rows, "user_restored") == [(moderator.id, eve.id, {})]


class TestOwnStanding:
    STANDING = (
        "query ($id: ID!) { node(id: $id) { ... on User { role permissions suspension { reason until } } } }"
    )

    async def test_is_told_to_oneself_and_to_nobody_else(self, api: Api, make: Make) -> None:
        moderator, ada = await make.user(role=Role.MODERATOR), await make.user()
        assert await api(self.STANDING, viewer=moderator, id=moderator.gid) == {
            "role": "MODERATOR",
            "permissions": ["REMOVE_CONTENT", "SUSPEND_PEOPLE", "TAKE_PART"],
            "suspension": None,
        }
        for looking in (ada, None):
            seen = await api(self.STANDING, viewer=looking, id=moderator.gid)
            assert seen == {"role": None, "permissions": None, "suspension": None}

    async def test_tells_the_suspended_why(self, api: Api, make: Make) -> None:
        moderator, eve = await make.user(role=Role.MODERATOR), await make.user()
        await deed(api, SUSPEND, moderator, eve, reason="Insults.")
        suspended = replace(eve, viewer=replace(eve.viewer, status=UserStatus.SUSPENDED))
        assert await api(self.STANDING, viewer=suspended, id=eve.gid) == {
            "role": "USER",
            "permissions": [],
            "suspension": {"reason": "Insults.", "until": None},
        }
