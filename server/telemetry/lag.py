"""How late the event loop is: what every request waits for, whatever it asks."""

import asyncio
from typing import Final

from prometheus_client import CollectorRegistry, Histogram

EVERY: Final = 0.25  # seconds

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


def histogram(registry: CollectorRegistry) -> Histogram:
    return Histogram(
        "plaza_event_loop_lag_seconds",
        "How much later than asked the loop went on, looked at four times a second.",
        buckets=_BUCKETS,
        registry=registry,
    )


async def measure(seconds: Histogram) -> None:
    """Until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY
        await asyncio.sleep(EVERY)
        seconds.observe(max(loop.time() - due, 0))
