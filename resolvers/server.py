"""Root fields about the server itself."""

from datetime import UTC, datetime, timedelta

from schema.context import Info
from schema.server import Limits, RateLimit, ServerInfo


def server_info(info: Info) -> ServerInfo:
    services = info.context.services
    return ServerInfo(version=services.version, providers=services.providers.names, limits=Limits())


def rate_limit(info: Info) -> RateLimit | None:
    points = info.context.points
    if points is None:
        return None
    standing = points.standing
    return RateLimit(
        limit=standing.limit.count,
        cost=points.amount.cost,
        remaining=standing.remaining,
        used=standing.limit.count - standing.remaining,
        reset_at=datetime.now(UTC) + timedelta(seconds=standing.reset),
        node_count=points.amount.nodes,
    )
