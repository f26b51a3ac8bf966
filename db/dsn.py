"""PostgreSQL addresses in every usual spelling, made one that both pools understand."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_SCHEMES = {"postgres", "postgresql", "postgresql+asyncpg"}


def normal(url: str) -> str:
    """`postgres://`, `postgresql+asyncpg://`, `?sslmode=`, `?ssl=` and `?host=/socket` as asyncpg reads them.

    Raises `ValueError` with one clear sentence, never repeating the address: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError("The PostgreSQL address cannot be read as a URL.") from error
    if parts.scheme not in _SCHEMES:
        raise ValueError("A PostgreSQL address starts with postgresql:// (or postgres://).")
    query = [("sslmode" if name == "ssl" else name, value) for name, value in parse_qsl(parts.query)]
    return urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(query), ""))


def user_of(url: str) -> str | None:
    """The role the address signs in as, when it says."""
    parts = urlsplit(url)
    return parts.username or dict(parse_qsl(parts.query)).get("user")
