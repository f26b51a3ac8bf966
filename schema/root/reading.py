"""Everything that can be read, one entry an operation."""

from typing import Final

import strawberry

from db.limits import MAX_PAGE_SIZE
from db.models import TokenScope
from engine.caching import CacheControl, CacheControlScope
from engine.cost import Cost, ListSize
from resolvers import audit, feeds, nodes, posts, search, server, users
from resolvers.limits import limited
from schema.audit import AuditEntry
from schema.nodes import Node
from schema.pagination import PAGE, Connection
from schema.posts import Post
from schema.scopes import opened_by
from schema.server import RateLimit, ServerInfo
from schema.users import User

_SEARCHES: Final = "30/m"
_READING: Final = opened_by(TokenScope.READ)
_LOOKS: Final = "60/m"
_SEARCH: Final = Cost(weight="10")  # points, besides what it finds
# A shared cache may show people who are not signed in what was taken back, for so many seconds.
_BRIEFLY: Final = CacheControl(max_age=5, scope=CacheControlScope.PUBLIC)


@strawberry.type(description="Everything that can be read.")
class Query:
    viewer: User | None = strawberry.field(
        resolver=users.viewer, description="You; null when nobody is signed in.", metadata=_READING
    )
    user: User | None = strawberry.field(
        resolver=users.user,
        description="The person of that username, in any case of letters.",
        metadata=_READING,
        directives=[_BRIEFLY],
    )
    post: Post | None = strawberry.field(
        resolver=posts.post, description="One post.", metadata=_READING, directives=[_BRIEFLY]
    )
    home_feed: Connection[Post] | None = strawberry.field(
        resolver=feeds.home_feed,
        description="Posts of the people you follow and your own, newest first.",
        metadata=_READING,
        directives=[PAGE],
    )
    public_feed: Connection[Post] | None = strawberry.field(
        resolver=feeds.public_feed,
        description="Public posts of everyone, newest first.",
        metadata=_READING,
        directives=[PAGE, _BRIEFLY],
    )
    search_users: Connection[User] | None = strawberry.field(
        resolver=search.search_users,
        description="People whose username or name is close to the query, best match first.",
        metadata=limited(_SEARCHES, bucket="search") | _READING,
        directives=[PAGE, _SEARCH],
    )
    search_posts: Connection[Post] | None = strawberry.field(
        resolver=search.search_posts,
        description='Posts that hold the words of the query, newest first; knows "phrases", or and -not.',
        metadata=limited(_SEARCHES, bucket="search") | _READING,
        directives=[PAGE, _SEARCH],
    )
    audit_log: Connection[AuditEntry] | None = strawberry.field(
        resolver=audit.audit_log,
        description="What was done by anybody, newest first; for administrators, and every look is noted.",
        metadata=limited(_LOOKS, bucket="audit"),
        directives=[PAGE],
    )
    node: Node | None = strawberry.field(resolver=nodes.node, description="Anything by its id.", metadata=_READING)
    nodes: list[Node | None] | None = strawberry.field(
        resolver=nodes.nodes,
        description="Up to 100 things by their ids, in the ids' order.",
        metadata=_READING,
        directives=[ListSize(assumed_size=MAX_PAGE_SIZE, slicing_arguments=["ids"])],
    )
    server_info: ServerInfo = strawberry.field(
        resolver=server.server_info,
        description="The server and its limits.",
        metadata=_READING,
        directives=[CacheControl(max_age=60, scope=CacheControlScope.PUBLIC)],
    )
    rate_limit: RateLimit | None = strawberry.field(
        resolver=server.rate_limit,
        description="What this operation costs and what is left; null where nothing is charged.",
        metadata=_READING,
        directives=[Cost(weight="0")],
    )
