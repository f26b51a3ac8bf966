"""Root fields about the audit log."""

from typing import Any

from db.queries import audit
from domain import moderation
from domain.errors import NotPermitted
from resolvers.moderation import noting_refusal
from schema.audit import AuditEntry, AuditLogFilter
from schema.context import Info
from schema.errors import forbidden
from schema.nodes import row_id
from schema.pagination import Connection, Paging, connection, paged


@paged("audit")
async def audit_log(info: Info, paging: Paging, filter: AuditLogFilter | None = None) -> Connection[AuditEntry]:
    context, asked = info.context, _asked(filter or AuditLogFilter())
    try:
        async with noting_refusal(context), context.write() as session:
            moderation.look_at_audit_log(session, context.signed_in, asked, origin=context.origin)
    except NotPermitted:
        raise forbidden(NotPermitted.said) from None
    reads = context.services.stores.reads
    rows = await audit.search(reads, paging.page, **asked)
    found = await audit.by_ids(reads, [edge.node_id for edge in rows.edges])
    return connection(AuditEntry.from_row, paging, rows, [found.get(edge.node_id) for edge in rows.edges])


def _asked(filter: AuditLogFilter) -> dict[str, Any]:
    people = {"actor_id": filter.actor_id, "subject_id": filter.subject_id}
    asked = {
        "event": filter.event,
        "request_id": filter.request_id,
        "since": filter.since,
        "until": filter.until,
        **{name: given and row_id(given, "User", argument="filter") for name, given in people.items()},
    }
    return {name: value for name, value in asked.items() if value is not None}
