"""`viewer.securityEvents` and `auditLog` through the API."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db.models import AuditEntry, Role
from db.transaction import write
from domain import audit
from domain.audit import Origin
from domain.security_events import KINDS, UNTOLD
from schema.context import Services
from schema.nodes import global_id
from tests.api.accounts import log_in
from tests.conftest import Api, Refused
from tests.factories import Make, Person
from tests.rows import Rows

ROOT = Path(__file__).parents[2]
_RECORDERS = {"record", "_record", "note_failure", "_note", "leave"}
EVENTS = """
query ($after: String) {
  viewer {
    securityEvents(first: 2, after: $after) {
      edges { node { kind device address isYours } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
OF = "query ($id: ID!) { node(id: $id) { ... on User { securityEvents { edges { node { kind } } } } } }"
LOG = """
query ($filter: AuditLogFilter, $first: Int, $after: String) {
  auditLog(filter: $filter, first: $first, after: $after) {
    edges { node { event actorId subjectId requestId address device details { name value } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
AWAY = Origin("another-request", "2001:db8:1:2:3::4", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")


async def happen(
    services: Services, event: str, *, actor: Person | None, subject: Person | None, **more: Any
) -> None:
    async with write(services.stores.sessions) as session:
        audit.record(
            session,
            event,
            actor_id=actor.id if actor else None,
            subject_id=subject.id if subject else None,
            origin=AWAY,
            **more,
        )


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


class TestSecurityEvents:
    async def test_tell_their_owner_what_happened_from_where_newest_first(
        self, api: Api, services: Services, make: Make
    ) -> None:
        ada = await make.user("ada")
        await happen(services, "authn_login_fail", actor=None, subject=ada)
        await happen(services, "session_created", actor=ada, subject=ada)
        await log_in(api, "ada")
        first = (await api(EVENTS, viewer=ada))["securityEvents"]
        assert nodes(first) == [
            {"kind": "SIGNED_IN", "device": "Unknown device", "address": "127.0.0.0/24", "isYours": True},
            {
                "kind": "SIGN_IN_FAILED",
                "device": "Firefox on Linux",
                "address": "2001:db8:1::/48",
                "isYours": False,
            },
        ]
        assert first["pageInfo"]["hasNextPage"] is False

    async def test_go_on_in_pages(self, api: Api, services: Services, make: Make) -> None:
        ada = await make.user()
        for event in ("user_created", "authn_login_success", "authn_password_change"):
            await happen(services, event, actor=ada, subject=ada)
        first = (await api(EVENTS, viewer=ada))["securityEvents"]
        rest = (await api(EVENTS, viewer=ada, after=first["pageInfo"]["endCursor"]))["securityEvents"]
        kinds = [each["kind"] for each in nodes(first) + nodes(rest)]
        assert kinds == ["PASSWORD_CHANGED", "SIGNED_IN", "ACCOUNT_CREATED"]

    async def test_do_not_tell_where_a_moderator_sits(self, api: Api, services: Services, make: Make) -> None:
        moderator, ada = await make.user(role=Role.MODERATOR), await make.user()
        await happen(services, "user_suspended", actor=moderator, subject=ada)
        assert nodes((await api(EVENTS, viewer=ada))["securityEvents"]) == [
            {"kind": "SUSPENDED", "device": None, "address": None, "isYours": False}
        ]

    async def test_are_nobody_elses_and_no_scripts(self, api: Api, services: Services, make: Make) -> None:
        ada, eve = await make.user(), await make.user(role=Role.ADMIN)
        await happen(services, "user_created", actor=ada, subject=ada)
        script = replace(ada, viewer=replace(ada.viewer, session_id=None, scopes=frozenset({"READ"})))
        for looking in (eve, script, None):
            assert await api(OF, viewer=looking, id=ada.gid) == {"securityEvents": None}
        assert nodes((await api(OF, viewer=ada, id=ada.gid))["securityEvents"]) == [{"kind": "ACCOUNT_CREATED"}]

    def test_every_event_of_the_code_is_told_or_left_out_for_a_reason(self) -> None:
        assert sorted(_recorded() - KINDS.keys() - UNTOLD.keys()) == []
        assert KINDS.keys() & UNTOLD.keys() == set()


class TestAuditLog:
    @pytest.fixture
    async def admin(self, make: Make) -> Person:
        return await make.user("admin", role=Role.ADMIN)

    async def test_finds_what_meets_every_condition(
        self, api: Api, services: Services, make: Make, admin: Person
    ) -> None:
        ada, bob = await make.user(), await make.user()
        await happen(services, "user_created", actor=ada, subject=ada)
        await happen(services, "user_suspended", actor=bob, subject=ada, until=None, was=["a", 1])
        await happen(services, "user_suspended", actor=bob, subject=bob)
        found = await self.look(api, admin, event="user_suspended", actorId=bob.gid, subjectId=ada.gid)
        assert found == [
            {
                "event": "user_suspended",
                "actorId": bob.gid,
                "subjectId": ada.gid,
                "requestId": "another-request",
                "address": "2001:db8:1:2:3::4",
                "device": "Firefox on Linux",
                "details": [{"name": "was", "value": '["a",1]'}, {"name": "until", "value": "null"}],
            }
        ]
        for given, count in (
            ({"requestId": "another-request"}, 3),
            ({"event": "user_created"}, 1),
            ({"subjectId": ada.gid}, 2),
            ({"actorId": bob.gid, "requestId": "test-request"}, 0),
            ({"until": "2026-01-02T00:00:00Z"}, 0),
            ({"since": "2026-01-02T00:00:00Z", "subjectId": ada.gid}, 2),
            ({"since": "1900-01-01T00:00:00Z", "until": "9999-12-31T00:00:00Z", "subjectId": ada.gid}, 2),
        ):
            assert len(await self.look(api, admin, **given)) == count, given

    async def test_goes_on_in_pages(self, api: Api, services: Services, make: Make, admin: Person) -> None:
        ada = await make.user()
        for number in range(5):
            await happen(services, "user_created", actor=None, subject=ada, number=number)
        seen: list[str] = []
        after, goes_on = None, True
        while goes_on:
            page = await api(LOG, viewer=admin, filter={"event": "user_created"}, first=2, after=after)
            seen += [each["details"][0]["value"] for each in nodes(page)]
            after, goes_on = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert seen == ["4", "3", "2", "1", "0"]

    async def test_is_for_administrators_and_who_tries_leaves_a_trace(
        self, api: Api, make: Make, rows: Rows
    ) -> None:
        moderator = await make.user(role=Role.MODERATOR)
        with pytest.raises(Refused) as refused:
            await api(LOG, viewer=moderator)
        assert refused.value.code == "FORBIDDEN"
        (entry,) = await rows(AuditEntry)
        assert (entry.event, entry.actor_id, entry.details) == (
            "authz_fail",
            moderator.id,
            {"permission": "READ_AUDIT_LOG"},
        )
        with pytest.raises(Refused) as refused:
            await api(LOG)
        assert refused.value.code == "UNAUTHENTICATED"

    async def test_every_look_is_noted_with_what_was_asked_and_not_of_whom(
        self, api: Api, make: Make, admin: Person, rows: Rows
    ) -> None:
        await self.look(api, admin, subjectId=admin.gid, event="user_created")
        (entry,) = await rows(AuditEntry)
        assert (entry.event, entry.actor_id, entry.details) == (
            "sensitive_read",
            admin.id,
            {"asked": ["event", "subject_id"]},
        )

    async def test_refuses_an_id_of_something_else(self, api: Api, admin: Person) -> None:
        with pytest.raises(Refused) as refused:
            await api(LOG, viewer=admin, filter={"actorId": global_id("Post", 1)})
        assert (refused.value.code, refused.value.extensions["argument"]) == ("BAD_USER_INPUT", "filter")

    @pytest.mark.parametrize("conditions", ["event = 'a'", "actor_id = 1", "subject_id = 1", "request_id = 'a'"])
    async def test_each_condition_walks_an_index_from_its_newest(
        self, services: Services, owner: asyncpg.Connection, conditions: str
    ) -> None:
        async with owner.transaction():
            await owner.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
            plan = await owner.fetch(
                f"EXPLAIN SELECT id FROM audit_log WHERE {conditions} AND id < 99 ORDER BY id DESC LIMIT 20"
            )
        said = "\n".join(row[0] for row in plan)
        assert "Sort" not in said
        assert f"ix_audit_log_{conditions.split('_id')[0].split(' ')[0]}_newest" in said

    async def look(self, api: Api, admin: Person, **conditions: str) -> list[Any]:
        return nodes(await api(LOG, viewer=admin, filter=conditions))


def _recorded() -> set[str]:
    """Every event that the code names where it records one, and in its tables of events."""
    names: set[str] = set()
    for file in [*ROOT.glob("domain/*.py"), *ROOT.glob("resolvers/*.py"), *ROOT.glob("server/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in _RECORDERS:
                names |= set(_texts(node.args[1:2]))
            elif (isinstance(node, ast.keyword) and node.arg == "failure") or (
                isinstance(node, ast.Assign) and _name(node.targets[0]) == "suspicion"
            ):
                names |= set(_texts([node.value]))
            elif isinstance(node, ast.AnnAssign) and _name(node.target) == "_EVENTS":
                names |= set(_texts(ast.walk(node)))
    assert {"authn_login_success", "authn_token_reuse", "authn_password_change_fail", "malicious_csrf"} <= names
    return names


def _name(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
