"""A network that tests may change, for what they changed is put back."""

from tests.tables import QUEUE, TABLES, Tables

# Generated columns make themselves.
_COLUMNS = """
SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS names
FROM information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name
"""
# Rows are compared as text, since some columns can be neither hashed nor sorted.
_IS_CHANGED = """
SELECT '{table}' AS name
WHERE EXISTS (SELECT t::text FROM public.{table} AS t EXCEPT SELECT t::text FROM saved.{table} AS t)
OR EXISTS (SELECT t::text FROM saved.{table} AS t EXCEPT SELECT t::text FROM public.{table} AS t)
"""
_CHANGED = " UNION ALL ".join(_IS_CHANGED.format(table=table) for table in TABLES)
_RESTORE = """
DELETE FROM public.{table} AS t WHERE t::text NOT IN (SELECT t::text FROM saved.{table} AS t);
INSERT INTO public.{table} ({columns})
    SELECT {columns} FROM saved.{table} AS t WHERE t::text NOT IN (SELECT t::text FROM public.{table} AS t);
"""


class Saved:
    """Copies of all tables beside them, made once and taken from as often as a test changed something."""

    def __init__(self, tables: Tables) -> None:
        self._connection = tables.connection

    async def save(self) -> None:
        copies = (f"CREATE TABLE saved.{table} AS TABLE public.{table}" for table in TABLES)
        await self._connection.execute("; ".join(["CREATE SCHEMA saved", *copies]))
        columns = {row["table_name"]: row["names"] for row in await self._connection.fetch(_COLUMNS)}
        restored = (_RESTORE.format(table=table, columns=columns[table]) for table in TABLES)
        self._restore = "".join([*restored, f"DELETE FROM {QUEUE}"])

    async def changed(self) -> list[str]:
        """The tables of which a row is new, gone or another than it was."""
        return [row["name"] for row in await self._connection.fetch(_CHANGED)]

    async def restore(self) -> None:
        """What was saved and no more; no job was."""
        await self._connection.execute(self._restore)

    async def drop(self) -> None:
        await self._connection.execute("DROP SCHEMA IF EXISTS saved CASCADE")
