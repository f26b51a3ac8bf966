"""Validators of HTTP: whether a client holds what it asks for already."""

from starlette.requests import Request


def is_fresh(request: Request, etag: str) -> bool:
    """Weak comparison, as RFC 9110 wants it of If-None-Match; `*` is whatever there is."""
    sent = ",".join(request.headers.getlist("if-none-match"))
    fresh = (etag.removeprefix("W/"), "*")
    return any(tag.strip().removeprefix("W/") in fresh for tag in sent.split(","))
