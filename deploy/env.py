"""Writes .env from .env.example: every secret that stands empty there becomes one of this installation's own."""

import os
import secrets
from pathlib import Path

ROOT = Path(__file__).parent.parent


def filled(line: str) -> str:
    """An unset `NAME=` with a secret; every other line as it is."""
    if line.startswith("#") or not line.endswith("="):
        return line
    key_id = "first:" if line in ("SIGNING_KEYS=", "ENCRYPTION_KEYS=") else ""
    return f"{line}{key_id}{secrets.token_urlsafe(32)}"


def main() -> None:
    """Never over a file that is there, which may hold the only copy of a password."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    descriptor = os.open(ROOT / ".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write("".join(f"{filled(line)}\n" for line in lines))


if __name__ == "__main__":
    main()
