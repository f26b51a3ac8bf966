"""Compression for what is public and the same for everybody; an answer of the API also holds secrets."""

from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

# Level 5 takes half the time of the highest and leaves a few percent more.
SMALLER: Final = Middleware(GZipMiddleware, compresslevel=5)
