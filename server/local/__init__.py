"""PostgreSQL and Valkey for a machine that has neither.

The standard library only, so that they start beside the application's imports.
"""

from server.local.errors import LocalServersError
from server.local.servers import LocalServers

__all__ = ["LocalServers", "LocalServersError"]
