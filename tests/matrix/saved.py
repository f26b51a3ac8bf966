"""A database put back as it was, table by table."""

import asyncpg

from db.models import Row

_TABLES = [table.name for table in Row.metadata.sorted_tables]


class Saved:
    """Copies of all tables beside them, made once and taken from as often as a test changed something."""

    def __init__(self, owner: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._owner = owner
        self._columns: dict[str, str] = {}

    async def save(self) -> None:
        await self._owner.execute("CREATE SCHEMA saved")
        for table in _TABLES:
            await self._owner.execute(f"CREATE TABLE saved.{table} AS TABLE public.{table}")
            names = await self._owner.fetch(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'",
                table,
            )
            self._columns[table] = ", ".join(f'"{name[0]}"' for name in names)
        self.before = await self.digest()

    async def restore(self) -> None:
        inserts = (
            f"INSERT INTO public.{table} ({names}) SELECT {names} FROM saved.{table}"
            for table, names in self._columns.items()
        )
        await self._owner.execute(f"TRUNCATE {', '.join(_TABLES)}; {'; '.join(inserts)}")

    async def digest(self) -> str:
        """Equal as long as no row differs, but for the traces of what was tried."""
        parts = (
            f"(SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM {table} t)"
            for table in _TABLES
            if table != "audit_log"
        )
        text: str = await self._owner.fetchval(f"SELECT md5({' || '.join(parts)})")
        return text

    async def drop(self) -> None:
        await self._owner.execute("DROP SCHEMA saved CASCADE")
