"""Codes to write down, for whoever loses their authenticator app."""

import base64
import hashlib
import secrets
from typing import Final

COUNT: Final = 10
# 80 random bits: too many to find by trying, even for whoever has the hashes.
_BYTES: Final = 10
# Base32 has none of these, so whoever writes one means the letter that looks like it.
_MEANT: Final = str.maketrans("018", "OIB", " -\t\n")


def new_codes() -> list[str]:
    """Ten codes such as `ABCD-EFGH-2345-67AB`."""
    return [_grouped(base64.b32encode(secrets.token_bytes(_BYTES)).decode()) for _ in range(COUNT)]


def code_hash(user_id: int, code: str) -> bytes:
    """What is stored, in place of the code however it is typed; nobody else's code has it."""
    normal = f"{user_id}:{code.upper().translate(_MEANT)}"
    return hashlib.sha256(normal.encode(errors="surrogatepass")).digest()


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
