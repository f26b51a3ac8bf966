"""What the server says about itself."""

from datetime import datetime

import strawberry

from db import limits
from db.models import Provider


@strawberry.type(description="The sizes that inputs and pages are held to.")
class Limits:
    username_length: int = strawberry.field(default=limits.USERNAME[1], description="Characters of a username.")
    display_name_length: int = strawberry.field(default=limits.DISPLAY_NAME, description="Characters of a name.")
    bio_length: int = strawberry.field(default=limits.BIO, description="Characters of a bio.")
    post_length: int = strawberry.field(default=limits.POST_LENGTH, description="Characters of a post.")
    comment_length: int = strawberry.field(default=limits.COMMENT_LENGTH, description="Characters of a comment.")
    comment_depth: int = strawberry.field(
        default=limits.COMMENT_DEPTH, description="How deep replies go; 0 is a comment on the post itself."
    )
    alt_text_length: int = strawberry.field(default=limits.ALT_TEXT, description="Characters of an image's text.")
    page_size: int = strawberry.field(default=limits.PAGE_SIZE, description="Edges of a page when not said.")
    max_page_size: int = strawberry.field(default=limits.MAX_PAGE_SIZE, description="Edges of a page at most.")
    nodes: int = strawberry.field(default=limits.NODES, description="Ids of one `nodes` call at most.")


@strawberry.type(description="The server and its limits.")
class ServerInfo:
    version: str = strawberry.field(description="Version of this server.")
    providers: list[Provider] = strawberry.field(
        description="With whose accounts one can sign in here: see `signInWithProvider`."
    )
    limits: Limits = strawberry.field(description="Sizes it holds inputs and pages to.")


@strawberry.type(description="What this operation was charged, and what is left of the points it was paid from.")
class RateLimit:
    limit: int = strawberry.field(description="Points when full; yours, or your address's when not signed in.")
    cost: int = strawberry.field(description="Points charged for this operation; those it does not need return.")
    remaining: int = strawberry.field(description="Points left.")
    used: int = strawberry.field(description="Points gone; they come back evenly.")
    reset_at: datetime = strawberry.field(description="When all of them are back.")
    node_count: int = strawberry.field(description="Nodes that this operation's lists may hold between them.")
