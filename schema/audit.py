"""The audit log, as those see it whom it concerns and those who watch over everybody."""

from datetime import datetime
from typing import TYPE_CHECKING

import orjson
import strawberry

from db.queries import audit
from db.queries.audit import AuditRow
from domain.places import neighbourhood
from domain.security_events import KINDS, SecurityEventKind
from engine.batch import batch
from schema.context import Info
from schema.nodes import global_id
from schema.own import is_yourself
from schema.pagination import PAGE, Connection, Paging, connection, paged
from schema.scalars import SafeText

if TYPE_CHECKING:
    from schema.users import User


@strawberry.type(description="Something that happened to your account.")
class SecurityEvent:
    id: strawberry.ID = strawberry.field(description="Opaque; no other event has it.")
    kind: SecurityEventKind = strawberry.field(description="What happened.")
    happened_at: datetime = strawberry.field(description="When.")
    device: str | None = strawberry.field(
        description='What the device called itself, such as "Firefox on Linux"; null where there was none.'
    )
    address: str | None = strawberry.field(
        description="The network it came from: of its address the first 24 bits, of IPv6 the first 48."
    )
    is_yours: bool = strawberry.field(
        description="Whether it was done by somebody signed in as you; false also for what is not known."
    )

    @classmethod
    def from_row(cls, row: AuditRow) -> "SecurityEvent":
        by_staff = row.actor_id is not None and row.actor_id != row.subject_id
        return cls(
            id=global_id("AuditEntry", row.id),
            kind=KINDS[row.event],
            happened_at=row.created_at,
            # Where a moderator sits is nobody's business.
            device=None if by_staff else row.device,
            address=None if by_staff or row.ip is None else neighbourhood(row.ip.partition("/")[0]),
            is_yours=row.actor_id == row.subject_id,
        )


@strawberry.type
class OwnSecurityEvents:
    @batch(
        description="What happened to your account, newest first; null on anybody but yourself.", directives=[PAGE]
    )
    @paged("audit")
    @staticmethod
    async def security_events(
        users: "list[User]", info: Info, paging: Paging
    ) -> list[Connection[SecurityEvent] | None]:
        return [await _own(info, paging) if is_yourself(user, info) else None for user in users]


async def _own(info: Info, paging: Paging) -> Connection[SecurityEvent]:
    reads, viewer = info.context.services.stores.reads, info.context.signed_in
    rows = await audit.own(reads, paging.page, events=list(KINDS), viewer_id=viewer.user_id)
    found = await audit.by_ids(reads, [edge.node_id for edge in rows.edges])
    return connection(SecurityEvent.from_row, paging, rows, [found.get(edge.node_id) for edge in rows.edges])


@strawberry.type(description="One thing more that an entry says.")
class AuditDetail:
    name: str = strawberry.field(description="What it is about.")
    value: str = strawberry.field(description="What is said of it; JSON where it is no text.")


@strawberry.type(description="What was done, by whom, to whom.")
class AuditEntry:
    id: strawberry.ID = strawberry.field(description="Opaque; no other entry has it.")
    happened_at: datetime = strawberry.field(description="When.")
    event: str = strawberry.field(
        description="What, in the words of OWASP's Logging Vocabulary where that has one."
    )
    actor_id: strawberry.ID | None = strawberry.field(
        description="The person who did it; null for the system, for whoever was not signed in, and for the gone."
    )
    subject_id: strawberry.ID | None = strawberry.field(description="The person it was done to, if there is one.")
    request_id: str | None = strawberry.field(description="The `x-request-id` of the answer to the request.")
    address: str | None = strawberry.field(
        description="Where it came from; after 30 days the network alone, such as 192.0.2.0/24."
    )
    device: str | None = strawberry.field(description='What the device called itself, such as "Firefox on Linux".')
    details: list[AuditDetail] = strawberry.field(description="What else there is to say.")

    @classmethod
    def from_row(cls, row: AuditRow) -> "AuditEntry":
        return cls(
            id=global_id("AuditEntry", row.id),
            happened_at=row.created_at,
            event=row.event,
            actor_id=_person(row.actor_id),
            subject_id=_person(row.subject_id),
            request_id=row.request_id,
            address=row.ip,
            device=row.device,
            details=[
                AuditDetail(name=name, value=_said(value)) for name, value in orjson.loads(row.details).items()
            ],
        )


@strawberry.input(description="Which entries of the audit log to find; those that meet everything that is given.")
class AuditLogFilter:
    event: SafeText | None = strawberry.field(default=None, description="What was done.")
    actor_id: strawberry.ID | None = strawberry.field(default=None, description="The person who did it.")
    subject_id: strawberry.ID | None = strawberry.field(default=None, description="The person it was done to.")
    request_id: SafeText | None = strawberry.field(default=None, description="The request that did it.")
    since: datetime | None = strawberry.field(default=None, description="Not before this moment.")
    until: datetime | None = strawberry.field(default=None, description="Before this moment.")


def _person(row_id: int | None) -> strawberry.ID | None:
    return None if row_id is None else global_id("User", row_id)


def _said(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
