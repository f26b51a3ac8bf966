"""Root fields that are feeds."""

from db.queries import feeds
from schema.context import Info
from schema.pagination import Connection, Paging, connection, paged
from schema.posts import Post


@paged("posts")
async def home_feed(info: Info, paging: Paging) -> Connection[Post]:
    viewer = info.context.signed_in
    rows = await feeds.home(info.context.services.stores.reads, paging.page, viewer_id=viewer.user_id)
    return connection(Post, paging, rows, [edge.node for edge in rows.edges])


@paged("posts")
async def public_feed(info: Info, paging: Paging) -> Connection[Post]:
    rows = await feeds.public(info.context.services.stores.reads, paging.page, viewer_id=info.context.viewer_id)
    return connection(Post, paging, rows, [edge.node for edge in rows.edges])
