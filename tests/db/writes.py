"""Small writes, and ways for them to fail, that several files of tests share."""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import User
from schema.context import Services


class Undone(Exception):
    pass


async def names(services: Services) -> list[str]:
    async with services.stores.sessions() as session:
        return list(await session.scalars(select(User.username).order_by(User.username)))


def add(session: AsyncSession, name: str) -> None:
    session.add(User(username=name, display_name=name))


async def fail_with(session: AsyncSession, state: str) -> None:
    await session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{state}'; END $$"))


async def note(ran: list[str], word: str) -> None:
    ran.append(word)
