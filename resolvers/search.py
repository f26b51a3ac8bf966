"""Root fields that search."""

from db.limits import SEARCH
from db.queries import posts, users
from schema.context import Info
from schema.errors import bad_user_input
from schema.pagination import Connection, Paging, connection, paged
from schema.posts import Post
from schema.scalars import SafeText
from schema.users import User


@paged("people")
async def search_users(info: Info, query: SafeText, paging: Paging) -> Connection[User]:
    reads = info.context.services.stores.reads
    rows = await users.search(reads, paging.page, _words(query), viewer_id=info.context.viewer_id)
    nodes = await info.context.loaders.user_by_id.many([edge.node_id for edge in rows.edges])
    return connection(User, paging, rows, nodes)


@paged("posts")
async def search_posts(info: Info, query: SafeText, paging: Paging) -> Connection[Post]:
    reads = info.context.services.stores.reads
    rows = await posts.search(reads, paging.page, _words(query), viewer_id=info.context.viewer_id)
    return connection(Post, paging, rows, [edge.node for edge in rows.edges])


def _words(query: str) -> str:
    if len(query) > SEARCH:
        raise bad_user_input("query", f"Search with at most {SEARCH} characters.")
    return query.strip()
