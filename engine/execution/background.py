"""What nobody waits for any more, but must not be left lying about."""

import asyncio
from collections.abc import Iterable
from inspect import iscoroutine
from typing import Any, Final

from engine.execution.kinds import is_awaitable

# Keeps what nobody else refers to from being collected before it is done.
_settling: Final[set[asyncio.Future[Any]]] = set()


def settle(values: Iterable[Any]) -> None:
    """Those of them that can be awaited run to their end in the background; what they raise is nobody's.

    Where no loop runs they never can, and coroutines among them are closed.
    """
    waiting = [value for value in values if is_awaitable(value)]
    if not waiting:
        return
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        for each in waiting:
            if iscoroutine(each):
                each.close()
        return
    task = asyncio.gather(*waiting, return_exceptions=True)
    _settling.add(task)
    task.add_done_callback(_settling.discard)
