"""Root fields about blocks."""

from domain import blocks
from resolvers.errors import user_errors
from resolvers.targets import target
from schema.blocks import (
    BlockInput,
    BlockPayload,
    BlockResult,
    UnblockInput,
    UnblockPayload,
    UnblockResult,
)
from schema.context import Info
from schema.users import User


@user_errors
async def block(info: Info, input: BlockInput) -> BlockResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row = await blocks.block(session, viewer, target(input.user_id, "User", field="user_id"))
    return BlockPayload(user=User(row) if row else None)


@user_errors
async def unblock(info: Info, input: UnblockInput) -> UnblockResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row = await blocks.unblock(session, viewer, target(input.user_id, "User", field="user_id"))
    return UnblockPayload(user=User(row) if row else None)
