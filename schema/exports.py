"""Copies of all that is one's own."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from db.models import Export
from db.queries import exports
from db.queries.exports import ExportRow
from domain.exports import ExportState
from engine.batch import batch
from engine.cost import ListSize
from schema.context import Info
from schema.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound
from schema.nodes import global_id
from schema.own import is_yourself

if TYPE_CHECKING:
    from schema.users import User


@strawberry.type(description="A zip of JSON files with everything that is yours.")
class DataExport:
    id: strawberry.ID = strawberry.field(description="For `openExport`.")
    state: ExportState = strawberry.field(description="How far it is.")
    requested_at: datetime = strawberry.field(description="When you asked for it.")
    ready_at: datetime | None = strawberry.field(description="When it was made; null before.")
    expires_at: datetime = strawberry.field(description="When it is gone.")
    kilobytes: int | None = strawberry.field(description="How large it is, rounded up; null before it is ready.")

    @classmethod
    def from_row(cls, row: ExportRow | Export) -> "DataExport":
        return cls(
            id=global_id("DataExport", row.id),
            state=ExportState.PREPARING if row.ready_at is None else ExportState.READY,
            requested_at=row.created_at,
            ready_at=row.ready_at,
            expires_at=row.expires_at,
            kilobytes=None if row.size is None else -(-row.size // 1024),
        )


@strawberry.type
class OwnExports:
    @batch(
        description="The copies of your data that there are, newest first; null on anybody but yourself.",
        directives=[ListSize(assumed_size=exports.MOST)],
    )
    @staticmethod
    async def exports(users: "list[User]", info: Info) -> list[list[DataExport] | None]:
        return [await _own(info) if is_yourself(user, info) else None for user in users]


async def _own(info: Info) -> list[DataExport]:
    rows = await exports.own(info.context.services.stores.reads, viewer_id=info.context.viewer_id)
    return [DataExport.from_row(row) for row in rows]


@strawberry.input(description="What to have a copy of.")
class RequestExportInput:
    account_only: bool = strawberry.field(
        default=False, description="Leave out what you have published and liked: that is ready sooner."
    )


@strawberry.input(description="Which export to download.")
class OpenExportInput:
    export_id: strawberry.ID = strawberry.field(description="One of your own that is ready.")


@strawberry.type(description="The archive is being made.")
class RequestExportPayload:
    export: DataExport = strawberry.field(description="To be looked for in `viewer.exports`; you also get a mail.")


@strawberry.type(
    description="POST `secret` as a form to `path`, at the server's own address; what comes back is the archive."
)
class OpenExportPayload:
    path: str = strawberry.field(description="Where to post it, such as `/exports`.")
    secret: str = strawberry.field(description="Good for one download. Never put it into an address.")
    open_until: datetime = strawberry.field(description="When it is no longer good, ten minutes from now.")


RequestExportResult: TypeAlias = Annotated[
    RequestExportPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("RequestExportResult", description="What became of `requestExport`."),
]
OpenExportResult: TypeAlias = Annotated[
    OpenExportPayload | InvalidInput | NotFound | NotAllowed | Conflict | ConfirmationNeeded,
    strawberry.union("OpenExportResult", description="What became of `openExport`."),
]
