"""Root fields about copies of one's data."""

from domain import exports
from resolvers.errors import user_errors
from resolvers.targets import target
from schema.context import Info
from schema.exports import (
    DataExport,
    OpenExportInput,
    OpenExportPayload,
    OpenExportResult,
    RequestExportInput,
    RequestExportPayload,
    RequestExportResult,
)


@user_errors
async def request_export(info: Info, input: RequestExportInput) -> RequestExportResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        export = await exports.request(
            session, viewer, account_only=input.account_only, origin=info.context.origin
        )
    return RequestExportPayload(export=DataExport.from_row(export))


@user_errors
async def open_export(info: Info, input: OpenExportInput) -> OpenExportResult:
    viewer, export_id = info.context.signed_in, target(input.export_id, "DataExport", field="export_id")
    async with info.context.write() as session:
        opening = await exports.open_archive(session, viewer, export_id, origin=info.context.origin)
    return OpenExportPayload(path=exports.PATH, secret=opening.secret, open_until=opening.until)
