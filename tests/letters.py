"""Letters that a test's deeds lead to: their jobs are run, and the mailbox is looked into."""

import re
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson

from db import mailbox
from domain.letters import SEND, SEND_LINK
from schema.context import Services
from server.jobs import jobs_of
from server.settings import Settings

_TAKE = "DELETE FROM queue.pgqueuer WHERE entrypoint = ANY($1) RETURNING id, entrypoint, payload"


@dataclass(frozen=True)
class Mail:
    settings: Settings
    services: Services
    owner: asyncpg.Connection

    async def deliver(self) -> list[dict[str, Any]]:
        """Run every job that sends a letter; the new letters, oldest first."""
        before = len(await mailbox.kept(self.services.stores.redis))
        taken = await self.owner.fetch(_TAKE, [SEND, SEND_LINK])
        for job in sorted(taken, key=lambda job: job["id"]):
            await jobs_of(self.settings, self.services)[job["entrypoint"]](
                self.services.stores, **orjson.loads(job["payload"])
            )
        return list(reversed(await mailbox.kept(self.services.stores.redis)))[before:]

    async def token(self) -> str:
        """What the link of the one letter that waits to be sent carries."""
        (letter,) = [letter for letter in await self.deliver() if "#token=" in letter["text"]]
        return token_of(letter)


def token_of(letter: dict[str, Any]) -> str:
    (token,) = set(re.findall(r"#token=([\w-]{43})\b", letter["text"] + letter["html"]))
    return str(token)
