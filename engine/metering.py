"""Tells a client what its operations cost: an extension for those that ask, and the IETF's headers for everybody.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
"""

from typing import Any, Final

from engine.pipeline import Asked, Bucket

HEADER: Final = "graphql-cost"
REPORT: Final = "report"
VALIDATE: Final = "validate"


def headers(bucket: Bucket | None) -> dict[str, str]:
    if bucket is None:
        return {}
    return {
        "ratelimit-policy": f'"cost";q={bucket.limit};w={bucket.window}',
        "ratelimit": f'"cost";r={bucket.remaining};t={bucket.reset}',
    }


def report(asked: Asked, bucket: Bucket | None, actual: int) -> dict[str, Any]:
    """`actual` counts where the operation was executed."""
    told: dict[str, Any] = {
        "estimated": asked.amount.cost,
        "nodes": asked.amount.nodes,
        "actual": None if asked.is_dry_run else actual,
    }
    if bucket is not None:
        told["bucket"] = {"limit": bucket.limit, "remaining": bucket.remaining, "reset": bucket.reset}
    return told
