"""A door in front of PostgreSQL's socket that a test can shut: what happens when the server goes away."""

import asyncio
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

_SOCKET = ".s.PGSQL.5432"


class Door:
    """Lets every connection through until it is shut; then all break, and new ones are refused."""

    def __init__(self, url: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="door-")
        self._there = urlsplit(url)
        self._behind = Path(parse_qs(self._there.query)["host"][0]) / _SOCKET
        self._through: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """The address, through the door."""
        query = {name: values[0] for name, values in parse_qs(self._there.query).items()}
        return urlunsplit(self._there._replace(query=urlencode({**query, "host": self._folder.name})))

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._enter, Path(self._folder.name) / _SOCKET)

    def shut(self) -> None:
        self._server.close()
        for writer in self._through:
            writer.transport.abort()

    def remove(self) -> None:
        self.shut()
        self._folder.cleanup()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_unix_connection(self._behind)
        self._through |= {writer, back_writer}
        await asyncio.gather(_carry(reader, back_writer), _carry(back_reader, writer))
        self._through -= {writer, back_writer}


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
