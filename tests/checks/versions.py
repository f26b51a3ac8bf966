"""Which releases may be installed: none with a known hole is locked, and what builds Plaza is named exactly."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "uv.lock"

MINIMUM = {
    "asyncpg": "0.32.0",  # close() hangs for ever on a frozen server
    "authlib": "1.9.9",  # CVE-2026-27962, CVE-2026-41425
    "cryptography": "50.0.2",  # CVE-2026-26007
    "graphql-core": "3.3.2",  # quadratic validation
    "h11": "0.16.0",  # CVE-2025-43859
    "httptools": "0.9.0",
    "pyjwt": "2.15.1",  # CVE-2026-48523 and nine more
    "python-multipart": "0.0.34",  # CVE-2026-53538 and others
    "redis": "8.1.0",  # CVE-2023-28859
    "sqlalchemy": "2.1.9",  # connections lost to cancellation
    "starlette": "1.10.0",  # CVE-2026-48710, CVE-2026-54282
    "strawberry-graphql": "0.341.2",  # CVE-2026-35523, CVE-2026-35526
    "uvicorn": "0.54.0",
}


def too_old() -> list[str]:
    locked = {each["name"]: each["version"] for each in tomllib.loads(LOCK.read_text())["package"]}
    return [
        f"{name} {locked[name]} is locked; {minimum} is the first without known holes"
        for name, minimum in MINIMUM.items()
        if name in locked and _parts(locked[name]) < _parts(minimum)
    ]


def unpinned() -> list[str]:
    """The build backend, which stands in no lock file."""
    builders = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    return [f"{each} builds Plaza; name one release of it with ==" for each in builders if "==" not in each]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
