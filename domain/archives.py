"""A zip of JSON files, made row by row and taken away in pieces, so that its size is nobody's memory."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

PIECE: Final = 1024 * 1024


class _Pipe:
    """What a zip is written to: it cannot go back, and keeps what nobody has taken yet."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, data: bytes, /) -> int:
        self.waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is further down."""

    def close(self) -> None:
        """What is waiting is still to be taken."""

    def take(self) -> bytes:
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken


async def pieces(
    readme: str, files: Mapping[str, AsyncIterable[dict[str, Any]]], *, size: int = PIECE
) -> AsyncIterator[bytes]:
    """The archive in pieces of about `size` bytes: a README, and each file's rows as a JSON array."""
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        for name, rows in files.items():
            with archive.open(f"{name}.json", "w", force_zip64=True) as file:
                before = b"[\n"
                async for row in rows:
                    file.write(before + orjson.dumps(row, default=str))
                    before = b",\n"
                    if len(pipe.waiting) >= size:
                        yield pipe.take()
                file.write(b"[]\n" if before == b"[\n" else b"\n]\n")
    yield pipe.take()
