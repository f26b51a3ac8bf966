"""A worker in a process of its own, for tests that kill it; its arguments: URL, seconds a job sleeps, grace."""

import asyncio
import sys
from datetime import timedelta

from server.worker import Pace, run


async def sleep(stores: object) -> None:
    print("started", flush=True)
    await asyncio.sleep(float(sys.argv[2]))


if __name__ == "__main__":
    pace = Pace(grace=timedelta(seconds=float(sys.argv[3])))
    asyncio.run(run(sys.argv[1], None, {"sleep": sleep}, pace=pace))
